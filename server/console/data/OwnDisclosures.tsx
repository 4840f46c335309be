import { Button } from '@mantine/core';
import { catalog } from '../../../shared/catalog.ts';
import { basisInWords } from '../../../shared/policy/basisInWords.ts';
import type { OwnDisclosure } from '../../../shared/protocol/http/disclosures.ts';
import { addressOf } from '../api/client.ts';
import { useOwnDisclosures } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { longDay } from '../strings/format.ts';
import { listed, say } from '../strings/say.ts';
import classes from './data.module.css';

/** To whom data of whoever looks was given, outside of the organisation. */
export function OwnDisclosures() {
  const { person } = useMe();
  const { data, error, isPending, refetch } = useOwnDisclosures(person.id);
  const whose = { params: { person: person.id } };
  return (
    <section className="dl-panel dl-stack" aria-labelledby="disclosed-heading">
      <h2 id="disclosed-heading">{say('ownDisclosures.title')}</h2>
      {isPending && <Waiting lines={2} />}
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      {data?.disclosures.length === 0 && <p>{say('ownDisclosures.none')}</p>}
      {data?.disclosures.map((one) => (
        <One key={one.number} disclosure={one} />
      ))}
      {data !== undefined && (
        <div className="dl-row">
          <Button component="a" variant="default" href={addressOf('ownDisclosuresPage', whose)} download>
            {say('records.page')}
          </Button>
          <Button component="a" variant="default" href={addressOf('ownDisclosuresTable', whose)} download>
            {say('disclosures.table')}
          </Button>
        </div>
      )}
    </section>
  );
}

function One({ disclosure }: { disclosure: OwnDisclosure }) {
  const { recipient, basis, why, parameters, from, to, what, givenOn, wasSecret } = disclosure;
  const data = listed(parameters.map((id) => catalog[id].label));
  return (
    <article className={classes.parameter} aria-label={recipient}>
      <h3>{recipient}</h3>
      <p>{say('ownDisclosures.given', { day: longDay(givenOn), what })}</p>
      <p>{say('disclosures.range', { data, from, to })}</p>
      <p className="dl-quiet dl-small">{say('ownDisclosures.why', { basis: basisInWords(basis), why })}</p>
      {wasSecret !== null && (
        <p className="dl-quiet dl-small">
          {say('ownDisclosures.late', { ...wasSecret, until: longDay(wasSecret.until) })}
        </p>
      )}
    </article>
  );
}
