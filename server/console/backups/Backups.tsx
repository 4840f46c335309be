import { Button, Progress } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Mark } from '../../../look/Mark.tsx';
import type { BackupProblem, BackupsView, BackupView } from '../../../shared/protocol/http/backups.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useBackups } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime, size } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import classes from './backups.module.css';

/** Which backups there are, until when, whether they are whole, and what somebody has to see to. */
export function Backups() {
  const read = useBackups();
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () => call('makeBackup', {}),
    onSuccess: (view) => client.setQueryData(keys.backups, view),
  });
  const view = read.data;
  const action = view !== undefined && view.place !== null && (
    <Button loading={make.isPending} disabled={view.job !== null} onClick={() => make.mutate()}>
      {say('backups.make')}
    </Button>
  );
  return (
    <Page title={say('nav.backups')} lead={say('backups.lead')} actions={action}>
      {read.isPending && <Waiting lines={5} />}
      {read.isError && <Failure error={read.error} retry={() => void read.refetch()} />}
      {make.isError && <Failure error={make.error} />}
      {view !== undefined && (
        <div className="dl-stack">
          {view.problems.map((problem) => (
            <Problem key={problem.kind} problem={problem} />
          ))}
          {view.place !== null && <Schedule view={view} />}
          <Recovery recovery={view.recovery} />
          <List backups={view.backups} />
        </div>
      )}
    </Page>
  );
}

function Problem({ problem: { kind, count: many, names } }: { problem: BackupProblem }) {
  return (
    <Note tone={kind === 'no_place' ? 'wait' : 'gone'}>
      <p>{say(`backups.problem.${kind}`, { n: many })}</p>
      {names.length > 0 && (
        <ul className="dl-list">
          {names.map((name) => (
            <li key={name} className={classes.name}>
              {name}
            </li>
          ))}
        </ul>
      )}
    </Note>
  );
}

function Schedule({ view: { place, nextAt, everyMs, keepDays, job } }: { view: BackupsView }) {
  return (
    <section className="dl-panel dl-stack" aria-labelledby="backups-schedule">
      <h2 id="backups-schedule">{say('backups.schedule')}</h2>
      <p>{say('backups.kept', { place: place ?? '' })}</p>
      <p>
        {count('backups.every', Math.round(everyMs / 3_600_000))} {count('backups.keep', keepDays)}
      </p>
      {job === null ? nextAt !== null && <p>{say('backups.next', { when: dateTime(nextAt) })}</p> : <Job job={job} />}
    </section>
  );
}

function Recovery({ recovery }: { recovery: BackupsView['recovery'] }) {
  return (
    <section className="dl-panel dl-stack" aria-labelledby="backups-recovery">
      <div className="dl-row">
        <h2 id="backups-recovery">{say('backups.recovery')}</h2>
        <Mark tone={recovery.state === 'written' ? 'on' : recovery.state === 'none' ? 'wait' : 'gone'}>
          {say(`backups.recovery.is.${recovery.state}`)}
        </Mark>
      </div>
      <p className={classes.name}>{recoveryWords(recovery)}</p>
    </section>
  );
}

function recoveryWords({ state, file, writtenAt, failing }: BackupsView['recovery']): string {
  const when = writtenAt === null ? '' : dateTime(writtenAt);
  const named = { file: file ?? '', when };
  if (state === 'none' || state === 'unreadable') return say(`backups.recovery.${state}`);
  if (failing === null) return say('backups.recovery.written', named);
  const why = { ...named, since: dateTime(failing.since), code: failing.code };
  return say(writtenAt === null ? 'backups.recovery.never' : 'backups.recovery.failing', why);
}

function Job({ job: { doing, done, of } }: { job: NonNullable<BackupsView['job']> }) {
  const what = say(`backups.doing.${doing}`);
  const text = of === 0 ? what : say('backups.doing.far', { what, done: size(done), of: size(of) });
  return (
    <div role="status">
      <p>{text}</p>
      <Progress mt="xs" value={of === 0 ? 100 : (100 * done) / of} animated={of === 0} aria-label={text} />
    </div>
  );
}

function List({ backups }: { backups: readonly BackupView[] }) {
  if (backups.length === 0)
    return (
      <div className="dl-panel">
        <Empty>{say('backups.none')}</Empty>
      </div>
    );
  return (
    <div className="dl-panel dl-stack">
      <div className="dl-table-scroll" role="region" aria-label={say('nav.backups')} tabIndex={0}>
        <table className="dl-table dl-entries">
          <thead>
            <tr>
              <th scope="col">{say('backups.made')}</th>
              <th scope="col">{say('backups.state')}</th>
              <th scope="col">{say('backups.ends')}</th>
              <th scope="col">{say('backups.size')}</th>
              <th scope="col">{say('backups.checked')}</th>
            </tr>
          </thead>
          <tbody>
            {backups.map((one) => (
              <Row key={one.backup} one={one} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Row({ one: { at, state, expires, endedAt, bytes, checked } }: { one: BackupView }) {
  const isDamaged = state === 'complete' && checked?.damaged === true;
  return (
    <tr>
      <td className="dl-number">{dateTime(at)}</td>
      <td>
        <Mark tone={isDamaged ? 'gone' : tones[state]}>
          {say(isDamaged ? 'backups.damaged' : `backups.is.${state}`)}
        </Mark>
      </td>
      <td className="dl-number">
        {say(endedAt === null ? 'backups.endsOn' : 'backups.endedOn', { when: dateTime(endedAt ?? expires) })}
      </td>
      <td className="dl-number" data-label={bytes === 0 ? undefined : say('backups.size')}>
        {bytes === 0 ? '' : size(bytes)}
      </td>
      <td data-label={state === 'complete' || checked !== null ? say('backups.checked') : undefined}>
        {checked === null
          ? state === 'complete' && say('backups.unchecked')
          : say(checked.how === 'all' ? 'backups.checkedAll' : 'backups.checkedStructure', {
              when: dateTime(checked.at),
            })}
      </td>
    </tr>
  );
}

const tones = { making: 'wait', complete: 'on', failed: 'gone', ended: 'off' } as const;
