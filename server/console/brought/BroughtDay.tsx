import { Link, useParams } from 'react-router';
import { z } from 'zod';
import { catalog, parameterIds } from '../../../shared/catalog.ts';
import type { ImportedEntry } from '../../../shared/protocol/http/imports.ts';
import { Day } from '../../../shared/time.ts';
import { useImportedDay, useImports } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { NoSuchPage } from '../frame/NoSuchPage.tsx';
import { Note } from '../frame/Note.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { duration, exactTime, longDay } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import classes from './brought.module.css';

/** What the address names, if it names anything. */
const Addressed = z.object({ import: z.uuid(), day: Day });

/** One UTC day of what was brought along, as it stands in the file. */
export function BroughtDay() {
  const addressed = Addressed.safeParse(useParams());
  return addressed.success ? <OneDay which={addressed.data.import} day={addressed.data.day} /> : <NoSuchPage />;
}

function OneDay({ which, day }: { which: string; day: Day }) {
  const { person } = useMe();
  const imports = useImports(person.id);
  const { data, error, isPending, refetch } = useImportedDay(person.id, which, day);
  const organisation = imports.data?.find((one) => one.import === which)?.source.organisation.name ?? '…';
  const tables = parameterIds.flatMap((id) => {
    const own = data?.entries.filter(({ parameter }) => parameter === id) ?? [];
    return own.length === 0 ? [] : [[id, own] as const];
  });
  return (
    <Page title={say('brought.day', { day: longDay(day) })} lead={say('brought.dayLead', { organisation })}>
      <div className="dl-stack">
        {isPending && <Waiting lines={5} />}
        {error !== null && <Failure error={error} retry={() => void refetch()} />}
        {data?.entries.length === 0 && <Empty>{say('brought.dayNone')}</Empty>}
        {data?.more === true && <Note>{say('brought.dayMore')}</Note>}
        {tables.map(([id, entries]) => (
          <section key={id} className="dl-panel dl-stack" aria-label={catalog[id].label}>
            <h2>{catalog[id].label}</h2>
            <Entries label={catalog[id].label} entries={entries} />
          </section>
        ))}
        <p>
          <Link to="/brought-along">{say('brought.back')}</Link>
        </p>
      </div>
    </Page>
  );
}

function Entries({ label, entries }: { label: string; entries: readonly ImportedEntry[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the window is scrolled by keys too
    <div className={classes.table} role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {[say('brought.time'), say('brought.lasted'), say('brought.what')].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.map(({ line }, place) => {
            const { at, span, said } = readLine(line);
            return (
              <tr key={String(place)}>
                <td>{exactTime(at)}</td>
                <td>{span === 0 ? say('brought.moment') : duration(span)}</td>
                <td>
                  <bdi>{said}</bdi>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const Line = z.looseObject({ observation: z.looseObject({ at: z.number(), span: z.number() }) });

/** Every field of the observation but those that all have, and what names a picture. */
function readLine(line: ImportedEntry['line']): { at: number; span: number; said: string } {
  const {
    at,
    span,
    parameter: _parameter,
    mono: _mono,
    image: _image,
    digest: _digest,
    ...fields
  } = Line.parse(line).observation;
  const said = Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [say('brought.field', { name, value: shown(value) })],
  );
  return { at, span, said: said.join(' · ') };
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
