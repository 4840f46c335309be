import { NEVER } from '../../../shared/policy/notice.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { MINUTE, SECOND } from '../../../shared/time.ts';
import { duration } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';

/** What holds for all parameters together. */
export function PolicyFacts({ policy }: { policy: PolicyDocument }) {
  const { leaseHours, screenshotReviewSeconds, idleSeconds } = policy;
  return (
    <section className="dl-panel" aria-labelledby="policy-facts">
      <h2 id="policy-facts">{say('facts.title')}</h2>
      <ul>
        <li>
          {say('facts.lease', {
            observed: count('hours', leaseHours.observed),
            entered: count('days', Math.round(leaseHours.entered / 24)),
          })}
        </li>
        <li>{say('facts.review', { time: duration(Math.max(screenshotReviewSeconds * SECOND, 0)) })}</li>
        <li>{say('facts.idle', { time: duration(Math.max(idleSeconds * SECOND, MINUTE)) })}</li>
        <li>{NEVER}</li>
      </ul>
    </section>
  );
}
