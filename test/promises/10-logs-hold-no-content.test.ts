import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allowed, failureFields, LogEvent } from '../../server/log.ts';
import { scratch } from '../support/agentKit.ts';
import { createClient } from '../support/api.ts';
import {
  enrolOwnDevice,
  freePort,
  initialiseData,
  publishLevels,
  signInOwner,
  startServerProcess,
} from '../support/daylight.ts';
import { dial } from '../support/ingestKit.ts';
import { hitsBelow, hitsIn, newMarker } from '../support/markers.ts';
import { examples, pathOf, routeNames, shapeOf } from '../support/routeExamples.ts';
import { readSource, sourceFiles } from '../support/sourceScan.ts';

// PROMISES 10: a log line is made of numbers, random ids and words of closed lists, and nothing else reaches the log or standard error.

const marker = newMarker();

describe('a line of the log', () => {
  test('says nothing under a name that is not in the list', () => {
    expect(allowed('request', { title: marker, address: '203.0.113.9', status: 200 })).toEqual({
      event: 'request',
      status: 200,
    });
  });

  test('says of each of its fields numbers, random ids and words of its list alone, whatever it is given', () => {
    const names = ['route', 'status', 'ms', 'code', 'organisation', 'person', 'device', 'order', 'version', 'count'];
    const more = ['file', 'from', 'to', 'region', 'state', 'reason', 'failure'];
    for (const name of [...names, ...more]) {
      const nested = { name: marker, code: marker, frames: [`at ${marker} here`], cause: null };
      for (const value of [marker, `${marker} ${marker}`, [marker], { [marker]: marker }, nested])
        expect(allowed('request', { [name]: value }), name).toEqual({ event: 'request', [name]: 'withheld' });
    }
    expect(allowed(marker, {})).toEqual({ event: 'withheld' });
    for (const event of LogEvent.options) expect(allowed(event, {})).toEqual({ event });
  });

  test('says of an error its class, code and place, and of its message nothing, whatever lines that has', () => {
    const message = `${marker}\n    at ${marker} (file:///${marker}.ts:1:2)\n    at ${marker}:3:4`;
    const cause = Object.assign(new TypeError(message), { code: `${marker} ${marker}` });
    const error = Object.assign(new Error(message, { cause }), { code: 'ENOENT', name: `${marker} is its name` });
    const fields = failureFields(error);
    expect(JSON.stringify(fields)).not.toContain(marker);
    expect(fields).toMatchObject({ name: 'withheld', code: 'ENOENT', cause: { name: 'TypeError', code: 'withheld' } });
    expect(fields.frames[0]).toMatch(/^at (.+ )?\([\w./-]*10-logs-hold-no-content\.test\.ts:\d+:\d+\)$/);
    expect(allowed('request', { failure: fields })).toEqual({ event: 'request', failure: fields });
  });

  test('says nothing of a message that was changed after the error was made', () => {
    const error = new Error(`first ${marker}\n    at ${marker} (x.ts:1:2)\nlast line`);
    error.message = 'another';
    expect(JSON.stringify(failureFields(error))).not.toContain(marker);
  });
});

test('agent and server write to the terminal from few places, and to a log from one', () => {
  const sources = sourceFiles(['agent', 'server', 'shared'], ['.ts', '.tsx', '.cts', '.js']);
  const that = (pattern: RegExp): string[] => sources.filter((file) => pattern.test(readSource(file)));
  expect(that(/\bconsole\.(log|error|warn|info|debug|trace|dir|table)\b/)).toEqual([]);
  expect(that(/from 'pino'/)).toEqual(['server/log.ts']);
  expect(that(/createLog\(/)).toEqual(['server/cli.ts', 'server/log.ts', 'server/server.ts']);
  const writing = that(/\bprocess\.(stdout|stderr)\.write\b|\bprocess\._rawDebug\b|\butil\.debuglog\b/);
  // Commands write what they were asked for.
  expect(writing.filter((file) => !file.startsWith('server/cli/'))).toEqual([
    'agent/cli/terminal.ts',
    'agent/desktop/main.ts',
    'agent/nativeHost.ts',
    'server/cli.ts',
  ]);
});

test('nothing that anybody sends to any route, in any place, or in any frame is in the log, on standard error or in a file, and nobody else is told it', async () => {
  await using place = await scratch();
  const data = join(place.folder, 'data');
  const token = await initialiseData(data);
  const port = await freePort();
  const server = await startServerProcess({ data, port, args: ['--log-level', 'debug'] });
  try {
    const owner = await signInOwner(server.url, token);
    const notice = await publishLevels(owner, { notes: 'on' });
    const device = await enrolOwnDevice(server.url, owner, owner.person, notice);
    const ids = { person: owner.person, device: device.record.device, image: randomUUID(), day: '2026-11-12' };
    const stranger = createClient(server.url, `Mozilla/5.0 ${marker}`);
    const told: string[] = [];
    for (const client of [owner, stranger]) {
      for (const name of routeNames) {
        if (shapeOf(name).response === 'text/event-stream' || name === 'signOut') continue;
        const { method } = shapeOf(name);
        const example = examples(ids)[name];
        const filled = { ...example.query, [marker]: marker };
        const body = example.body === undefined ? undefined : everyText(example.body);
        const headers = { 'x-forwarded-for': marker, referer: `http://localhost/${marker}`, 'x-marker': marker };
        const sent = [
          client.send(method, pathOf(name, { ...example, query: filled }), example.body, headers),
          client.send(method, `${pathOf(name, example)}/${marker}`, example.body, headers),
          ...(body === undefined ? [] : [client.send(method, pathOf(name, example), body, headers)]),
          ...(body === undefined ? [] : [client.send(method, pathOf(name, example), `{"${marker}": `, headers)]),
        ];
        await Promise.all(sent.map((one) => one.catch(() => null)));
      }
    }
    for (const frame of [marker, `{"type":"${marker}"}`, JSON.stringify({ type: 'batch', [marker]: marker })]) {
      await using raw = await dial(port);
      raw.send(frame);
      await raw.closed();
      await using known = await dial(port);
      await known.hello(device);
      known.send(frame);
      await known.closed();
    }
    // The same mistakes of somebody else, who has sent none of it.
    const other = createClient(server.url);
    for (const name of routeNames) {
      if (shapeOf(name).response === 'text/event-stream') continue;
      const { method } = shapeOf(name);
      const reply = await other.send(method, pathOf(name, examples(ids)[name]), method === 'GET' ? undefined : '{');
      told.push(JSON.stringify(reply.body));
    }
    expect(hitsIn('answers', Buffer.from(told.join('\n')), { marker })).toEqual([]);
    const log = Buffer.from(server.err());
    expect(log.toString().split('\n').length).toBeGreaterThan(routeNames.length);
    expect(hitsIn('log', log, { marker })).toEqual([]);
    for (const line of log.toString().trim().split('\n')) {
      const { time: _time, level: _level, ...said } = JSON.parse(line) as { time: string; level: number };
      const { event, ...fields } = said as unknown as { event: string };
      expect(allowed(event, fields)).toEqual({ event, ...fields });
      expect(line).not.toContain('withheld');
    }
    expect(hitsBelow(data, { marker })).toEqual([]);
  } finally {
    await server.kill();
  }
}, 300_000);

/** Each text in it, however deep, is the marker; also where a route takes any text. */
function everyText(value: unknown): unknown {
  if (typeof value === 'string') return marker;
  if (Array.isArray(value)) return value.map(everyText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, everyText(one)]));
}
