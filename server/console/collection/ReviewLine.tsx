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
  const text = reviewText(parameter, rule, now);
  switch (reviewState(parameter, rule, now)) {
    case 'not_needed':
      return null;
    case 'holds':
    case 'unassessed':
      return <div className="dl-quiet dl-small">{text}</div>;
    case 'due':
      return (
        <div className="dl-small">
          <Mark tone="wait">{say('review.soon')}</Mark> {text}
        </div>
      );
    case 'over':
    case 'never':
      return (
        <div className="dl-small">
          <Mark tone="gone">{say('review.off')}</Mark> {text}
        </div>
      );
  }
}

/** The same as text alone; null where it is of no account. */
export function reviewText(
  parameter: ParameterId,
  rule: Parameters<typeof reviewState>[1],
  now: number,
): string | null {
  const state = reviewState(parameter, rule, now);
  const day = rule.reviewBy === undefined ? '' : longDay(dayOf(rule.reviewBy));
  return state === 'not_needed' ? null : say(`review.${state}`, { day });
}

/** What is off because nobody has assessed it again, and what soon will be, before anything else on the page. */
export function ReviewNote({ policy, now }: { policy: PolicyDocument; now: number }) {
  const { person } = useMe();
  const of = (wanted: 'over' | 'never' | 'due') =>
    parameterIds.filter((id) => reviewState(id, policy.parameters[id], now) === wanted).map((id) => catalog[id].label);
  const [over, never, due] = [of('over'), of('never'), of('due')];
  if ([...over, ...never, ...due].length === 0) return null;
  return (
    <Note tone="wait">
      {over.length > 0 && <p>{say('review.someOver', { what: listed(over) })}</p>}
      {never.length > 0 && <p>{say('review.someNever', { what: listed(never) })}</p>}
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
