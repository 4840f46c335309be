import { Mark } from '../../../look/Mark.tsx';
import { catalog } from '../../../shared/catalog.ts';
import { basisInWords } from '../../../shared/policy/basisInWords.ts';
import type { OwnHold } from '../../../shared/protocol/http/holds.ts';
import { useOwnHolds } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { holdTones } from '../records/holdTones.ts';
import { longDay } from '../strings/format.ts';
import { listed, say } from '../strings/say.ts';
import classes from './data.module.css';

/** What of whoever looks must not be deleted for now, and why. */
export function OwnHolds() {
  const { person } = useMe();
  const { data, error, isPending, refetch } = useOwnHolds(person.id);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="holds-heading">
      <h2 id="holds-heading">{say('ownHolds.title')}</h2>
      {isPending && <Waiting lines={2} />}
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      {data?.holds.length === 0 && <p>{say('ownHolds.none')}</p>}
      {data?.holds.map((one) => (
        <One key={one.number} hold={one} />
      ))}
    </section>
  );
}

function One({ hold }: { hold: OwnHold }) {
  const { parameters, from, to, why, authority, until, state } = hold;
  const data = listed(parameters.map((id) => catalog[id].label));
  return (
    <article className={classes.parameter} aria-label={data}>
      <h3>{data}</h3>
      <div>
        <Mark tone={holdTones[state]}>{say(`holds.state.${state}`)}</Mark>
      </div>
      <p>{say('disclosures.range', { data, from, to })}</p>
      <p>{say('ownHolds.until', { until: longDay(until), why })}</p>
      <p className="dl-quiet dl-small">{say('ownHolds.authority', { authority: basisInWords(authority) })}</p>
    </article>
  );
}
