import { Button, CloseButton, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { type Exclusions, globFrom, globProblem, MOST_EXCLUSIONS } from '../../../shared/policy/exclusions.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { useDay } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { dayIn, viewerZone } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import classes from './collection.module.css';
import { type Draft, draftedExclusions } from './draft.ts';
import { hiddenInLastHour } from './lastHour.ts';

/** The applications and sites that the organisation leaves out: those of the policy with those of the draft. */
export function LeftOut(props: {
  policy: PolicyDocument;
  draft: Draft;
  editable: boolean;
  onEdit: (exclusions: Exclusions) => void;
}) {
  const { policy, draft, editable, onEdit } = props;
  const exclusions = draftedExclusions(policy, draft);
  const [tried, setTried] = useState(false);
  const { person } = useMe();
  const [zone, now] = [viewerZone(), Date.now()];
  const day = useDay({ person: person.id, day: dayIn(now, zone), zone, purposes: tried ? ['own_data'] : null });
  const hidden = day.data === undefined ? null : hiddenInLastHour(day.data, exclusions, now);
  const isNothing = exclusions.apps.length + exclusions.sites.length === 0;
  return (
    <section className="dl-panel dl-stack" aria-labelledby="left-out">
      <h2 id="left-out">{say('exclusions.title')}</h2>
      <p className="dl-quiet">{say('exclusions.lead')}</p>
      {(['apps', 'sites'] as const).map((kind) => (
        <List
          key={kind}
          kind={kind}
          globs={exclusions[kind]}
          hidden={hidden?.[kind] ?? null}
          editable={editable}
          onEdit={(globs) => onEdit({ ...exclusions, [kind]: globs })}
        />
      ))}
      {editable && !isNothing && (
        <div>
          <Button
            size="xs"
            variant="default"
            loading={day.isFetching}
            onClick={() => (tried ? void day.refetch() : setTried(true))}
          >
            {say('exclusions.preview')}
          </Button>
          <p className="dl-quiet dl-small">{say('exclusions.previewHelp')}</p>
          {day.isError && <Failure error={day.error} />}
        </div>
      )}
    </section>
  );
}

function List(props: {
  kind: keyof Exclusions;
  globs: readonly string[];
  /** Null while nobody has asked. */
  hidden: ReadonlyMap<string, number> | null;
  editable: boolean;
  onEdit: (globs: string[]) => void;
}) {
  const { kind, globs, hidden, editable, onEdit } = props;
  return (
    <div>
      <h3>{say(`exclusions.${kind}`)}</h3>
      {globs.length === 0 && <p>{say('exclusions.none')}</p>}
      <ul className={classes.changes}>
        {globs.map((glob) => (
          <li key={glob}>
            <code>{glob}</code>{' '}
            {hidden !== null && (
              <span className="dl-quiet dl-small">{count('exclusions.hidden', hidden.get(glob) ?? 0)}</span>
            )}
            {editable && (
              <CloseButton
                size="sm"
                aria-label={say('exclusions.remove', { glob })}
                onClick={() => onEdit(globs.filter((other) => other !== glob))}
              />
            )}
          </li>
        ))}
      </ul>
      {editable && <Add kind={kind} globs={globs} onAdd={(glob) => onEdit([...globs, glob])} />}
    </div>
  );
}

function Add({
  kind,
  globs,
  onAdd,
}: {
  kind: keyof Exclusions;
  globs: readonly string[];
  onAdd: (glob: string) => void;
}) {
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const glob = globFrom(kind, typed);
    const found = problemOf(kind, glob, globs);
    setProblem(found);
    if (found !== null) return;
    onAdd(glob);
    setTyped('');
  };
  return (
    <form className="dl-row" onSubmit={submit} noValidate>
      <TextInput
        aria-label={say(`exclusions.${kind}`)}
        description={say(`exclusions.${kind}Help`)}
        value={typed}
        error={problem}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" variant="default">
        {say('exclusions.add')}
      </Button>
    </form>
  );
}

function problemOf(kind: keyof Exclusions, glob: string, globs: readonly string[]): string | null {
  if (globs.includes(glob)) return say('exclusions.twice');
  if (globs.length >= MOST_EXCLUSIONS) return say('exclusions.full', { most: MOST_EXCLUSIONS });
  const problem = globProblem(kind, glob);
  return problem === null ? null : say('exclusions.problem', { problem });
}
