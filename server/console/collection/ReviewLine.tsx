import { Link } from 'react-router';
import { Mark } from '../../../look/Mark.tsx';
import { catalog, type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import type { PolicyDocument, PolicyRule } from '../../../shared/policy/policy.ts';
import { reviewState } from '../../../shared/policy/review.ts';
import { dayOf } from '../../../shared/time.ts';
import { useMe } from '../api/useMe.ts';
import { may } from '../frame/may.ts';
import { Note } from '../frame/Note.tsx';
import { longDay } from '../strings/format.ts';
import { listed, say } from '../strings/say.ts';

/** To which day a parameter is assessed, where that is of any account. */
export function ReviewLine({ parameter, rule, now }: { parameter: ParameterId; rule: PolicyRule; now: number }) {
  const state = reviewState(parameter, rule, now);
  const day = rule.reviewBy === undefined ? '' : longDay(dayOf(rule.reviewBy));
  switch (state) {
    case 'not_needed':
      return null;
    case 'holds':
      return <div className="dl-quiet dl-small">{say('review.holds', { day })}</div>;
    case 'due':
      return (
        <div className="dl-small">
          <Mark tone="wait">{say('review.soon')}</Mark> {say('review.due', { day })}
        </div>
      );
    case 'over':
      return (
        <div className="dl-small">
          <Mark tone="gone">{say('review.off')}</Mark> {say('review.over', { day })}
        </div>
      );
    case 'unassessed':
      return <div className="dl-quiet dl-small">{say('review.unassessed')}</div>;
  }
}

/** What is off because nobody has assessed it again, and what soon will be, before anything else on the page. */
export function ReviewNote({ policy, now }: { policy: PolicyDocument; now: number }) {
  const { person } = useMe();
  const of = (wanted: 'over' | 'due') =>
    parameterIds.filter((id) => reviewState(id, policy.parameters[id], now) === wanted).map((id) => catalog[id].label);
  const [over, due] = [of('over'), of('due')];
  if (over.length === 0 && due.length === 0) return null;
  return (
    <Note tone="wait">
      {over.length > 0 && <p>{say('review.someOver', { what: listed(over) })}</p>}
      {due.length > 0 && <p>{say('review.someDue', { what: listed(due) })}</p>}
      <p>
        {may.keepRecords(person.role) ? (
          <Link to="/records/assessments">{say('assessments.title')}</Link>
        ) : (
          say('review.whoAssesses')
        )}
      </p>
    </Note>
  );
}
