import { classOf } from '../../../shared/policy/changeClass.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { count, say } from '../strings/say.ts';

/** What the change asks of people by its class, and how long they have to react to it. */
export function ClassLine({ before, after }: { before: PolicyDocument; after: PolicyDocument }) {
  const { whole } = classOf(before, after);
  if (whole === null) return null;
  const days = Math.max(before.reactionDays ?? 0, after.reactionDays ?? 0);
  return (
    <>
      <p>{say(`class.${whole}`)}</p>
      {whole !== 'minor' && days > 0 && <p>{say('class.reaction', { time: count('days', days) })}</p>}
    </>
  );
}
