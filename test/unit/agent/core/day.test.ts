import { expect, test } from 'vitest';
import { createScriptedPlatform } from '../../../../agent/platform/scripted.ts';
import { HOUR, MINUTE, SECOND } from '../../../../shared/time.ts';
import { officeDay } from '../../../support/days/office.ts';
import { createRig, EVERYTHING } from '../../../support/recording.ts';
import { NINE } from '../../../support/testClock.ts';

test('a day at the office is recorded as it was, and nothing private of it is', async () => {
  const rig = await createRig({ platform: (clock) => createScriptedPlatform(officeDay, clock), levels: EVERYTHING });
  const started = await rig.recorder.start({ project: 'Daylight', task: 'recorder' });
  await rig.clock.advance(4 * HOUR + 20 * MINUTE);
  // In a meeting without a key pressed: the programs seen of it until now are kept, what comes of it later is not.
  // Of its title only the second is kept in which the pointer moved, at 14:00.
  const kept = await rig.recorder.answerIdle('keep');
  await rig.clock.advance(50 * MINUTE);
  rig.clock.freeze(20 * MINUTE);
  await rig.clock.advance(2 * HOUR + 30 * MINUTE);
  const stopped = await rig.recorder.stop();

  expect([started.ok, kept.ok, stopped.ok]).toEqual([true, true, true]);
  const hours = (at: number) => Math.round(((at - NINE) / HOUR) * 100) / 100;
  const sessions = rig
    .recorded('session')
    .map(({ event, cause, at, span }) => [event, cause, hours(at), Math.round(span / MINUTE)]);
  expect(sessions).toEqual([
    ['start', 'employee', 0, 0],
    ['gap', 'locked', 3, 45],
    // The pointer last moved at 14:00; the question was open when the machine fell asleep at 14:10.
    ['gap', 'asleep', 5, 30],
    ['stop', 'employee', 8, 0],
  ]);
  expect([...new Set(rig.recorded('title').map(({ title }) => title))]).toEqual([
    'session.ts - daylight - Code',
    'Re: offer 4711 - Thunderbird',
    'Timers | Node.js Documentation - Chromium',
    'gate.ts - daylight - Code',
    'Zoom Meeting',
    'recorder.ts - daylight - Code',
  ]);
  const named = rig.recorded('title').filter(({ title }) => title === 'Zoom Meeting');
  expect(named.map(({ at, span }) => [hours(at), span < SECOND])).toEqual([[5, true]]);
  const meeting = rig.recorded('app').filter((app) => app.level === 'name' && app.name === 'Zoom');
  const later = meeting.filter(({ at, span }) => hours(at + span) > 4.34);
  expect(meeting.length).toBeGreaterThan(later.length);
  expect(later.map(({ at, span }) => [hours(at), span < SECOND])).toEqual([[5, true]]);
  expect([
    ...new Set(rig.recorded('url').map((url) => JSON.stringify({ ...url, at: 0, mono: 0, span: 0, context: 0 }))),
  ]).toEqual([
    JSON.stringify({
      parameter: 'url',
      level: 'host_path',
      host: 'nodejs.org',
      path: '/api/timers.html',
      at: 0,
      mono: 0,
      span: 0,
      context: 0,
    }),
    JSON.stringify({ parameter: 'url', level: 'category', category: 'private', at: 0, mono: 0, span: 0, context: 0 }),
  ]);
  const text = JSON.stringify(rig.spool.everything());
  for (const secret of ['surprise', 'KeePass', 'kdbx', 'Depression', 'nhs', 'search', 'fox'])
    expect(text).not.toContain(secret);
  expect(rig.recorded('screenshot').length).toBeGreaterThan(10);
  expect(rig.recorder.status().failures).toEqual({});
  await rig.recorder.close('shutdown');
}, 120_000);
