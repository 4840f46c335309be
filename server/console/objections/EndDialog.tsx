import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { catalog } from '../../../shared/catalog.ts';
import type { ObjectionView } from '../../../shared/protocol/http/objections.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';

/** Says that the parameter is recorded again, before it is. */
export function EndDialog({
  objection,
  opened,
  onClose,
}: {
  objection: ObjectionView;
  opened: boolean;
  onClose: () => void;
}) {
  const { person, parameter, revision } = objection;
  const client = useQueryClient();
  const { label } = catalog[parameter];
  const end = useMutation({
    mutationFn: () => call('endObjection', { params: { person, parameter }, query: { revision } }),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: keys.objections(person) });
    },
  });
  return (
    <Dialog opened={opened} onClose={onClose} title={say('objections.endOf', { label })}>
      <div className="dl-stack">
        <ul className="dl-list">
          <li>{say('objections.endOn')}</li>
          <li>{say('objections.endGone')}</li>
          <li>{say('objections.endAgain')}</li>
        </ul>
        {end.isError && <Failure error={end.error} />}
        <div className="dl-row">
          <Button loading={end.isPending} onClick={() => end.mutate()}>
            {say('objections.end')}
          </Button>
          <Button variant="default" onClick={onClose} data-autofocus>
            {say('action.back')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
