import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import type { ImportView } from '../../../shared/protocol/http/imports.ts';
import { useImports } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime, longDay } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { Amounts } from './Amounts.tsx';
import { BringAlong } from './BringAlong.tsx';
import classes from './brought.module.css';
import { EraseBrought } from './EraseBrought.tsx';

/** What whoever looks brought along from other servers, and how to bring more. */
export function BroughtAlong() {
  const { person } = useMe();
  const imports = useImports(person.id);
  return (
    <Page title={say('brought.title')} lead={say('brought.lead')}>
      <div className="dl-stack">
        <section className="dl-panel dl-stack" aria-labelledby="list-heading">
          <h2 id="list-heading">{say('brought.list')}</h2>
          {imports.isPending && <Waiting lines={3} />}
          {imports.isError && <Failure error={imports.error} retry={() => void imports.refetch()} />}
          {imports.data?.length === 0 && <Empty>{say('brought.none')}</Empty>}
          {imports.data?.map((one) => (
            <Brought key={one.import} brought={one} />
          ))}
        </section>
        <BringAlong />
        <p>
          <Link to="/my-data">{say('nav.myData')}</Link>
        </p>
      </div>
    </Page>
  );
}

function Brought({ brought }: { brought: ImportView }) {
  const { source, at, keptUntil, parameters, images } = brought;
  const [opened, open] = useState(false);
  const organisation = source.organisation.name;
  const days = [...new Set(parameters.flatMap((one) => one.days))].toSorted().toReversed();
  return (
    <article className={classes.brought} aria-label={organisation}>
      <h3>{say('brought.from', { organisation, person: source.person.name })}</h3>
      <p className="dl-quiet dl-small">
        {say('brought.at', { time: dateTime(at), asOf: dateTime(source.asOf), day: longDay(keptUntil) })}
      </p>
      <Amounts parameters={parameters} images={images} />
      <details>
        <summary>{count('brought.showDays', days.length)}</summary>
        <ul className={classes.days}>
          {days.map((day) => (
            <li key={day}>
              <Link
                to={`/brought-along/${brought.import}/${day}`}
                aria-label={say('brought.openDay', { day: longDay(day), organisation })}
              >
                {day}
              </Link>
            </li>
          ))}
        </ul>
      </details>
      <div>
        <Button variant="default" onClick={() => open(true)} aria-label={say('brought.eraseOf', { organisation })}>
          {say('brought.erase')}
        </Button>
      </div>
      <EraseBrought key={String(opened)} brought={brought} opened={opened} onClose={() => open(false)} />
    </article>
  );
}
