import { changeText } from '../../shared/policy/changeWords.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import { readPolicy, wholeDocument } from '../../shared/policy/policy.ts';
import { TOLD_DAYS } from '../../shared/protocol/http/proposals.ts';
import type { ComingFrame } from '../../shared/protocol/messages.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { DAY, type UnixMs } from '../../shared/time.ts';
import type { PolicyCache, VerifiedPolicy } from './gate/policyCache.ts';
import type { Heard } from './heard.ts';

/** What has a date, and what had one: what the server last said of it, set against the policy that is here now. */
export type Dated = (link: Link, now: UnixMs) => AgentStatus['dated'];

interface Link {
  /** When the connection of this run last ended; null while it lasts, or there was none. */
  readonly endedAt: UnixMs | null;
  readonly isOnline: boolean;
}

/** It is asked for once a second by each open window, and the documents are compared when one of them is another. */
export function createDated(policies: Pick<PolicyCache, 'policy'>, heard: Pick<Heard, 'coming'>): Dated {
  let last: {
    readonly said: ComingFrame;
    readonly policy: VerifiedPolicy | null;
    readonly scheduled: Scheduled;
  } | null = null;

  function scheduledIn(said: ComingFrame): Scheduled {
    const policy = policies.policy();
    if (last?.said !== said || last.policy !== policy) {
      last = { said, policy, scheduled: said.scheduled.flatMap((one) => datedOne(one, policy)) };
    }
    return last.scheduled;
  }

  return ({ endedAt, isOnline }, now) => {
    const coming = heard.coming();
    if (coming === null) return null;
    const { asOf, dropped, more } = coming.said;
    return {
      asOf: coming.isOfThisRun ? (isOnline ? null : (endedAt ?? asOf)) : asOf,
      scheduled: [...scheduledIn(coming.said)],
      dropped: dropped
        .filter(({ endedAt: since }) => since > now - TOLD_DAYS * DAY)
        .map(({ number, due, reason, state }) => ({ number, due, reason, state })),
      more,
    };
  };
}

type Scheduled = NonNullable<AgentStatus['dated']>['scheduled'];

/** None for what has been published since: it is announced by the notice now. */
function datedOne(
  { number, due, reason, policy: document }: ComingFrame['scheduled'][number],
  policy: VerifiedPolicy | null,
): Scheduled {
  const read = readPolicy(document);
  if (read.ok && policy !== null && read.policy.version <= policy.version) return [];
  const before = policy === null ? null : wholeDocument(policy);
  const after = read.ok ? wholeDocument(read.policy) : null;
  const change = before === null || after === null ? null : changeText(before, after, english);
  return [{ number, due, reason, change }];
}
