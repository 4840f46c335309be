import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { keys } from '../api/keys.ts';
import { DialogForm } from '../frame/DialogForm.tsx';
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
  const isMissing = reason.trim() === '';
  return (
    <DialogForm
      title={title}
      button={save}
      opened={opened}
      onClose={onClose}
      send={isMissing || write === null ? null : () => write(reason.trim())}
      stale={[keys.policy, keys.notice, keys.records]}
    >
      {(tried) => (
        <>
          {children(tried)}
          <TextInput
            label={why}
            description={say('records.reasonHelp')}
            maxLength={MOST}
            value={reason}
            error={tried && isMissing ? say('records.reasonMissing') : null}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </>
      )}
    </DialogForm>
  );
}
