import { catalog } from '../../shared/catalog.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { date } from './format.ts';
import { listed, say } from './say.ts';

type Notice = NonNullable<AgentStatus['notice']>;

/** What stays as the person agreed to it, a line each, and whether they have agreed to the rest; none when nothing does. */
export function agreementLines({ version, agreement }: Pick<Notice, 'version' | 'agreement'>): readonly string[] {
  if (agreement === null) return [];
  const { keeps, pending } = agreement;
  const head =
    pending === null
      ? say('agreement.text', { version: String(version) })
      : say('agreement.pending', { version: String(pending.version), date: date(pending.from) });
  return [head, ...keeps.map(keptLine)];
}

export function keptLine({ parameter, version, keeps }: NonNullable<Notice['agreement']>['keeps'][number]): string {
  const fields = listed(keeps.map((field) => say(`agreement.field.${field}`)));
  return say('agreement.line', { what: catalog[parameter].label, fields, version: String(version) });
}
