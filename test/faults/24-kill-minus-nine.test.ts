import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { dayOf } from '../../shared/time.ts';
import { scratch } from '../support/agentKit.ts';
import { agentCli, command } from '../support/agentProcess.ts';
import { addMember, type Client } from '../support/api.ts';
import {
  enrolAgent,
  enrolOwnDevice,
  eventually,
  freePort,
  initialiseData,
  publishLevels,
  runAgent,
  signInOwner,
  startServerProcess,
} from '../support/daylight.ts';
import { sendNumbered } from '../support/numberedSender.ts';
import { type Picture, pictureOf, sendPicture } from '../support/pictureSender.ts';
import { startUnsynced } from '../support/unsynced/unsynced.ts';

// FAULTS 24, as processes: the built server under a file layer that discards what was not fsynced, the built agent, and an
// agent of the test's own that knows exactly what was acknowledged to it.

const ROUNDS = 20;
const script = {
  name: 'an afternoon of two programs',
  machine: { platform: 'linux', arch: 'x64', osVersion: 'Debian 12', model: null, memoryGiB: 8 },
  timezone: 'Europe/Berlin',
  events: [
    { at: 0, do: 'front', app: 'Code', program: 'code', title: 'afternoon.ts - Code' },
    { at: 10, do: 'input', kind: 'key', count: 2_000, everyMs: 70 },
    { at: 20_000, do: 'front', app: 'Thunderbird', program: 'thunderbird', title: 'Inbox' },
  ],
};

/** Three notes, a project and a page that belong together: one batch, of three segments. */
const contentOf = (seq: number) => [
  ...[0, 1, 2].map((part) => ({ parameter: 'notes', level: 'on', note: `n-${seq}-${part}` })),
  { parameter: 'project', level: 'on', project: `p-${seq}`, task: null },
  { parameter: 'title', level: 'full', title: `t-${seq}` },
];

test(`after ${ROUNDS} kills of server and agent nothing acknowledged is lost, nothing is there twice, no batch is there in part`, async () => {
  await using place = await scratch();
  const [data, agentData, day] = [join(place.folder, 'server'), join(place.folder, 'agent'), join(place.folder, 'day')];
  await writeFile(day, JSON.stringify(script));
  const token = await initialiseData(data);
  const port = await freePort();
  const serving = { data, port, unsynced: startUnsynced };
  let server = await startServerProcess(serving);
  let agent: Awaited<ReturnType<typeof runAgent>> | null = null;
  const stops: (() => void)[] = [];
  try {
    const { url } = server;
    const clock = { now: () => Date.now(), advance: () => undefined };
    const owner = await signInOwner(url, token);
    const notice = await publishLevels(owner, { notes: 'on', title: 'full', app: 'name', screenshot: 'full' });
    const raw = await addMember({ url, clock }, owner, 'employee', { name: 'Rae Raw', email: 'rae@example.com' });
    const seen = await addMember({ url, clock }, owner, 'employee', { name: 'Sam Seen', email: 'sam@example.com' });
    await enrolAgent(agentData, owner, { url, person: owner.person, notice });
    const device = await enrolOwnDevice(url, owner, raw.person, notice);
    // A device for each picture: one person is pictured at most every five minutes.
    const pictures: Picture[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      pictures.push(pictureOf(await enrolOwnDevice(url, owner, seen.person, notice), randomBytes(40_000)));
    }

    const began = dayOf(Date.now());
    agent = await runAgent(agentData, day);
    expect(await command(agentCli, ['start', '--data', agentData])).toMatchObject({ code: 0 });
    const sender = sendNumbered({ port, device, policyVersion: notice, inFlight: 8, contentOf });
    stops.push(sender.stop);
    const notes = enterNotes(agentData);
    stops.push(notes.stop);

    const kills: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const which = round === 0 ? 'server' : round === 1 ? 'agent' : Math.random() < 0.7 ? 'server' : 'agent';
      const picture = sendPicture(port, pictures[round] as Picture, notice);
      const before = sender.connections();
      await setTimeout(Math.random() * 700);
      kills.push(which);
      if (which === 'server') {
        await server.kill();
        server = await startServerProcess(serving);
        await eventually('the sender is welcomed again', () => sender.connections() > before);
      } else {
        agent.process.kill('SIGKILL');
        await agent.exit;
        agent = await runAgent(agentData, day);
        expect(await command(agentCli, ['start', '--data', agentData])).toMatchObject({ code: 0, err: '' });
      }
      await picture;
    }
    const confirmed = await notes.finish();
    const last = await sender.finish();
    expect(sender.violations).toEqual([]);
    expect(new Set(kills)).toEqual(new Set(['server', 'agent']));
    // Enough was under way for a loss to be seen.
    expect([last > 200, confirmed.length > 5, sender.acknowledged.size]).toEqual([true, true, last]);

    // Both once more, cut off: what follows is read from what is durable.
    agent.process.kill('SIGKILL');
    await agent.exit;
    await server.kill();
    server = await startServerProcess(serving);
    agent = await runAgent(agentData, day);
    const days = new Set([began, dayOf(Date.now())]);
    const read = (client: Client, person: string, parameter: string) => readAll(client, person, parameter, days);

    const stored = {
      notes: (await read(raw.client, raw.person, 'notes')).map(({ note }) => note),
      projects: (await read(raw.client, raw.person, 'project')).map(({ project }) => project),
      titles: (await read(raw.client, raw.person, 'title')).map(({ title }) => title),
    };
    const all = Array.from({ length: last }, (_, index) => index + 1);
    expect(
      differences(
        stored.notes,
        all.flatMap((seq) => [0, 1, 2].map((part) => `n-${seq}-${part}`)),
      ),
    ).toEqual(SAME);
    expect(
      differences(
        stored.projects,
        all.map((seq) => `p-${seq}`),
      ),
    ).toEqual(SAME);
    expect(
      differences(
        stored.titles,
        all.map((seq) => `t-${seq}`),
      ),
    ).toEqual(SAME);

    for (const { image, bytes } of pictures) {
      const shown = await seen.client.send('GET', `/people/${seen.person}/screenshots/${image}?purpose=own_data`);
      expect([shown.status, Buffer.isBuffer(shown.body) && shown.body.equals(bytes)]).toEqual([200, true]);
    }

    // What the agent told its person is kept arrives, although it was killed as often as the server.
    const own = async () => (await read(owner, owner.person, 'notes')).map(({ note }) => String(note));
    await eventually('the agent sends what waits', async () => {
      const there = new Set(await own());
      return confirmed.every((note) => there.has(note));
    }).catch(() => undefined);
    const arrived = await own();
    expect(
      differences(
        arrived.filter((note) => confirmed.includes(note)),
        confirmed,
      ),
    ).toEqual(SAME);
    expect(repeated(arrived)).toEqual([]);
  } finally {
    for (const stop of stops) stop();
    agent?.process.kill('SIGKILL');
    await agent?.exit;
    await server.kill();
  }
}, 900_000);

const SAME = { missing: [], twice: [], unexpected: [] };

function differences(found: readonly unknown[], expected: readonly unknown[]) {
  const [there, wanted] = [new Set(found), new Set(expected)];
  return {
    missing: expected.filter((one) => !there.has(one)),
    twice: repeated(found),
    unexpected: found.filter((one) => !wanted.has(one)),
  };
}

function repeated(found: readonly unknown[]): unknown[] {
  const before = new Set<unknown>();
  return found.filter((one) => before.size === before.add(one).size);
}

async function readAll(client: Client, person: string, parameter: string, days: ReadonlySet<string>) {
  const found: Record<string, unknown>[] = [];
  for (const day of days) {
    const query = `day=${day}&parameter=${parameter}&purpose=own_data`;
    const { observations } = await client.ok('GET', `/people/${person}/observations?${query}`);
    found.push(...observations);
  }
  return found;
}

/** Writes one note after the other by the agent's own command; a note counts when the command says that it is kept. */
function enterNotes(agentData: string): { stop(): void; finish(): Promise<readonly string[]> } {
  const confirmed: string[] = [];
  const ending = new AbortController();
  const running = (async () => {
    for (let number = 1; !ending.signal.aborted; number += 1) {
      const note = `a-${number}`;
      const { code } = await command(agentCli, ['note', '--data', agentData, note]);
      if (code === 0) confirmed.push(note);
      await setTimeout(300);
    }
  })();
  return {
    stop: () => ending.abort(),
    async finish() {
      ending.abort();
      await running;
      return confirmed;
    },
  };
}
