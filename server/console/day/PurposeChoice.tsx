import type { ParameterId, Purpose } from '../../../shared/catalog.ts';
import { usePolicy } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Empty } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { listed, say } from '../strings/say.ts';
import classes from './day.module.css';
import { offeredPurposes } from './purposes.ts';

/** Asks why, before anything is read. Says what each purpose shows, and that whoever is looked at will know. */
export function PurposeChoice(props: {
  question: string;
  recorded: string;
  /** What the page reads. */
  parameters: readonly ParameterId[];
  onChoose: (purpose: Purpose) => void;
}) {
  const { question, recorded, parameters, onChoose } = props;
  const { person } = useMe();
  const policy = usePolicy();
  if (policy.isPending) return <Waiting lines={3} />;
  if (policy.isError) return <Failure error={policy.error} retry={() => void policy.refetch()} />;
  const offered = offeredPurposes(policy.data.policy, person.role, parameters);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="purpose-heading">
      <h2 id="purpose-heading">{question}</h2>
      <Note>
        <p>{recorded}</p>
        <p>{say('purpose.limit')}</p>
      </Note>
      {offered.length === 0 ? (
        <Empty>{say('purpose.nothing')}</Empty>
      ) : (
        <ul className={classes.purposes}>
          {offered.map(({ purpose, shows }) => (
            <li key={purpose}>
              <button type="button" className={classes.purpose} onClick={() => onChoose(purpose)}>
                <strong>{say(`purpose.${purpose}`)}</strong>
                <span className="dl-quiet dl-small">{say('purpose.shows', { what: listed(shows) })}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
