import { Button, NumberInput } from '@mantine/core';
import { useState } from 'react';
import type { EntriesView, RetentionView } from '../../../shared/protocol/http/retention.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { usePreviewOfEntries } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Proof, useProofFields } from '../erasing/Proof.tsx';
import { DialogForm } from '../frame/DialogForm.tsx';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Note } from '../frame/Note.tsx';
import { dateTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';

/** How long is kept who looked, and what else is on record; the owner says it. */
export function EntriesKept({ entries, entriesHeld }: Pick<RetentionView, 'entries' | 'entriesHeld'>) {
  const { person } = useMe();
  const [changing, change] = useState<EntriesView | null>(null);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="entries-heading">
      <h2 id="entries-heading">{say('entries.title')}</h2>
      <p className="dl-quiet">{say('entries.text')}</p>
      {entriesHeld !== null && <Note>{say(`entries.held.${entriesHeld}`)}</Note>}
      <ul className="dl-list dl-spaced">
        {entries.map((one) => (
          <li key={one.kind}>
            <div className="dl-row">
              <strong>{say(`entries.kind.${one.kind}`)}</strong>
              <span>{count('days', one.days)}</span>
              {may.keepEntries(person.role) && (
                <Button
                  variant="default"
                  size="xs"
                  aria-label={`${say('entries.change')}: ${say(`entries.kind.${one.kind}`)}`}
                  onClick={() => change(one)}
                >
                  {say('entries.change')}
                </Button>
              )}
            </div>
            <div className="dl-quiet dl-small">
              {one.oldest === null
                ? say('retention.nothing')
                : `${count('entries.stored', one.count)} · ${say('entries.oldest', { time: dateTime(one.oldest) })}`}
            </div>
          </li>
        ))}
      </ul>
      {changing !== null && <Change entries={changing} onClose={() => change(null)} />}
    </section>
  );
}

function Change({
  entries: { kind, days: before, least, most },
  onClose,
}: {
  entries: EntriesView;
  onClose: () => void;
}) {
  const [days, setDays] = useState<number | string>(before);
  const fields = useProofFields();
  const isOne = typeof days === 'number' && Number.isInteger(days) && days >= least && days <= most;
  const preview = usePreviewOfEntries(kind, isOne ? days : before);
  const send =
    isOne && fields.isWhole && preview.data !== undefined
      ? () => call('keepEntries', { body: { kind, days, ...fields.body } }).finally(fields.clear)
      : null;
  return (
    <DialogForm
      title={say(`entries.keep.${kind}`)}
      button={say('entries.save')}
      onClose={onClose}
      send={send}
      stale={[keys.retention]}
    >
      {(tried) => (
        <>
          <NumberInput
            label={say('entries.days')}
            description={say(`entries.range.${kind}`, { least, most })}
            value={days}
            allowDecimal={false}
            error={tried && !isOne ? say(`entries.range.${kind}`, { least, most }) : undefined}
            onChange={setDays}
          />
          {preview.isError && <Failure error={preview.error} retry={() => void preview.refetch()} />}
          {isOne && preview.data !== undefined && (
            <p role="status">
              {preview.data.count === 0
                ? say('entries.goesNothing')
                : `${count('entries.goes', preview.data.count)} ${say('entries.goesFor')}`}
            </p>
          )}
          <Proof fields={fields} error={null} />
        </>
      )}
    </DialogForm>
  );
}
