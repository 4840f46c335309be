import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { listenLocally } from '../../../../agent/core/localSocket.ts';
import { parameterIds } from '../../../../shared/catalog.ts';
import { DeviceId } from '../../../../shared/ids.ts';
import { AgentStatus, type WindowAnswer, type WindowRequest } from '../../../../shared/protocol/window.ts';
import { scratch } from '../../../support/agentKit.ts';
import { runCli } from '../../../support/runCli.ts';

it('a note that is piped in reaches the agent as it is, and stands in no argument', async () => {
  await using agent = await answering(null);
  const ended = await runCli('agent', ['note', '-', '--data', agent.folder], {}, '  Zürich — 東京\nsecond line\n');
  expect([ended.code, ended.out, ended.err]).toEqual([0, 'Understood.\n', '']);
  expect(agent.asked).toEqual([{ command: 'note', text: 'Zürich — 東京\nsecond line' }]);
});

it('a note that is piped in and too long is refused before the agent hears of it', async () => {
  await using agent = await answering(null);
  const ended = await runCli('agent', ['note', '-', '--data', agent.folder], {}, 'x'.repeat(100_000));
  expect([ended.code, ended.err]).toEqual([2, 'Note: expected at most 2000 characters: change it and try again.\n']);
  expect(agent.asked).toEqual([]);
});

it.each([
  ['later on the same day', '2026-03-02T09:00:00', '09:30', '2026-03-02T09:30:00'],
  ['with one digit for the hour', '2026-03-02T08:00:00', '9:05', '2026-03-02T09:05:00'],
  ['after midnight', '2026-03-02T23:50:00', '00:10', '2026-03-03T00:10:00'],
])('time away is kept up to a time of the day: %s', async (_when, since, until, at) => {
  await using agent = await answering(Date.parse(`${since}Z`));
  const args = ['idle', 'keep', '--until', until, '--data', agent.folder];
  const ended = await runCli('agent', args, { TZ: 'UTC' });
  expect([ended.code, ended.out, ended.err]).toEqual([0, 'Understood.\n', '']);
  expect(agent.asked).toEqual([{ command: 'status' }, { command: 'split_idle', at: Date.parse(`${at}Z`) }]);
});

it('while no question is open, nothing is answered: not even one that opens a moment later', async () => {
  await using agent = await answering(null);
  const ended = await runCli('agent', ['idle', 'keep', '--until', '14:05', '--data', agent.folder]);
  expect([ended.code, ended.out]).toEqual([5, '']);
  expect(ended.err).toMatch(
    /^There is no time away to decide about: see "daylight-agent idle --data \S+" when you are asked\.\n$/,
  );
  expect(agent.asked).toEqual([{ command: 'status' }]);
});

it('status says of what was acknowledged from when it counts, also while another notice waits, and of that that it waits', async () => {
  const from = Date.parse('2026-03-12T00:00:00Z');
  const coming = [
    { parameter: 'app' as const, level: 'name', from },
    { parameter: 'screenshot' as const, level: 'blurred', from },
  ];
  const statusOf = async (acknowledged: boolean) => {
    await using agent = await answering(null, {
      version: 3,
      hash: null,
      acknowledged,
      last: null,
      coming,
      agreement: null,
    });
    const { out } = await runCli('agent', ['status', '--data', agent.folder], { TZ: 'UTC' });
    return out.split('\n').filter((line) => /2026|Notice/.test(line));
  };
  const until = 'because you acknowledged its notice. Until then what held before goes on, and you have time to react.';
  const counts = [
    `Active application (name) from 12 Mar 2026, ${until}`,
    `Screenshots (blurred) from 12 Mar 2026, ${until}`,
  ];
  expect(await statusOf(true)).toEqual(counts);
  expect(await statusOf(false)).toEqual([
    expect.stringMatching(
      /^Notice 3 waits for you: read it with "daylight-agent notice.*What is new in it is off until/,
    ),
    ...counts,
  ]);
});

/** Stands for an agent whose question about time away is open since then, and understands everything. */
async function answering(idleSince: number | null, notice: Status['notice'] = null) {
  const place = await scratch();
  const asked: WindowRequest[] = [];
  const socket = await listenLocally(place.folder, async (request): Promise<WindowAnswer> => {
    asked.push(request);
    if (request.command === 'status') return { ok: true, said: '', status: statusWith(idleSince, notice) };
    return { ok: true, said: 'Understood.' };
  });
  return {
    folder: place.folder,
    asked,
    async [Symbol.asyncDispose]() {
      await socket.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

type Status = z.input<typeof AgentStatus>;

function statusWith(idleSince: number | null, notice: Status['notice']): AgentStatus {
  const parameter = { label: 'Something', level: 'off', active: false, why: 'Off.', needs: null, terms: null };
  const status: Status = {
    ...{ organisation: 'Nordlicht', person: 'Rae', device: DeviceId.parse(randomUUID()) },
    ...{
      server: 'http://localhost',
      agentVersion: 'test',
      state: 'tracking',
      session: null,
      since: null,
      haltedSince: null,
    },
    work: { project: null, task: null },
    worked: [],
    idle: idleSince === null ? null : { since: idleSince, returned: null, isHeld: true, deletedAt: null },
    visible: true,
    parameters: Object.fromEntries(parameterIds.map((id) => [id, parameter])) as Status['parameters'],
    ...{ until: null, sensors: [], calls: {} },
    connection: { kind: 'waiting', words: 'Not connected.', remedy: null, heardAt: null },
    ...{ policy: null, refused: null, notice, requests: [], consents: [], dated: null, firstUse: [], days: [] },
    waiting: { batches: 0, bytes: 0, observations: {}, heldBack: 0, damagedFiles: 0 },
    dropped: [],
    sent: { at: null, stored: 0, discarded: {}, last: [] },
    screenshots: [],
    key: 'nowhere',
  };
  return AgentStatus.parse(status);
}
