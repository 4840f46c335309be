import { Button, Checkbox } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { type Exclusions, globFrom, globProblem } from '../../../shared/policy/exclusions.ts';
import { AppCategory } from '../../../shared/policy/workCategories.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import type { ErasureTarget } from '../../../shared/protocol/http/erasures.ts';
import { EraseDialog } from '../erasing/EraseDialog.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { exactTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import type { Span } from './timeline.ts';

/** That an entry of one's own day reveals something private: it goes, and, if one wants, the same wherever else it is stored. */
export function PrivateEntry({ report, span, what }: { report: DayReport; span: Span; what: string }) {
  const [opened, open] = useState(false);
  const [target, setTarget] = useState<ErasureTarget | null>(null);
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={say('private.reportOne', { what, time: exactTime(span.from) })}
        onClick={() => open(true)}
      >
        {say('private.report')}
      </Button>
      <Dialog opened={opened} onClose={() => open(false)} title={say('private.title')}>
        {opened && (
          <Choices
            report={report}
            span={span}
            onChosen={(chosen) => {
              open(false);
              setTarget(chosen);
            }}
            onClose={() => open(false)}
          />
        )}
      </Dialog>
      {target !== null && (
        <EraseDialog target={target} opened onClose={() => setTarget(null)} onErased={() => setTarget(null)} />
      )}
    </>
  );
}

function Choices(props: {
  report: DayReport;
  span: Span;
  onChosen: (target: ErasureTarget) => void;
  onClose: () => void;
}) {
  const { report, span, onChosen, onClose } = props;
  const named = namedAt(report, span);
  const [chosen, choose] = useState<readonly string[]>([]);
  const [leaveOut, setLeaveOut] = useState(false);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const of = (kind: keyof Exclusions) => named[kind].filter((glob) => chosen.includes(`${kind} ${glob}`));
    const same = { apps: of('apps'), sites: of('sites') };
    onChosen({ kind: 'private', ...span, same, leaveOut: leaveOut && chosen.length > 0 });
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      <p>{say('private.text', { from: exactTime(span.from), to: exactTime(span.to) })}</p>
      {named.apps.length + named.sites.length > 0 && (
        <Checkbox.Group label={say('private.same')} value={[...chosen]} onChange={choose}>
          <div className="dl-stack" style={{ gap: '0.5rem', marginTop: '0.5rem' }}>
            {(['sites', 'apps'] as const).flatMap((kind) =>
              named[kind].map((glob) => (
                <Checkbox key={`${kind} ${glob}`} value={`${kind} ${glob}`} label={say(`private.${kind}`, { glob })} />
              )),
            )}
          </div>
        </Checkbox.Group>
      )}
      {chosen.length > 0 && (
        <Checkbox
          checked={leaveOut}
          onChange={(event) => setLeaveOut(event.currentTarget.checked)}
          label={say('private.leaveOut')}
          description={say('private.leaveOutHelp')}
        />
      )}
      <p className="dl-quiet dl-small">{say('private.unsaid')}</p>
      <div className="dl-row">
        <Button type="submit">{say('erase.look')}</Button>
        <Button variant="default" onClick={onClose}>
          {say('action.back')}
        </Button>
      </div>
    </form>
  );
}

/** What was in front then, as it can be named for other days. */
function namedAt(
  { apps, sites, totals }: Pick<DayReport, 'apps' | 'sites' | 'totals'>,
  { from, to }: Span,
): Exclusions {
  const then = (one: Span) => one.from < Math.max(to, from + 1) && Math.max(one.to, one.from + 1) > from;
  const globs = (kind: keyof Exclusions, labels: readonly string[]) =>
    [...new Set(labels.map((label) => globFrom(kind, label)))].filter((glob) => globProblem(kind, glob) === null);
  return {
    apps: globs(
      'apps',
      apps.filter((one) => then(one) && isName(totals, one)).map(({ label }) => label),
    ),
    sites: globs(
      'sites',
      sites.filter((one) => then(one) && one.label.includes('.')).map(({ label }) => label.split('/', 1)[0] ?? ''),
    ),
  };
}

/** Not what a report says in its place, which the totals leave out, nor the kind of application that it is. */
function isName({ byApp }: DayReport['totals'], { label }: { readonly label: string }): boolean {
  const isKind = label === 'private' || (AppCategory.options as readonly string[]).includes(label);
  return !isKind && byApp.some((one) => one.label === label);
}
