import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import type { Mark } from '../../../shared/correction.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { MarkText } from '../corrections/MarkText.tsx';
import { clockTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { workLabel } from './Timeline.tsx';
import { labelText } from './tones.ts';

interface Row {
  readonly parameter: ParameterId;
  readonly at: number;
  readonly what: string | null;
  readonly mark: Mark;
}

/** Everything on the day that is not as it was recorded: what is drawn alone cannot say it. Notes say it where they stand. */
export function Marked({ report }: { report: DayReport }) {
  const rows = markedIn(report);
  if (rows.length === 0) return null;
  return (
    <section className="dl-panel" aria-labelledby="marked-heading">
      <h2 id="marked-heading">{say('mark.heading')}</h2>
      <dl className="dl-facts">
        {rows.map(({ parameter, at, what, mark }) => (
          <div key={`${parameter}${at}`} style={{ display: 'contents' }}>
            <dt className="dl-number">{clockTime(at)}</dt>
            <dd>
              {catalog[parameter].label}
              {what === null ? '' : `: ${what}`}
              <MarkText mark={mark} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function markedIn({ sessions, work, activity, apps, sites, screenshots, device, timezones }: DayReport): Row[] {
  const of = <T extends { readonly mark?: Mark | undefined }>(
    parameter: ParameterId,
    all: readonly T[],
    row: (one: T) => { readonly at: number; readonly what: string | null },
  ): Row[] => all.flatMap((one) => (one.mark === undefined ? [] : [{ parameter, mark: one.mark, ...row(one) }]));
  return [
    ...of('session', sessions, ({ from }) => ({ at: from, what: null })),
    ...of('project', work, ({ from, project, task }) => ({ at: from, what: workLabel(project, task) })),
    ...of('app', apps, ({ from, label, title }) => ({
      at: from,
      what: title === null ? labelText(label) : `${labelText(label)}: ${title}`,
    })),
    ...of('url', sites, ({ from, label }) => ({ at: from, what: labelText(label) })),
    ...of('activity', activity, ({ from }) => ({ at: from, what: null })),
    ...of('screenshot', screenshots, ({ at }) => ({ at, what: null })),
    ...of('device', device, ({ at, description }) => ({ at, what: description })),
    ...of('timezone', timezones, ({ at, zone }) => ({ at, what: zone })),
  ];
}
