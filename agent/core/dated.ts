import { changeText } from '../../shared/policy/changeWords.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import { readPolicy, wholeDocument } from '../../shared/policy/policy.ts';
import { TOLD_DAYS } from '../../shared/protocol/http/proposals.ts';
import type { ComingFrame } from '../../shared/protocol/messages.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { DAY, type UnixMs } from '../../shared/time.ts';
import type { PolicyCache, VerifiedPolicy } from './gate/policyCache.ts';
import type { Heard } from './heard.ts';

export interface DatedSources {
  readonly policies: Pick<PolicyCache, 'policy'>;
  readonly heard: Pick<Heard, 'coming'>;
  /** When the connection of this run last ended; null while it lasts, or there was none. */
  readonly endedAt: UnixMs | null;
  readonly isOnline: boolean;
}

/** What has a date, and what had one: what the server last said of it, set against the policy that is here now. */
export function datedNow({ policies, heard, endedAt, isOnline }: DatedSources, now: UnixMs): AgentStatus['dated'] {
  const coming = heard.coming();
  if (coming === null) return null;
  const { asOf, scheduled, dropped, more } = coming.said;
  const policy = policies.policy();
  return {
    asOf: coming.isOfThisRun ? (isOnline ? null : (endedAt ?? asOf)) : asOf,
    scheduled: scheduled.flatMap((one) => datedOne(one, policy)),
    dropped: dropped
      .filter(({ endedAt: since }) => since > now - TOLD_DAYS * DAY)
      .map(({ number, due, reason, state }) => ({ number, due, reason, state })),
    more,
  };
}

/** None for what has been published since: it is announced by the notice now. */
function datedOne(
  { number, due, reason, policy: document }: ComingFrame['scheduled'][number],
  policy: VerifiedPolicy | null,
): NonNullable<AgentStatus['dated']>['scheduled'] {
  const read = readPolicy(document);
  if (read.ok && policy !== null && read.policy.version <= policy.version) return [];
  const before = policy === null ? null : wholeDocument(policy);
  const after = read.ok ? wholeDocument(read.policy) : null;
  const change = before === null || after === null ? null : changeText(before, after, english);
  return [{ number, due, reason, change }];
}
