import { Button, Checkbox } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { catalog, type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import type { ErasureTarget, ErasureView } from '../../../shared/protocol/http/erasures.ts';
import type { HeldView } from '../../../shared/protocol/http/ownData.ts';
import { useErasures } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { dayIn, exactTime, longDay, viewerZone } from '../strings/format.ts';
import { count, joined, say } from '../strings/say.ts';
import { DayPair, type DaySpan, isWholeSpan } from './DayPair.tsx';
import { EraseDialog } from './EraseDialog.tsx';

/** A part of what is held, gone before its time: of which parameters, and of which days. And what was erased so far. */
export function EraseDays({ held }: { held: HeldView }) {
  const zone = viewerZone();
  const there = held.parameters.map(({ parameter }) => parameter);
  const [chosen, choose] = useState<readonly ParameterId[]>([]);
  const days = held.parameters.flatMap((one) => one.days).toSorted();
  const [span, setSpan] = useState<DaySpan>({ from: days.at(-1) ?? '', to: days.at(-1) ?? '' });
  const [target, setTarget] = useState<ErasureTarget | null>(null);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const parameters = parameterIds.filter((id) => chosen.includes(id));
    setTarget({ kind: 'days', parameters, ...span, zone });
  };
  const isWhole = chosen.length > 0 && isWholeSpan(span);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="erase-heading">
      <h2 id="erase-heading">{say('erase.title')}</h2>
      <p>{say('erase.text')}</p>
      {there.length > 0 && (
        <form className="dl-stack" onSubmit={submit} noValidate>
          <Checkbox.Group
            label={say('erase.what')}
            value={[...chosen]}
            onChange={(ids) => choose(parameterIds.filter((id) => ids.includes(id)))}
          >
            <div className="dl-stack" style={{ gap: '0.5rem', marginTop: '0.5rem' }}>
              {there.map((id) => (
                <Checkbox key={id} value={id} label={catalog[id].label} />
              ))}
            </div>
          </Checkbox.Group>
          <DayPair span={span} onChange={setSpan} />
          <p className="dl-quiet dl-small">{say('erase.zone', { zone })}</p>
          <div>
            <Button type="submit" variant="default" disabled={!isWhole}>
              {say('erase.look')}
            </Button>
          </div>
        </form>
      )}
      {target !== null && (
        <EraseDialog target={target} opened onClose={() => setTarget(null)} onErased={() => setTarget(null)} />
      )}
      <Erased />
    </section>
  );
}

/** It stays listed, with how far it is. */
function Erased() {
  const erasures = useErasures(useMe().person.id);
  if (erasures.isError) return <Failure error={erasures.error} retry={() => void erasures.refetch()} />;
  if (erasures.data === undefined || erasures.data.length === 0) return null;
  return (
    <>
      <h3>{say('erased.title')}</h3>
      <ul className="dl-list" aria-live="polite">
        {erasures.data.map((one) => (
          <li key={one.number}>
            <ErasureLine erasure={one} />
          </li>
        ))}
      </ul>
    </>
  );
}

function ErasureLine({ erasure }: { erasure: ErasureView }) {
  const { state, at, changedAt, by, byName } = erasure;
  return (
    <>
      <p>{whatOf(erasure)}</p>
      {by !== null && <p>{say('erased.by', { who: byName ?? say('requests.someoneGone') })}</p>}
      {state === 'verified' ? (
        <p className="dl-quiet dl-small">
          {say('erased.verified', {
            asked: exactTime(at),
            time: exactTime(changedAt),
            day: longDay(dayIn(changedAt)),
          })}
        </p>
      ) : (
        <Note tone="wait">
          <p>{say(`erased.${state}`)}</p>
        </Note>
      )}
    </>
  );
}

function whatOf({ of, why }: ErasureView): string {
  if (of === null) return say('erased.unreadable');
  const { parts, image, counted } = of;
  const [first] = parts;
  if (first === undefined) return '';
  if (image !== null) return say('erased.image', { day: longDay(dayIn(first.from)), time: exactTime(first.from) });
  const labels = joined(parts.map(({ parameter }) => catalog[parameter].label));
  const records = counted.reduce((sum, one) => sum + one.records, 0);
  if (why === 'reported') return `${say('erased.reported')} ${count('erased.records', records)}`;
  if (why !== 'own') return say(`erased.why.${why ?? 'lowering'}`, { labels });
  const days = { from: longDay(dayIn(first.from)), to: longDay(dayIn(first.to - 1)) };
  const what =
    days.from === days.to ? say('erased.oneDay', { labels, day: days.from }) : say('erased.days', { labels, ...days });
  return records === 0 ? what : `${what} ${count('erased.records', records)}`;
}
