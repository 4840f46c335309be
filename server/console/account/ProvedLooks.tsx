import { Button } from '@mantine/core';
import { Mark } from '../../../look/Mark.tsx';
import type { AccessEntry } from '../../../shared/protocol/http/accesses.ts';
import { addressOf } from '../api/client.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { dateTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { fingerprint, type LookVerdict } from './checkLooks.ts';
import type { CheckedLooks } from './useCheckedLooks.ts';

/** Checks the list of one's own, and says what came of it: first of all where something is wrong. */
export function ProvedLooks({ entries, looks }: { entries: readonly AccessEntry[]; looks: CheckedLooks }) {
  const numbered = entries.filter(({ seq }) => seq !== null);
  const verdicts = numbered.flatMap((entry) => looks.of(entry) ?? []);
  const proved = verdicts.filter(({ kind }) => kind === 'proved');
  const earlier = verdicts.filter(({ kind }) => kind === 'earlier');
  const wrong = verdicts.length - proved.length - earlier.length;
  const isOver =
    !looks.isChecking && looks.error === null && verdicts.length === numbered.length && looks.done !== null;
  if (numbered.length === 0) return null;
  return (
    <section className="dl-panel dl-stack" aria-labelledby="checked-looks" style={{ marginBottom: '1rem' }}>
      <h2 id="checked-looks">{say('accesses.checkedTitle')}</h2>
      {wrong > 0 && (
        <Note tone="gone">
          <p>
            <strong>{count('accesses.someNotProved', wrong)}</strong>
          </p>
          <p>{say('accesses.whatToDo')}</p>
        </Note>
      )}
      <div role="status">
        {looks.isChecking && <p>{say('accesses.checking', { done: looks.done ?? 0, of: numbered.length })}</p>}
        {isOver && earlier.length > 0 && <p>{count('accesses.someEarlier', earlier.length)}</p>}
        {isOver && wrong === 0 && proved.length > 0 && (
          <p>{count(earlier.length > 0 ? 'accesses.othersProved' : 'accesses.allProved', proved.length)}</p>
        )}
      </div>
      {looks.error !== null && <Failure error={looks.error} />}
      {isOver && <Tree verdicts={verdicts} />}
      {!isOver && (
        <>
          <p className="dl-quiet">{say('accesses.checkLead')}</p>
          <div>
            <Button variant="default" loading={looks.isChecking} onClick={() => looks.check(numbered)}>
              {say('accesses.check')}
            </Button>
          </div>
        </>
      )}
    </section>
  );
}

/** Of the newest proof: later ones are of the same tree, or of a larger one. */
function Tree({ verdicts }: { verdicts: readonly LookVerdict[] }) {
  const last = verdicts.findLast((one) => one.kind === 'proved');
  if (last === undefined) return null;
  return (
    <>
      <p className="dl-small" style={{ overflowWrap: 'anywhere' }}>
        {say('accesses.tree', { size: last.size, at: dateTime(last.at) })} <code>{fingerprint(last.serverKey)}</code>
      </p>
      <p className="dl-quiet dl-small">{say('accesses.treeHow')}</p>
    </>
  );
}

/** What is known of one entry, and the file that says so without this server. */
export function LookProof({ entry, person, looks }: { entry: AccessEntry; person: string; looks: CheckedLooks }) {
  if (entry.seq === null) return <span className="dl-quiet dl-small">{say('accesses.noNumber')}</span>;
  return (
    <>
      <Verdict verdict={looks.of(entry)} />{' '}
      <a
        href={addressOf('accessProof', { params: { person, seq: String(entry.seq) } })}
        download={`look-${entry.seq}.json`}
      >
        {say('accesses.save')}
        <span className="dl-hidden"> {say('accesses.saveOf', { at: dateTime(entry.at) })}</span>
      </a>
    </>
  );
}

function Verdict({ verdict }: { verdict: LookVerdict | undefined }) {
  if (verdict === undefined) return null;
  if (verdict.kind === 'proved') return <Mark tone="on">{say('accesses.proved')}</Mark>;
  if (verdict.kind === 'earlier') return <span className="dl-quiet dl-small">{say('accesses.noNumber')}</span>;
  return (
    <>
      <Mark tone="gone">{say('accesses.notProved')}</Mark>{' '}
      <span className="dl-small">{say(`accesses.fault.${verdict.fault}`)}</span>
    </>
  );
}
