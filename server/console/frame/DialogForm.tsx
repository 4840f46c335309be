import { Button } from '@mantine/core';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { say } from '../strings/say.ts';
import { Failure } from './Failure.tsx';
import { Dialog } from './Sheet.tsx';

/** A dialog in which something is entered, and one button that sends it; it closes once that is done. */
export function DialogForm(props: {
  title: string;
  button: string;
  opened?: boolean;
  onClose: () => void;
  /** Null as long as something is missing, which the fields then say. */
  send: (() => Promise<unknown>) | null;
  /** What is read again once it was sent. */
  stale: readonly QueryKey[];
  children: (tried: boolean) => ReactNode;
}) {
  const { title, button, opened = true, onClose, send, stale, children } = props;
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const sending = useMutation({
    mutationFn: async () => send?.(),
    onSuccess: () => {
      setTried(false);
      onClose();
      return Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (send !== null) sending.mutate();
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        {children(tried)}
        {sending.isError && <Failure error={sending.error} />}
        <div className="dl-row">
          <Button type="submit" loading={sending.isPending}>
            {button}
          </Button>
          <Button variant="default" onClick={onClose}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
