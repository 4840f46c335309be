import { useObjections } from '../api/reads.ts';
import { say } from '../strings/say.ts';
import { ObjectionState } from './ObjectionState.tsx';

/** Why something is off for this person although the policy has it on. Nothing where they have objected to nothing. */
export function PersonObjections({ person }: { person: string }) {
  const { data } = useObjections(person, false);
  if (data === undefined || (data.objections.length === 0 && !data.unreadable)) return null;
  return (
    <section className="dl-panel dl-stack" aria-labelledby="objections-heading">
      <h2 id="objections-heading">{say('objections.ofPerson')}</h2>
      {data.unreadable && <p>{say('objections.unreadable')}</p>}
      {data.objections.map((objection) => (
        <ObjectionState key={objection.parameter} objection={objection} own={false} />
      ))}
    </section>
  );
}
