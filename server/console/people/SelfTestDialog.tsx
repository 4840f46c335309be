import { Button, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { Mark } from '../../../look/Mark.tsx';
import { saveFile } from '../../../look/saveFile.ts';
import { catalog, type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import type { DeviceView } from '../../../shared/protocol/http/devices.ts';
import type { Routes } from '../../../shared/protocol/http.ts';
import { call } from '../api/client.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { dateTime, longDay } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';

type Outcome = z.infer<Routes['selfTest']['response']>;

/** Has the device prove that something is off, and shows each thing that was tried. */
export function SelfTestDialog({
  device,
  own,
  opened,
  onClose,
}: {
  device: DeviceView;
  own: boolean;
  opened: boolean;
  onClose: () => void;
}) {
  const [parameter, setParameter] = useState<ParameterId>('screenshot');
  const test = useMutation({
    mutationFn: () => call('selfTest', { params: { person: device.person, device: device.id }, body: { parameter } }),
  });
  const choose = (value: string | null) => {
    const chosen = parameterIds.find((id) => id === value);
    if (chosen === undefined) return;
    setParameter(chosen);
    test.reset();
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={say('selfTest.title', { name: device.id.slice(0, 8) })}>
      <div className="dl-stack">
        <p>{say('selfTest.text')}</p>
        {!own && <p className="dl-quiet dl-small">{say('selfTest.recorded')}</p>}
        <Select
          label={say('selfTest.what')}
          data={parameterIds.map((id) => ({ value: id, label: catalog[id].label }))}
          value={parameter}
          onChange={choose}
          allowDeselect={false}
          disabled={test.isPending}
        />
        <div className="dl-row">
          <Button loading={test.isPending} onClick={() => test.mutate()}>
            {say('selfTest.do')}
          </Button>
        </div>
        {test.isError && <Failure error={test.error} />}
        <div aria-live="polite">{test.data !== undefined && <Report outcome={test.data} />}</div>
      </div>
    </Dialog>
  );
}

/** That something is on is neither a proof nor a failure. */
const TONES = { off: 'on', on: 'plain', not_proved: 'gone' } as const;

function Report({ outcome }: { outcome: Outcome }) {
  const { said, found, evidence } = outcome;
  const { verdict, parameter, since, stored, countedFrom, refused } = found;
  const what = catalog[parameter].label;
  const save = () => {
    const file = new Blob([JSON.stringify(evidence, null, 2)], { type: 'application/json' });
    saveFile(file, `daylight-self-test-${parameter}.json`);
  };
  return (
    <div className="dl-stack">
      <Note tone={TONES[verdict]}>{say(`selfTest.verdict.${verdict}`, { what })}</Note>
      {said !== null && said.checks.length > 0 && (
        <Checks
          heading={say('selfTest.device')}
          checks={said.checks.map(({ check, ...one }) => ({ ...one, words: say(`selfTest.check.${check}`) }))}
        />
      )}
      {found.checks.length > 0 && (
        <Checks
          heading={say('selfTest.server')}
          checks={found.checks.map(({ check, ...one }) => ({ ...one, words: say(`selfTest.check.${check}`) }))}
        />
      )}
      {since !== null && stored !== null && (
        <p className="dl-small">
          {say('selfTest.since', { when: dateTime(since) })} {count('selfTest.stored', stored)}{' '}
          {countedFrom !== null && say('selfTest.countedFrom', { day: longDay(countedFrom) })}
        </p>
      )}
      {verdict !== 'on' && stored === null && (
        <p className="dl-small">
          {since === null
            ? say('selfTest.notCounted')
            : `${say('selfTest.since', { when: dateTime(since) })} ${say('selfTest.notYetCounted')}`}
        </p>
      )}
      {verdict !== 'on' && <p className="dl-small">{count('selfTest.refused', refused)}</p>}
      <div className="dl-row">
        <Button variant="default" onClick={save}>
          {say('selfTest.save')}
        </Button>
      </div>
      <p className="dl-quiet dl-small">{say('selfTest.verify')}</p>
    </div>
  );
}

interface Line {
  readonly words: string;
  readonly passed: boolean;
  readonly at: number;
}

function Checks({ heading, checks }: { heading: string; checks: readonly Line[] }) {
  return (
    <section>
      <h3>{heading}</h3>
      <ul className="dl-list">
        {checks.map(({ words, passed, at }) => (
          <li key={words}>
            {words} <Mark tone={passed ? 'on' : 'gone'}>{say(passed ? 'selfTest.passed' : 'selfTest.failed')}</Mark>{' '}
            <time className="dl-quiet dl-small">{dateTime(at)}</time>
          </li>
        ))}
      </ul>
    </section>
  );
}
