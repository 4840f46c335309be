import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';

/** As long as a reason may be. */
const MOST = 500;

/** One entry of a register: its fields, why it is written, and the button that writes it. */
export function RegisterForm(props: {
  title: string;
  save: string;
  /** What is asked, where it is not a change that has to be given a reason. */
  why?: string;
  opened: boolean;
  onClose: () => void;
  /** Writes what was entered; null as long as something is missing, which the fields then say. */
  write: ((reason: string) => Promise<unknown>) | null;
  children: (tried: boolean) => ReactNode;
}) {
  const { title, save, why = say('records.reason'), opened, onClose, write, children } = props;
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: async () => write?.(reason.trim()),
    onSuccess: () => {
      onClose();
      void client.invalidateQueries({ queryKey: keys.policy });
      void client.invalidateQueries({ queryKey: keys.notice });
      return client.invalidateQueries({ queryKey: keys.records });
    },
  });
  const isMissing = reason.trim() === '';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isMissing && write !== null) send.mutate();
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        {children(tried)}
        <TextInput
          label={why}
          description={say('records.reasonHelp')}
          maxLength={MOST}
          value={reason}
          error={tried && isMissing ? say('records.reasonMissing') : null}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {send.isError && <Failure error={send.error} />}
        <div className="dl-row">
          <Button type="submit" loading={send.isPending}>
            {save}
          </Button>
          <Button variant="default" onClick={onClose}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
