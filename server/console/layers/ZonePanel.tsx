import { Button, Select } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import type { LayersView } from '../../../shared/protocol/http/layers.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { knownZones } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** Stands for the organisation's zone in the list. */
const THEIRS = '';

/** By whose clock the viewer's own working hours go. */
export function ZonePanel({ view: { person, clock } }: { view: LayersView }) {
  const now = clock.of === 'person' ? (clock.zone ?? THEIRS) : THEIRS;
  const [zone, setZone] = useState(now);
  const client = useQueryClient();
  const choose = useMutation({
    mutationFn: () => call('chooseZone', { params: { person }, body: { zone: zone === THEIRS ? null : zone } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.layers(person) }),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    choose.mutate();
  };
  return (
    <section className="dl-panel dl-stack" aria-labelledby="zone-heading">
      <h2 id="zone-heading">{say('zone.title')}</h2>
      <p>{clockText(clock)}</p>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <Select
          label={say('zone.label')}
          description={say('zone.help')}
          searchable
          allowDeselect={false}
          maw="24rem"
          value={zone}
          data={zonesWith(now)}
          onChange={(value) => setZone(value ?? THEIRS)}
        />
        {choose.isError && <Failure error={choose.error} />}
        <div>
          <Button type="submit" variant="default" loading={choose.isPending} disabled={zone === now}>
            {say('zone.save')}
          </Button>
        </div>
      </form>
    </section>
  );
}

function clockText({ of, zone }: LayersView['clock']): string {
  if (of === 'person') return say('zone.own', { zone: zone ?? '' });
  return zone === null ? say('zone.none') : say('zone.organisation', { zone });
}

/** All that this browser knows, and the one that was chosen elsewhere. */
function zonesWith(chosen: string): { value: string; label: string }[] {
  const known = new Set([...knownZones(), ...(chosen === THEIRS ? [] : [chosen])]);
  return [{ value: THEIRS, label: say('zone.theirs') }, ...[...known].map((zone) => ({ value: zone, label: zone }))];
}
