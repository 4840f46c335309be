import { Button, Select, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { catalog, type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { type LeftOut, levelsBelow } from '../../../shared/policy/leftOut.ts';
import type { LeftOutView } from '../../../shared/protocol/http/layers.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';
import classes from './layers.module.css';
import { stateText } from './layerWords.ts';

/** For whom something is left out. */
export type Whose = { readonly kind: 'team' | 'person'; readonly id: string; readonly name: string };

/** Says the most that is collected of one person, or of everybody in a team, with a reason that they read. */
export function LeaveOutDialog({
  whose,
  now,
  opened,
  onClose,
}: {
  whose: Whose;
  now: LeftOutView;
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <Dialog opened={opened} onClose={onClose} title={say('leftOut.dialogTeam', { name: whose.name })} size="44rem">
      <LeaveOutForm key={now.revision} whose={whose} now={now} onDone={onClose} />
    </Dialog>
  );
}

/** In a list: as the policy has it. */
const NO_LIMIT = '';

function LeaveOutForm({ whose, now, onDone }: { whose: Whose; now: LeftOutView; onDone: () => void }) {
  const [ceilings, setCeilings] = useState<LeftOut>(now.ceilings);
  const [words, setWords] = useState('');
  const [tried, setTried] = useState(false);
  const missing = words.trim().length < 3;
  const client = useQueryClient();
  const leaveOut = useMutation({
    mutationFn: () => {
      const body = { baseRevision: now.revision, ceilings, words: words.trim() };
      return whose.kind === 'team'
        ? call('leaveOutOfTeam', { params: { team: whose.id }, body })
        : call('leaveOutOfPerson', { params: { person: whose.id }, body });
    },
    onSuccess: onDone,
    onSettled: () => {
      for (const queryKey of [keys.leftOut(whose.id), ['layers']]) void client.invalidateQueries({ queryKey });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!missing) leaveOut.mutate();
  };
  return (
    <form className="dl-stack" onSubmit={submit} noValidate>
      <div className={classes.fields}>
        {parameterIds.map((id) => (
          <Select
            key={id}
            size="xs"
            label={catalog[id].label}
            allowDeselect={false}
            value={ceilings[id] ?? NO_LIMIT}
            data={choicesOf(id)}
            onChange={(level) => setCeilings(withLimit(ceilings, id, level ?? NO_LIMIT))}
          />
        ))}
      </div>
      <ul className="dl-list">
        <li>{say('leftOut.atOnce')}</li>
        {whose.kind === 'team' && <li>{say('leftOut.joining')}</li>}
        <li>{say('leftOut.stored')}</li>
        <li>{say('leftOut.back')}</li>
      </ul>
      <Textarea
        label={say('leftOut.why')}
        description={say('leftOut.whyHelp')}
        autosize
        minRows={2}
        maxLength={500}
        required
        value={words}
        error={tried && missing && say('publish.reasonMissing')}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      {leaveOut.isError && <Failure error={leaveOut.error} />}
      <div className="dl-row">
        <Button type="submit" loading={leaveOut.isPending}>
          {say('leftOut.save')}
        </Button>
        <Button variant="default" onClick={onDone}>
          {say('action.back')}
        </Button>
      </div>
    </form>
  );
}

function choicesOf(parameter: ParameterId): { value: string; label: string }[] {
  return [
    { value: NO_LIMIT, label: say('leftOut.noLimit') },
    ...levelsBelow(parameter).map((level) => ({ value: level, label: limitOf(level) })),
  ];
}

/** `Off`, `at most Redacted` */
export function limitOf(level: string): string {
  return level === 'off' ? stateText(level) : say('leftOut.atMost', { level: stateText(level) });
}

function withLimit(ceilings: LeftOut, parameter: ParameterId, level: string): LeftOut {
  const { [parameter]: _before, ...others } = ceilings;
  return level === NO_LIMIT ? others : { ...others, [parameter]: level };
}
