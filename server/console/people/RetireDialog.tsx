import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNow } from '../../../look/useNow.ts';
import type { DeviceView } from '../../../shared/protocol/http/devices.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { nearTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** Says exactly what will happen, and what will not, before anything does. */
export function RetireDialog({
  device,
  opened,
  onClose,
}: {
  device: DeviceView;
  opened: boolean;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const now = useNow();
  const name = device.id.slice(0, 8);
  const retire = useMutation({
    mutationFn: () => call('retireDevice', { params: { person: device.person, device: device.id } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.devices(device.person) });
      void client.invalidateQueries({ queryKey: keys.people });
      onClose();
    },
  });
  return (
    <Dialog opened={opened} onClose={onClose} title={say('retire.title', { name })}>
      <div className="dl-stack">
        <ul className="dl-list">
          <li>{say('retire.refused')}</li>
          <li>{wipeText(device, now)}</li>
          <li>{say('retire.kept')}</li>
          <li>{say('retire.final')}</li>
        </ul>
        {retire.isError && <Failure error={retire.error} />}
        <div className="dl-row">
          <Button color="red" loading={retire.isPending} onClick={() => retire.mutate()}>
            {say('retire.now', { name })}
          </Button>
          <Button variant="default" onClick={onClose} data-autofocus>
            {say('action.back')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function wipeText(device: DeviceView, now: number): string {
  if (device.connected === null) return say('retire.wipesWhenSeen');
  if (device.connected) return say('retire.wipesNow');
  if (device.observedUntil === null || device.observedUntil <= now) return say('retire.wipesLater');
  return say('retire.wipesBy', { when: nearTime(device.observedUntil, now) });
}
