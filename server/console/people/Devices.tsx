import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { Mark } from '../../../look/Mark.tsx';
import { useNow } from '../../../look/useNow.ts';
import type { DeviceView } from '../../../shared/protocol/http/devices.ts';
import type { PersonView } from '../../../shared/protocol/http/people.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { MINUTE, SECOND } from '../../../shared/time.ts';
import { useDevices } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Empty } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime, latency, nearTime } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { reportOf } from './deviceReport.ts';
import { EnrolDialog } from './EnrolDialog.tsx';
import { EnrolmentCodes } from './EnrolmentCodes.tsx';
import classes from './people.module.css';
import { ReceiptTable } from './ReceiptTable.tsx';
import { RetireDialog } from './RetireDialog.tsx';
import { SelfTestDialog } from './SelfTestDialog.tsx';

/** A person's computers: whether each is there, until when it may observe, and what it last signed. */
export function Devices({
  person,
  own,
  mayEnrol,
  mayTest,
}: {
  person: PersonView;
  own: boolean;
  mayEnrol: boolean;
  mayTest: boolean;
}) {
  const devices = useDevices(person.id);
  const [enrolling, enrol] = useDisclosure(false);
  return (
    <section className="dl-panel" aria-labelledby="devices-heading">
      <div className="dl-row dl-between">
        <h2 id="devices-heading">{say('devices.heading')}</h2>
        {mayEnrol && (
          <Button variant="default" size="xs" onClick={enrol.open}>
            {say('enrol.open')}
          </Button>
        )}
      </div>
      {devices.isPending && <Waiting lines={2} />}
      {devices.isError && <Failure error={devices.error} retry={() => void devices.refetch()} />}
      {devices.data?.length === 0 && <Empty>{say(own ? 'devices.noneYou' : 'devices.none')}</Empty>}
      <ul className="dl-plain-list">
        {devices.data?.map((device) => (
          <Device key={device.id} device={device} own={own} mayRetire={mayEnrol} mayTest={mayTest} />
        ))}
      </ul>
      {mayEnrol && <EnrolmentCodes person={person.id} />}
      {mayEnrol && <EnrolDialog person={person} own={own} opened={enrolling} onClose={enrol.close} />}
    </section>
  );
}

function Device({
  device,
  own,
  mayRetire,
  mayTest,
}: {
  device: DeviceView;
  own: boolean;
  mayRetire: boolean;
  mayTest: boolean;
}) {
  const now = useNow();
  const [receiptShown, setReceiptShown] = useState(false);
  const [retiring, retire] = useDisclosure(false);
  const [testing, test] = useDisclosure(false);
  const active = device.status === 'active';
  const report = reportOf(device, now);
  return (
    <li className={classes.device}>
      <div className="dl-row">
        <strong>
          {say('device.name')} <span className="dl-code">{device.id.slice(0, 8)}</span>
        </strong>
        <DeviceMark device={device} />
        {device.clockFlagged && <Mark tone="gone">{say('device.clock')}</Mark>}
      </div>
      <p className="dl-quiet dl-small">{factsOf(device, now).join(' · ')}</p>
      {report.length > 0 && <p className="dl-quiet dl-small">{report.join(' ')}</p>}
      {device.clockFlagged && device.clockOffsetMs !== null && (
        <Note tone="wait">{say('device.clockText', { time: latency(Math.abs(device.clockOffsetMs)) })}</Note>
      )}
      <div className="dl-row">
        <Button variant="default" size="xs" aria-expanded={receiptShown} onClick={() => setReceiptShown(!receiptShown)}>
          {say(receiptShown ? 'receipt.hide' : 'receipt.show')}
        </Button>
        {active && mayTest && (
          <Button variant="default" size="xs" onClick={test.open}>
            {say('selfTest.open')}
          </Button>
        )}
        {active && mayRetire && (
          <Button variant="default" size="xs" onClick={retire.open}>
            {say('retire.open')}
          </Button>
        )}
      </div>
      {device.connected === null && !receiptShown && <p className="dl-quiet dl-small">{say('receipt.holds')}</p>}
      {receiptShown && <ReceiptTable person={device.person} device={device.id} />}
      {active && mayTest && <SelfTestDialog device={device} own={own} opened={testing} onClose={test.close} />}
      {active && mayRetire && <RetireDialog device={device} opened={retiring} onClose={retire.close} />}
    </li>
  );
}

function DeviceMark({ device }: { device: DeviceView }) {
  if (device.status === 'retired') return <Mark tone="gone">{say('device.retired')}</Mark>;
  if (device.connected === null) return <Mark tone="on">{say('device.enrolledMark')}</Mark>;
  if (device.connected) return <Mark tone="on">{say('device.connected')}</Mark>;
  return <Mark tone="off">{say('device.notReachable')}</Mark>;
}

function factsOf(device: DeviceView, now: number): string[] {
  const facts = [say('device.enrolled', { when: dateTime(device.enrolledAt) })];
  const seen = seenText(device, now);
  if (seen !== null) facts.push(seen);
  if (device.agentVersion !== null) facts.push(say('device.version', { version: device.agentVersion }));
  if (device.clockOffsetMs !== null) facts.push(clockText(device.clockOffsetMs, device.connected === null));
  if (device.status === 'active' && device.observedUntil !== null) {
    const when = nearTime(device.observedUntil, now);
    facts.push(say(device.observedUntil > now ? 'device.observes' : 'device.observedEnded', { when }));
  }
  return facts;
}

/** When it was last there; of somebody else's only whether it was within a week. */
function seenText({ connected, lastSeenAt, seen }: DeviceView, now: number): string | null {
  if (connected === null) return say(seenWords[seen]);
  return connected || lastSeenAt === null ? null : say('device.seen', { when: nearTime(lastSeenAt, now) });
}

const seenWords = {
  never: 'device.seenNever',
  last_week: 'device.seenLastWeek',
  earlier: 'device.seenEarlier',
} as const satisfies Record<DeviceView['seen'], string>;

/** By how much the device's clock was off when it last connected; of somebody else's to the minute, when it is wrong at all. */
function clockText(offsetMs: number, isCoarse: boolean): string {
  if (isCoarse && offsetMs === 0) return count('device.clockNear', limits.clockSkewMs / MINUTE);
  if (Math.abs(offsetMs) < SECOND) return say('device.clockRight');
  return say(offsetMs > 0 ? 'device.clockAhead' : 'device.clockBehind', { time: latency(Math.abs(offsetMs)) });
}
