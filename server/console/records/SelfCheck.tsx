import { Link } from 'react-router';
import { Mark, type Tone } from '../../../look/Mark.tsx';
import { catalog } from '../../../shared/catalog.ts';
import type { Finding } from '../../../shared/protocol/http/assessments.ts';
import { dayOf } from '../../../shared/time.ts';
import { useSelfCheck } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime, longDay } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import classes from './records.module.css';

/** What the server finds when it looks whether its own records are in order. */
export function SelfCheck() {
  const { data, error, isPending, refetch } = useSelfCheck();
  return (
    <section className="dl-panel dl-stack" aria-labelledby="check-heading">
      <h2 id="check-heading">{say('check.title')}</h2>
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      {error === null && isPending && <Waiting lines={2} />}
      {data?.findings.length === 0 && <Mark tone="on">{say('check.nothing')}</Mark>}
      {data !== undefined && data.findings.length > 0 && (
        <ul className={classes.findings}>
          {data.findings.map((finding) => (
            <li key={`${finding.kind} ${finding.parameter}`}>
              <Mark tone={tones[finding.kind]}>{say(`check.mark.${finding.kind}`)}</Mark>
              <span>{wordsOf(finding)}</span>
            </li>
          ))}
        </ul>
      )}
      {data !== undefined && (
        <p className="dl-quiet dl-small">
          {data.lastRun === null ? say('check.neverRan') : say('check.lastRan', { when: dateTime(data.lastRun) })}{' '}
          <Link to="/records/assessments">{say('assessments.title')}</Link>
        </p>
      )}
    </section>
  );
}

const tones: Readonly<Record<Finding['kind'], Tone>> = {
  over: 'gone',
  unassessed: 'gone',
  not_in_policy: 'gone',
  unreadable: 'gone',
  incident: 'gone',
  due: 'wait',
  controller: 'wait',
};

function wordsOf({ kind, parameter, at, count }: Finding): string {
  const what = parameter === null ? '' : catalog[parameter].label;
  const day = at === null ? '' : longDay(dayOf(at));
  return say(`check.${kind}`, { what, day, count });
}
