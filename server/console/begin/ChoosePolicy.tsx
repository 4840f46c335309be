import { Button, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { Link } from 'react-router';
import { noticeOf } from '../../../shared/policy/notice.ts';
import { type PresetId, presetChange, presetIds, withPreset } from '../../../shared/policy/presets.ts';
import type { PolicyView } from '../../../shared/protocol/http/policy.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { usePolicy } from '../api/reads.ts';
import { NoticeSheet } from '../collection/NoticeSheet.tsx';
import { NoticeText } from '../collection/NoticeText.tsx';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { useAuthorName } from '../frame/useNames.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { say } from '../strings/say.ts';
import classes from './begin.module.css';

/** One of three policies as a whole, with the notice that it would give beside it. Nothing holds before it is published. */
export function ChoosePolicy() {
  const policy = usePolicy();
  if (policy.isPending) return <Waiting />;
  if (policy.isError) return <Failure error={policy.error} retry={() => void policy.refetch()} />;
  return policy.data.author === null ? <Choice current={policy.data} /> : <Decided current={policy.data} />;
}

function Choice({ current: { policy } }: { current: PolicyView }) {
  const [preset, setPreset] = useState<PresetId>('time_only');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const missing = reason.trim().length < 3;
  const publish = useMutation({
    mutationFn: () => {
      const body = { baseVersion: policy.version, reason: reason.trim(), parameters: presetChange(preset) };
      return call('publishPolicy', { body });
    },
    onSuccess: (published) => {
      client.setQueryData(keys.policy, published);
      for (const queryKey of [keys.notice, keys.proof]) void client.invalidateQueries({ queryKey });
    },
    // Somebody else decided meanwhile: then that is shown.
    onError: () => void client.invalidateQueries({ queryKey: keys.policy }),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!missing) publish.mutate();
  };
  const notice = noticeOf({ ...policy, parameters: withPreset(policy.parameters, preset) });
  return (
    <form className={classes.choice} onSubmit={submit} noValidate>
      <fieldset className={classes.presets}>
        <legend>
          <h2>{say('preset.ask')}</h2>
        </legend>
        {presetIds.map((id) => (
          <label key={id} className={classes.preset}>
            <input type="radio" name="preset" value={id} checked={preset === id} onChange={() => setPreset(id)} />
            <span>
              <strong>{say(`preset.${id}`)}</strong>
              <span className="dl-quiet">{say(`preset.${id}.text`)}</span>
            </span>
          </label>
        ))}
        <p className="dl-quiet dl-small">{say('preset.later')}</p>
      </fieldset>
      <aside className={`${classes.notice} dl-panel`} aria-label={say('preset.notice')}>
        <p className={classes.draft} role="status">
          {say('preset.notPublished', { preset: say(`preset.${preset}`) })}
        </p>
        <div className="dl-stack" data-testid="notice-preview">
          <NoticeText notice={notice} />
        </div>
      </aside>
      <div className={`${classes.publish} dl-stack`}>
        <Textarea
          label={say('publish.reason')}
          description={say('publish.reasonHelp')}
          autosize
          minRows={2}
          maxLength={500}
          required
          value={reason}
          error={tried && missing && say('publish.reasonMissing')}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {publish.isError && <Failure error={publish.error} />}
        <p>{say('preset.effect')}</p>
        <div className="dl-row">
          <Button type="submit" loading={publish.isPending}>
            {say('preset.publish', { preset: say(`preset.${preset}`) })}
          </Button>
          <Button component={Link} to="/begin/people" variant="default">
            {say('begin.decideLater')}
          </Button>
        </div>
      </div>
    </form>
  );
}

function Decided({ current: { policy, author, reason } }: { current: PolicyView }) {
  const name = useAuthorName(author);
  return (
    <>
      <Note tone="on">{say('begin.decided', { version: policy.version, author: name, reason })}</Note>
      <div className="dl-row">
        <Button component={Link} to="/begin/people">
          {say('begin.toPeople')}
        </Button>
        <Button component={Link} to="/collection" variant="default">
          {say('begin.toCollection')}
        </Button>
      </div>
      <div className="dl-panel">
        <NoticeSheet />
      </div>
    </>
  );
}
