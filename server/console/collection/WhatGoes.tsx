import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import type { Difference } from '../../../shared/policy/differences.ts';
import { usePreviewOfRetention } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { longDay } from '../strings/format.ts';
import { count, listed, say } from '../strings/say.ts';

/** What is deleted of everyone once fewer days hold: said before they do. */
export function WhatGoes({ changes, waits }: { changes: readonly Difference[]; waits: boolean }) {
  const shorter = changes.flatMap((change) =>
    change.kind === 'rule' && change.field === 'retentionDays' && change.direction === 'lower'
      ? [{ parameter: change.parameter, days: change.after.retentionDays }]
      : [],
  );
  if (shorter.length === 0) return null;
  return (
    <Note tone="gone">
      <p>{say(waits ? 'goes.then' : 'goes.now')}</p>
      <ul className="dl-list">
        {shorter.map((one) => (
          <One key={one.parameter} {...one} />
        ))}
      </ul>
      <p>{say('goes.never')}</p>
    </Note>
  );
}

function One({ parameter, days }: { parameter: ParameterId; days: number }) {
  const preview = usePreviewOfRetention(parameter, days);
  const { label } = catalog[parameter];
  if (preview.isError) return <Failure error={preview.error} retry={() => void preview.refetch()} />;
  if (preview.data === undefined) return <li>{say('goes.counting', { label })}</li>;
  const { goes } = preview.data;
  if (goes.oldest === null || goes.newest === null) return <li>{say('goes.nothing', { label })}</li>;
  const amounts = listed([
    count('personDays', goes.days),
    count('pieces', goes.pieces),
    ...(goes.images === 0 ? [] : [count('images', goes.images)]),
  ]);
  return <li>{say('goes.amounts', { label, amounts, from: longDay(goes.oldest), to: longDay(goes.newest) })}</li>;
}
