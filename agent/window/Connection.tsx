import { Mark } from '../../look/Mark.tsx';
import { useNow } from '../../look/useNow.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { SECOND } from '../../shared/time.ts';
import { duration, nearTime, size } from '../strings/format.ts';
import { count, listed, say } from '../strings/say.ts';
import { Panel } from './Panel.tsx';
import classes from './window.module.css';

/** Connection, what waits, and the sensors, in words with what to do. */
export function Connection({ status }: { status: AgentStatus }) {
  const { connection, server, key } = status;
  const isOnline = connection.kind === 'online';
  return (
    <Panel
      title={say('connection.title')}
      asks={!isOnline}
      state={<Mark tone={isOnline ? 'on' : 'wait'}>{say(isOnline ? 'connection.online' : 'connection.offline')}</Mark>}
    >
      {!isOnline && <Offline status={status} />}
      <ul className={`${classes.lines} ${classes.small}`}>
        <li>
          <strong>{say('connection.server')}</strong> {server}
        </li>
        <li>
          <strong>{say('connection.waits')}</strong> {waitingWords(status)}
        </li>
        <li>
          <strong>{say('connection.key')}</strong> {key}
        </li>
      </ul>
      <Sensors sensors={status.sensors} />
    </Panel>
  );
}

function Offline({ status: { connection, waiting, until } }: { status: AgentStatus }) {
  const now = useNow(SECOND);
  const { heardAt, words, remedy } = connection;
  const since =
    heardAt === null ? say('connection.never') : say('connection.offlineFor', { long: duration(now - heardAt) });
  const stops =
    until === null
      ? ''
      : until.observed > now
        ? say('connection.stops', { when: nearTime(until.observed, now) })
        : say('connection.stopped');
  return (
    <div className={classes.stack}>
      <p>
        <strong>
          {since} {say('connection.safe', { size: size(waiting.bytes) })} {stops}
        </strong>
      </p>
      <p>{words}</p>
      {remedy !== null && <p>{say('whatToDo', { remedy: remedy.replace(/\.$/, '') })}</p>}
    </div>
  );
}

function waitingWords({ waiting }: AgentStatus): string {
  const { observations, bytes, heldBack, damagedFiles } = waiting;
  const n = Object.values(observations).reduce((sum, each) => sum + each, 0);
  const parts = [
    n === 0
      ? say('connection.nothingWaits')
      : say('connection.waiting', { records: count('waiting', n), size: size(bytes) }),
    ...(heldBack === 0 ? [] : [say('connection.heldBack', { records: count('waiting', heldBack) })]),
    ...(damagedFiles === 0 ? [] : [count('damaged', damagedFiles)]),
  ];
  return parts.join('; ');
}

function Sensors({ sensors }: Pick<AgentStatus, 'sensors'>) {
  const broken = sensors.filter(({ works }) => !works);
  if (broken.length === 0) {
    return <p className={`${classes.quiet} ${classes.small}`}>{say('connection.allSensors')}</p>;
  }
  return (
    <details>
      <summary>
        {say('connection.sensorsNamed', { what: listed(broken.map(({ sensor }) => sensorName(sensor))) })}
      </summary>
      <ul className={classes.lines}>
        {broken.map(({ sensor, words }) => (
          <li key={sensor}>
            <h3>{sensorName(sensor)}</h3>
            <p className={classes.small}>{words}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}

const names = {
  window: 'sensor.window',
  input: 'sensor.input',
  screen: 'sensor.screen',
  browser: 'sensor.browser',
  lock: 'sensor.lock',
} as const;

function sensorName(sensor: string): string {
  return isNamed(sensor) ? say(names[sensor]) : sensor;
}

function isNamed(sensor: string): sensor is keyof typeof names {
  return Object.hasOwn(names, sensor);
}
