import { catalog } from '../../../shared/catalog.ts';
import type { ProcessingActivity, ProcessingRecord } from '../../../shared/protocol/http/processing.ts';
import { reviewText } from '../collection/ReviewLine.tsx';
import { rolesText } from '../collection/words.ts';
import { count, listed, say } from '../strings/say.ts';
import classes from './records.module.css';

/** What is processed, of whom, for whom, for how long, and how it is kept safe. */
export function Processing({ record }: { record: ProcessingRecord }) {
  const { asOf, activities, notProcessed, otherRecords, subjects, recipients, security, limits } = record;
  return (
    <>
      <section className="dl-panel dl-stack" aria-labelledby="activities-heading">
        <h2 id="activities-heading">{say('records.activities')}</h2>
        {activities.length === 0 && <p className="dl-quiet">{say('records.noActivities')}</p>}
        {activities.map((activity) => (
          <Activity key={activity.parameter} activity={activity} now={asOf} />
        ))}
        {notProcessed.length > 0 && (
          <p className="dl-quiet">
            {say('records.notProcessed', { what: listed(notProcessed.map((id) => catalog[id].label)) })}
          </p>
        )}
      </section>
      <section className="dl-panel dl-stack" aria-labelledby="others-heading">
        <h2 id="others-heading">{say('records.others')}</h2>
        <p>{say('records.othersText')}</p>
        <p>{listed(otherRecords.map(({ title }) => title))}</p>
      </section>
      <section className="dl-panel dl-stack" aria-labelledby="people-heading">
        <h2 id="people-heading">{say('records.people')}</h2>
        <ul className="dl-list">
          {subjects.map(({ role, people }) => (
            <li key={role}>{say('records.subjects', { role: say(`role.${role}`), people })}</li>
          ))}
        </ul>
        <h3>{say('records.recipients')}</h3>
        <ul className="dl-list">
          {recipients.map(({ role, people, parameters }) => (
            <li key={role}>
              {say('records.recipient', {
                role: say(`role.${role}`),
                people,
                what:
                  parameters.length === 0 ? say('records.nothing') : listed(parameters.map((id) => catalog[id].label)),
              })}
            </li>
          ))}
        </ul>
      </section>
      <Sentences id="security" title={say('records.security')} sentences={security} />
      <Sentences id="limits" title={say('records.limits')} sentences={limits} />
    </>
  );
}

function Activity({ activity, now }: { activity: ProcessingActivity; now: number }) {
  const { parameter, level, label, collects, purpose, basis, retentionDays, viewers, sensitivity, stored } = activity;
  const review = reviewText(parameter, { level, reviewBy: activity.reviewBy ?? undefined }, now);
  return (
    <div className={classes.activity}>
      <h3>{label}</h3>
      <p>{collects ?? say('records.offNow')}</p>
      <p className="dl-quiet dl-small">
        {say('notice.terms', {
          purpose: say(`purpose.${purpose}`),
          basis: say(`basis.${basis}`),
          days: count('days', retentionDays),
          viewers: rolesText(viewers),
        })}
        {' · '}
        {say(`sensitivity.${sensitivity}`)}
        {review !== null && ` · ${review}`}
      </p>
      <p className="dl-small">
        {stored === null
          ? say('records.storedNothing')
          : say('records.stored', { ...stored, days: count('days', stored.days) })}
        {stored !== null && stored.pastTheirDay > 0 && (
          <strong> {say('records.past', { days: count('days', stored.pastTheirDay) })}</strong>
        )}
      </p>
    </div>
  );
}

function Sentences({ id, title, sentences }: { id: string; title: string; sentences: readonly string[] }) {
  return (
    <section className="dl-panel dl-stack" aria-labelledby={`${id}-heading`}>
      <h2 id={`${id}-heading`}>{title}</h2>
      <ul className="dl-list">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}
