import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Purpose } from '../../shared/catalog.ts';
import { dayOf } from '../../shared/time.ts';
import { scratch } from '../support/agentKit.ts';
import { agentCli, command } from '../support/agentProcess.ts';
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
import { type Hit, hitsBelow, hitsIn, hitsInOpenFiles, type Markers, newMarker } from '../support/markers.ts';
import { pictureOf, sendPicture } from '../support/pictureSender.ts';

// FAULTS 22: random markers in everything that a person is, does or writes are found in no file of the server or agent.

describe('the scanner', () => {
  const marker = 'zobakudenafivuro';
  test.each([
    ['UTF-8', Buffer.from(`before ${marker} after`)],
    ['UTF-16LE', Buffer.from(`before ${marker} after`, 'utf16le')],
    ['hexadecimal', Buffer.from(Buffer.from(`x${marker}`).toString('hex'))],
    ['base64, shifted by 0', Buffer.from(Buffer.from(`${marker} and`).toString('base64'))],
    ['base64, shifted by 1', Buffer.from(Buffer.from(`1${marker} and`).toString('base64'))],
    ['base64, shifted by 2', Buffer.from(Buffer.from(`12${marker} and`).toString('base64url'))],
    ['base64 of UTF-16LE, shifted by 0', Buffer.from(Buffer.from(`${marker} and`, 'utf16le').toString('base64'))],
    ['deflated UTF-8', Buffer.concat([Buffer.from('page'), deflateSync(`a title with ${marker}`), Buffer.alloc(9)])],
    ['deflated UTF-8', Buffer.concat([Buffer.from('page'), gzipSync(`a title with ${marker}`), Buffer.alloc(9)])],
  ])('finds a marker as %s', (form, bytes) => {
    expect(hitsIn('here', bytes, { title: marker })).toContainEqual({ place: 'here', marker: 'title', form });
  });

  test('finds a marker in a planted file, in its name, and in an open file that has no name any more', async () => {
    await using place = await scratch();
    await writeFile(join(place.folder, `${marker}.txt`), 'nothing');
    await writeFile(join(place.folder, 'log'), `a ${marker}`);
    expect(hitsBelow(place.folder, { title: marker }).map(({ form }) => form)).toEqual(['UTF-8', 'UTF-8']);
    const file = await open(join(place.folder, 'temporary'), 'w+');
    try {
      await file.write(`a ${marker}`);
      await rm(join(place.folder, 'temporary'));
      expect(hitsInOpenFiles(process.pid, { title: marker }).hits).toMatchObject([{ marker: 'title', form: 'UTF-8' }]);
    } finally {
      await file.close();
    }
  });
});

const kinds = [
  ...['organisation', 'ownerName', 'ownerEmail', 'memberName', 'memberEmail', 'team', 'reason'],
  ...['title', 'app', 'domain', 'path', 'project', 'task', 'note', 'image'],
] as const;

test('no file, log, temporary file or open file of server and agent holds anything that a person is, does or writes', async () => {
  await using place = await scratch();
  const below = (name: string): string => join(place.folder, name);
  const marked = Object.fromEntries(kinds.map((kind) => [kind, newMarker()])) as Record<(typeof kinds)[number], string>;
  const [data, agentData, scripts] = [below('server'), below('agent'), below('scripts')];
  // Whatever the programs put where temporary files go, or into the account's folder, is looked at too.
  const env = { TMPDIR: below('tmp'), HOME: below('home'), XDG_RUNTIME_DIR: below('run') };
  for (const folder of [scripts, ...Object.values(env)]) await mkdir(folder, { mode: 0o700 });
  const day = join(scripts, 'day.json');
  await writeFile(day, JSON.stringify(scriptOf(marked)));
  const scanned = [data, agentData, ...Object.values(env)];
  const token = await initialiseData(data, {
    organisation: marked.organisation,
    ownerName: marked.ownerName,
    ownerEmail: `${marked.ownerEmail}@example.com`,
  });
  const serving = { data, port: await freePort(), env, args: ['--log-level', 'debug'] };
  let server = await startServerProcess(serving);
  let agent: Awaited<ReturnType<typeof runAgent>> | null = null;
  const logs: string[] = [];
  const scan = (): Hit[] => {
    const open = [server.child.pid, agent?.process.pid].flatMap((pid) =>
      pid === undefined ? [] : hitsInOpenFiles(pid, marked).hits,
    );
    const heard = Buffer.from([...logs, server.out(), server.err()].join('\n'));
    return [...scanned.flatMap((folder) => hitsBelow(folder, marked)), ...open, ...hitsIn('log', heard, marked)];
  };
  try {
    const { url } = server;
    const owner = await signInOwner(url, token);
    const levels = {
      notes: 'on',
      title: 'full',
      app: 'name',
      url: 'host_path',
      screenshot: 'full',
      activity: 'counts',
    };
    const notice = await publishLevels(owner, levels, `because of ${marked.reason}`);
    const team = await owner.ok('POST', '/teams', { name: marked.team });
    const { person: member } = await owner.ok('POST', '/people', {
      ...{ name: marked.memberName, email: `${marked.memberEmail}@example.com`, role: 'employee', teams: [team.id] },
    });
    await enrolAgent(agentData, owner, { url, person: owner.person, notice });
    const picture = pictureOf(
      await enrolOwnDevice(url, owner, member.id, notice),
      Buffer.from(marked.image.repeat(400)),
    );
    await sendPicture(serving.port, picture, notice);

    agent = await runAgent(agentData, day, env);
    const ask = (...args: string[]) => command(agentCli, [...args, '--data', agentData], env);
    expect(await ask('start', '--project', marked.project, '--task', marked.task)).toMatchObject({ code: 0 });
    expect(await ask('note', `about ${marked.note}`)).toMatchObject({ code: 0 });
    const waiting = async () => JSON.parse((await ask('status', '--json')).out).waiting.observations;
    await eventually('title and page wait in the spool', async () => {
      const { title = 0, url: pages = 0 } = await waiting();
      return title > 0 && pages > 0;
    });
    expect(scan()).toEqual([]);

    // A crash leaves open batches, write-ahead logs and temporary files as they are.
    agent.process.kill('SIGKILL');
    await agent.exit;
    agent = null;
    await server.kill();
    expect((await readdir(join(agentData, 'spool'))).length).toBeGreaterThan(0);
    const leftBehind = await readdir(data);
    expect(leftBehind).toContain('daylight.db-wal');
    logs.push(server.out(), server.err());
    expect([
      ...scanned.flatMap((folder) => hitsBelow(folder, marked)),
      ...hitsIn('log', Buffer.from(logs.join('')), marked),
    ]).toEqual([]);

    // Without the server: what waits now of the run before goes nowhere while what is seen in this one joins it.
    agent = await runAgent(agentData, day, env);
    const before = await waiting();
    expect(await ask('start', '--project', marked.project)).toMatchObject({ code: 0 });
    await eventually('title and page are seen again', async () => {
      const { title = 0, url: pages = 0 } = await waiting();
      return title > (before.title ?? 0) && pages > (before.url ?? 0);
    });
    server = await startServerProcess(serving);
    expect(await ask('stop')).toMatchObject({ code: 0 });
    const person = owner.person;
    const seen = async () => Buffer.from(JSON.stringify(await everythingOf(owner, person, member.id, picture.image)));
    await eventually('the page arrives', async () => (await seen()).includes(marked.domain));
    expect(scan()).toEqual([]);

    // The control: all of it is there for those who may see it, found by the same scanner.
    const shown = hitsIn('interface', await seen(), marked).filter(({ form }) => form === 'UTF-8');
    expect(shown.map(({ marker }) => marker).sort()).toEqual(kinds.filter((kind) => kind !== 'image').sort());
    const image = await owner.send('GET', `/people/${member.id}/screenshots/${picture.image}?purpose=workload_review`);
    expect(hitsIn('image', image.body, marked)).toContainEqual({ place: 'image', marker: 'image', form: 'UTF-8' });
    expect(hitsBelow(scripts, marked).length).toBeGreaterThan(0);

    agent.process.kill('SIGTERM');
    expect(await agent.exit).toBe(0);
    logs.push(agent.err());
    agent = null;
    expect(await server.stop()).toBe(0);
    logs.push(server.out(), server.err());
    expect([
      ...scanned.flatMap((folder) => hitsBelow(folder, marked)),
      ...hitsIn('log', Buffer.from(logs.join('')), marked),
    ]).toEqual([]);
  } finally {
    agent?.process.kill('SIGKILL');
    await agent?.exit;
    await server.kill();
  }
}, 600_000);

/** What the interface shows of everyone and everything, under today's and yesterday's date. */
async function everythingOf(
  owner: { ok(method: string, path: string): Promise<unknown> },
  person: string,
  member: string,
  image: string,
): Promise<unknown[]> {
  const shown: unknown[] = [{ image }];
  for (const path of ['/session', '/people', '/teams', '/policy']) shown.push(await owner.ok('GET', path));
  for (const at of [Date.now() - 3_600_000, Date.now()]) {
    for (const parameter of ['notes', 'project', 'title', 'app', 'url', 'screenshot']) {
      const query = `day=${dayOf(at)}&parameter=${parameter}&purpose=${Purpose.options.join(',')}`;
      for (const id of [person, member]) shown.push(await owner.ok('GET', `/people/${id}/observations?${query}`));
    }
  }
  return shown;
}

function scriptOf({ title, app, domain, path }: Markers) {
  const page = `${title} in a browser`;
  return {
    name: 'a minute of two programs',
    machine: { platform: 'linux', arch: 'x64', osVersion: 'Debian 12', model: null, memoryGiB: 8 },
    timezone: 'Europe/Berlin',
    events: [
      { at: 0, do: 'front', app, program: 'editor', title: `${title}.txt` },
      { at: 10, do: 'input', kind: 'key', count: 2_000, everyMs: 70 },
      { at: 12_000, do: 'front', app: 'Chromium', program: 'chromium', title: `${page} - Chromium` },
      {
        ...{ at: 12_000, do: 'tab', browser: 'chromium', title: page, private: false, focused: true },
        url: `https://${domain}.com/${path}/page.html?q=${title}`,
      },
      // What was in front is written down when something else is.
      { at: 24_000, do: 'no_tab' },
      { at: 24_000, do: 'front', app, program: 'editor', title: `${title}.txt` },
    ],
  };
}
