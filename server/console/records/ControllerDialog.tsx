import { Button, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { type ControllerView, controllerFields } from '../../../shared/protocol/http/processing.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';

/** As long as a detail, or a reason, may be. */
const MOST = 500;

export function ControllerDialog(props: { controller: ControllerView; opened: boolean; onClose: () => void }) {
  const { controller, opened, onClose } = props;
  const { revision } = controller;
  const [details, setDetails] = useState(controller.details);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: () => call('changeController', { body: { revision, details, reason: reason.trim() } }),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: keys.records });
    },
  });
  const isMissing = reason.trim() === '';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isMissing) send.mutate();
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={say('controller.title')}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <p>{say('controller.help')}</p>
        {controllerFields.map((field) => (
          <Textarea
            key={field}
            label={say(`controller.${field}`)}
            autosize
            minRows={1}
            maxLength={MOST}
            value={details[field]}
            onChange={({ currentTarget: { value } }) => setDetails((now) => ({ ...now, [field]: value }))}
          />
        ))}
        <TextInput
          label={say('records.reason')}
          description={say('records.reasonHelp')}
          maxLength={MOST}
          value={reason}
          error={tried && isMissing ? say('records.reasonMissing') : null}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {send.isError && <Failure error={send.error} />}
        <div className="dl-row">
          <Button type="submit" loading={send.isPending}>
            {say('controller.save')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
