import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workdaysUntil } from '../../../scripts/demo/workdays.ts';
import { makeSignInLink } from '../../../server/initialise.ts';
import { openServer, type Server } from '../../../server/server.ts';
import { scratch } from '../../support/agentKit.ts';
import { type Client, createClient, type Json } from '../../support/api.ts';
import { awayFromMidnight, MIDNIGHT_MS } from '../../support/awayFromMidnight.ts';
import { type Finished, finished, fromSource, startNode } from '../../support/nodeProcess.ts';

const LONG = 300_000;
const script = fileURLToPath(new URL('../../../scripts/demo.ts', import.meta.url));

let place: Awaited<ReturnType<typeof scratch>>;
let folder: string;
let made: Finished;
beforeAll(async () => {
  place = await scratch();
  folder = join(place.folder, 'demo');
  made = await demo('--data', folder, '--people', '3', '--days', '2', '--no-serve', '--no-build');
}, LONG);
afterAll(() => place[Symbol.asyncDispose]());

it('the demo is made as a process that says what it makes, where, how far it is, and that nothing was refused', () => {
  expect([made.code, made.err]).toEqual([0, '']);
  expect(made.out).toContain(`Making "Demo: Herb Garden Ltd" in ${folder}: 3 made-up people, 2 working days since`);
  expect(made.out).toMatch(/^ {1,2}\d{1,2} % {2}.*people at work, about \d+ (s|min) left$/m);
  expect(made.out).toMatch(/^Done in \d+ (s|min): [\d,]+ observations stored, 0 refused by the server\.$/m);
});

describe('what it made, read back from a server on the real clock', () => {
  let server: Server;
  let owner: Client;
  let people: Json[];
  beforeAll(async () => {
    server = await openServer({ data: join(folder, 'server'), port: 0, logLevel: 'silent' });
    owner = await linkedOwner(server);
    people = (await owner.ok('GET', '/people')).people;
  }, LONG);
  afterAll(() => server.close());

  const person = (name: string): Json => people.find((one) => one.name === name);
  const [first = 0, second = 0] = workdaysUntil(Date.now(), 2);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const dayOf = (name: string, midnight: number): Promise<Json> => {
    const day = new Date(midnight).toLocaleDateString('sv-SE');
    const query = new URLSearchParams({ day, zone, purpose: 'working_time,project_costing,workload_review' });
    return owner.ok('GET', `/people/${person(name).id}/day?${query.toString()}`);
  };

  it('is an organisation whose name says that it is a demo, with teams, a manager and an owner', async () => {
    expect((await owner.ok('GET', '/session')).org.name).toBe('Demo: Herb Garden Ltd');
    expect(people.map(({ name, role, devices }) => [name, role, devices]).sort()).toEqual([
      ['Ada Almond', 'employee', 1],
      ['Marek Marjoram', 'manager', 1],
      ['Olga Olive', 'owner', 0],
    ]);
    expect(people.every(({ email }) => /@example\.com$/.test(email))).toBe(true);
    const { teams } = await owner.ok('GET', '/teams');
    expect(teams.map((team: Json) => [team.name, team.members, team.managers.length]).sort()).toEqual([
      ['Demo: Design', 0, 0],
      ['Demo: Development', 2, 1],
      ['Demo: Office', 0, 0],
      ['Demo: Support', 0, 0],
    ]);
  });

  it('has hours of work with projects, programs, sites and counts, and notes of whoever writes them', async () => {
    const report = await dayOf('Ada Almond', first);
    expect(report.totals.trackedMs).toBeGreaterThan(3 * 3_600_000);
    expect(report.totals.byProject.length).toBeGreaterThan(0);
    expect(report.totals.byApp.map((app: Json) => app.label)).toContain('Code');
    const inPrograms = report.totals.byApp.reduce((sum: number, app: Json) => sum + app.ms, 0);
    expect(inPrograms / report.totals.trackedMs).toBeGreaterThan(0.6);
    expect(report.sessions.every(({ open }: Json) => !open)).toBe(true);
    expect(report.notes.length).toBeGreaterThan(0);
  });

  it('has no screenshot before the policy allowed them, and afterwards some that open', async () => {
    expect((await dayOf('Ada Almond', first)).screenshots).toEqual([]);
    const { screenshots } = await dayOf('Ada Almond', second);
    expect(screenshots.length).toBeGreaterThan(0);
    const path = `/people/${person('Ada Almond').id}/screenshots/${screenshots[0].image}?purpose=workload_review`;
    const image: Buffer = await owner.ok('GET', path);
    expect([image.toString('latin1', 0, 4), image.toString('latin1', 8, 12)]).toEqual(['RIFF', 'WEBP']);
  });

  it('has a policy with a history: every version, with its reason, and what it switched off', async () => {
    const { policy } = await owner.ok('GET', '/policy');
    expect(policy.version).toBe(3);
    const versions = await Promise.all([2, 3].map((version) => owner.ok('GET', `/policy/versions/${version}`)));
    expect(versions.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('projects can be costed'),
      expect.stringContaining('Customers with a fixed price'),
    ]);
    const levels = versions.map(({ policy: { parameters } }) => [parameters.url.level, parameters.screenshot.level]);
    expect(levels).toEqual([
      ['domain', 'off'],
      ['off', 'blurred'],
    ]);
  });

  it('lets its employee sign in with what it keeps for that, who sees that their manager looked and what for', async () => {
    const { employee } = JSON.parse(await readFile(join(folder, 'demo.json'), 'utf8')).made;
    const ada = createClient(server.url);
    await ada.ok('POST', '/session', { email: employee.email, password: employee.password });
    const { accesses } = await ada.ok('GET', `/people/${person('Ada Almond').id}/accesses`);
    const ofManager = accesses.filter((one: Json) => one.actorName === 'Marek Marjoram' && !one.refused);
    expect(ofManager.map((one: Json) => [one.action, one.purpose])).toEqual([['day', 'project_costing']]);
  });

  it('lets its manager sign in with a recovery code, who sees their team alone', async () => {
    const { manager } = JSON.parse(await readFile(join(folder, 'demo.json'), 'utf8')).made;
    const { email, password, recoveryCodes } = manager;
    const marek = createClient(server.url);
    await marek.ok('POST', '/session', { email, password, recoveryCode: recoveryCodes[0] });
    const seen = (await marek.ok('GET', '/people')).people;
    expect(seen.map(({ name }: Json) => name).sort()).toEqual(['Ada Almond', 'Marek Marjoram']);
  });

  it('has nothing that the server refused of any device', async () => {
    const { devices } = await owner.ok('GET', `/people/${person('Ada Almond').id}/devices`);
    const path = `/people/${person('Ada Almond').id}/devices/${devices[0].id}/receipt`;
    expect((await owner.ok('GET', path)).discarded).toEqual([]);
  });
});

it('a folder that holds something else is refused, and left as it is', { timeout: LONG }, async () => {
  const other = join(place.folder, 'other');
  await mkdir(other);
  await writeFile(join(other, 'thesis.txt'), 'mine');
  for (const more of [['--no-build'], ['--remove', '--yes']]) {
    const ended = await demo('--data', other, ...more);
    expect([ended.code, ended.out]).toEqual([1, '']);
    expect(ended.err).toContain('something is here that the demo did not make (thesis.txt)');
  }
  expect(await readdir(other)).toEqual(['thesis.txt']);
});

it('a demo that is there is served as it is, with a link that signs its owner in, until Ctrl-C', {
  timeout: LONG,
}, async () => {
  const serving = start('--data', folder, '--port', '0', '--no-build');
  await serving.hasSaid('Stop      Ctrl-C');
  const me = await (await ownerOf(serving.out())).ok('GET', '/session');
  expect([me.person.name, me.org.name]).toEqual(['Olga Olive', 'Demo: Herb Garden Ltd']);
  const removal = await demo('--data', folder, '--remove', '--yes');
  expect([removal.code, (await readdir(folder)).sort()]).toEqual([1, ['computers', 'demo.json', 'server']]);
  expect(removal.err).toContain('a server or another command has this data folder open. Stop it first');
  serving.interrupt();
  const ended = await serving.ended;
  expect([ended.code, ended.err]).toEqual([0, '']);
});

it('while it is served some of its people are at work now; Ctrl-C ends that, and they begin again when it is served again', {
  timeout: LONG + MIDNIGHT_MS,
}, async () => {
  const day = await awayFromMidnight();
  const began = Date.now();
  for (const times of [1, 2]) {
    const serving = start('--data', folder, '--port', '0', '--no-build');
    await serving.hasSaid('At work   Marek Marjoram, Ada Almond: ');
    const owner = await ownerOf(serving.out());
    await expect.poll(() => stateOf(owner, 'Ada Almond'), { timeout: 60_000 }).toBe('tracking');
    serving.interrupt();
    const ended = await serving.ended;
    expect([ended.code, ended.err]).toEqual([0, '']);
    const since = (await sessionsOn(day, 'Ada Almond')).filter(({ from }) => from >= began);
    expect(since.map(({ open }) => open)).toEqual(Array.from({ length: times }, () => false));
  }
});

it('a demo that is interrupted while it is made says so, is not taken for a whole one, and can be removed', {
  timeout: LONG,
}, async () => {
  const half = join(place.folder, 'half');
  const making = start('--data', half, '--people', '3', '--days', '2', '--no-serve', '--no-build');
  await making.hasSaid('people at work');
  making.interrupt();
  const ended = await making.ended;
  expect(ended.code).toBe(1);
  expect(ended.err).toContain(`Interrupted: the demo in ${half} is not finished.`);
  const again = await demo('--data', half, '--no-build');
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('a demo was begun here and not finished')]);
  const removed = await demo('--data', half, '--remove', '--yes');
  expect([removed.code, removed.err]).toEqual([0, '']);
  expect(await readdir(place.folder)).not.toContain('half');
});

it('removing says what goes, asks, cancels the organisation, and takes only what the demo made', {
  timeout: LONG,
}, async () => {
  const unsure = await demo('--data', folder, '--remove');
  expect(unsure.code).toBe(1);
  expect(unsure.out).toContain('Cancelling "Demo: Herb Garden Ltd" ends for ever, with no way back:\n  3 people and ');
  expect(unsure.out).toContain(`Then the folder ${folder} goes`);
  expect(unsure.out).not.toContain('COMMITTED');
  expect(unsure.err).toContain('Nothing was removed.');
  await writeFile(join(folder, 'thesis.txt'), 'mine');
  const foreign = await demo('--data', folder, '--remove', '--yes');
  expect([foreign.code, (await readdir(folder)).sort()]).toEqual([
    1,
    ['computers', 'demo.json', 'server', 'thesis.txt'],
  ]);
  await rm(join(folder, 'thesis.txt'));
  const sure = await demo('--data', folder, '--remove', '--yes');
  expect([sure.code, sure.err]).toEqual([0, '']);
  expect(sure.out).toMatch(
    /COMMITTED .*\n.*KEYS DESTROYED .*\n(.* deleted …\n)*.*PURGED .*\n.*SCRUBBED .*\n.*VERIFIED EMPTY .*\nRemoved\.\n$/,
  );
  expect(await readdir(place.folder)).not.toContain('demo');
});

/** Signed in with the link that was said. */
async function ownerOf(said: string): Promise<Client> {
  const [, url = '', token = ''] = /^Owner {5}(http:\/\/localhost:\d+)\/#\/link\/(\S+)$/m.exec(said) ?? [];
  const owner = createClient(url);
  await owner.ok('POST', '/session/link', { token });
  return owner;
}

async function stateOf(owner: Client, name: string): Promise<string> {
  const query = new URLSearchParams({ zone: 'UTC', purpose: 'working_time' });
  const { people } = await owner.ok('GET', `/today?${query.toString()}`);
  return people.find(({ person }: Json) => person.name === name)?.state;
}

async function linkedOwner({ url }: Server): Promise<Client> {
  const owner = createClient(url);
  const { token } = await makeSignInLink(join(folder, 'server'), 'olga.olive@example.com');
  await owner.ok('POST', '/session/link', { token });
  return owner;
}

/** Asked of the demo while nobody else serves it. */
async function sessionsOn(day: string, name: string): Promise<Json[]> {
  const server = await openServer({ data: join(folder, 'server'), port: 0, logLevel: 'silent' });
  try {
    const owner = await linkedOwner(server);
    const { id } = (await owner.ok('GET', '/people')).people.find((one: Json) => one.name === name);
    const query = new URLSearchParams({ day, zone: 'UTC', purpose: 'working_time' });
    return (await owner.ok('GET', `/people/${id}/day?${query.toString()}`)).sessions;
  } finally {
    await server.close();
  }
}

function demo(...args: readonly string[]): Promise<Finished> {
  return start(...args).ended;
}

/** As a process of its own. */
function start(...args: readonly string[]) {
  const started = startNode([...fromSource, script, ...args], { limitMs: LONG - 10_000 });
  const { process: child, out } = started;
  const ended = finished(started);
  const hasSaid = (words: string): Promise<void> =>
    new Promise((resolve, reject) => {
      child.stdout?.on('data', () => out().includes(words) && resolve());
      void ended.then(({ err }) => reject(new Error(`it ended without saying "${words}": ${err}`)));
    });
  return { ended, hasSaid, out, interrupt: () => child.kill('SIGINT') };
}
