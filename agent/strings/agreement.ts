import { catalog } from '../../shared/catalog.ts';
import { takenBy } from '../../shared/policy/agreed.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { date } from './format.ts';
import { joined, listed, say } from './say.ts';

type Notice = NonNullable<AgentStatus['notice']>;

/** What stays as the person agreed to it, a line each, and whether they have agreed to the rest; none when nothing does. */
export function agreementLines({ agreement }: Pick<Notice, 'agreement'>): readonly string[] {
  if (agreement === null) return [];
  const { keeps, pending } = agreement;
  const head =
    pending === null
      ? tookText(takenBy(keeps))
      : say('agreement.pending', { version: String(pending.version), date: date(pending.from) });
  const off = keeps.flatMap(({ parameter, isOff }) => (isOff ? [catalog[parameter].label] : []));
  return [
    head,
    ...keeps.filter(({ isOff }) => !isOff).map(keptLine),
    ...(off.length === 0 ? [] : [say('agreement.off', { what: listed(off) })]),
  ];
}

function tookText(versions: readonly number[]): string {
  return say(versions.length === 1 ? 'agreement.tookOne' : 'agreement.tookMore', {
    versions: joined(versions.map(String)),
  });
}

export function keptLine({ parameter, version, keeps }: NonNullable<Notice['agreement']>['keeps'][number]): string {
  const fields = listed(keeps.map((field) => say(`agreement.field.${field}`)));
  return say('agreement.line', { what: catalog[parameter].label, fields, version: String(version) });
}
