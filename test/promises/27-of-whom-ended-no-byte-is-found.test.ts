import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScriptEvent } from '../../agent/platform/scripted.ts';
import { backupOnHost } from '../../server/backupOnHost.ts';
import { systemClock } from '../../server/clock.ts';
import { endOnHost } from '../../server/endOnHost.ts';
import { layRecoverySet, openRecoverySet } from '../../server/lifecycle/recovery/openRecoverySet.ts';
import { systemRandom } from '../../server/random.ts';
import { beginRecovery } from '../../server/recoveryOnHost.ts';
import { openServer, type Server } from '../../server/server.ts';
import { reduceUrl } from '../../shared/policy/site.ts';
import type { EndingState } from '../../shared/protocol/http/endings.ts';
import { MINUTE, SECOND } from '../../shared/time.ts';
import { addMember, type Client, type Member, PASSWORD } from '../support/api.ts';
import {
  enrolOwnDevice,
  eventually,
  freePort,
  initialiseData,
  publishLevels,
  signInOwner,
} from '../support/daylight.ts';
import { typing } from '../support/days/moments.ts';
import { type Keys, keysIn, type Unsealed, unsealedBelow } from '../support/everyKey.ts';
import { hitsBelow, hitsIn, type Markers, newMarker } from '../support/markers.ts';
import { movable } from '../support/movableClock.ts';
import { openSpoolIn } from '../support/openedSpool.ts';
import { pictureOf, sendPicture } from '../support/pictureSender.ts';
import { enrolRealAgent, type RealAgent } from '../support/realAgent.ts';
import { createTestClock } from '../support/testClock.ts';
import { foundIn } from '../support/twoOrganisations.ts';

// Rows 27, 28, 31 and 35: two people whose every word is one of its own, through the real server and the real agent; the account of one of them ends.

const kinds = [
  ...['name', 'email', 'title', 'app', 'domain', 'path', 'project', 'task', 'note', 'grounds', 'words', 'image'],
] as const;

interface Person {
  readonly markers: Markers;
  /** Of a note that was not sent yet when the account ended. */
  readonly waiting: string;
  readonly member: Member;
  readonly computer: RealAgent;
}

let folder: string;
let [data, backups, recovery] = ['', '', ''];
let serving: Server | null = null;
const computers: RealAgent[] = [];
const clock = movable(systemClock);
const agentClock = createTestClock();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-no-byte-'));
  [data, backups, recovery] = [join(folder, 'data'), join(folder, 'backups'), join(folder, 'recovery.age')];
});
afterEach(async () => {
  for (const computer of computers) await computer[Symbol.asyncDispose]();
  await serving?.close();
  await rm(folder, { recursive: true, force: true });
});

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 5 * SECOND) {
    clock.advance(5 * SECOND);
    await agentClock.advance(5 * SECOND);
    await wait(50);
  }
}

test('of somebody whose account ended no byte is found: not in the data, nor in backups that are opened with every key there is, nor on their computer; of another everything is', async () => {
  const token = await initialiseData(data);
  const options = { data, backups, clock, random: systemRandom };
  const { identity } = await beginRecovery({ file: recovery, again: false }, options);
  const port = await freePort();
  serving = await openServer({ data, port, logLevel: 'silent' }, { clock });
  const owner = await signInOwner(serving.url, token);
  const levels = { notes: 'on', title: 'full', app: 'name', url: 'host_path', screenshot: 'full', activity: 'counts' };
  const notice = await publishLevels(owner, levels);
  // Pictures first: the clocks of what sends them go with this computer's.
  const [first, second] = [await joined(serving, owner, notice), await joined(serving, owner, notice)];
  const [gone, kept] = [await planted(serving, first), await planted(serving, second)];
  await backupOnHost(options, 30);
  await serving.close();
  serving = null;
  for (const { computer, waiting } of [gone, kept]) {
    expect(await computer.agent.handle({ command: 'start', project: null, task: null })).toMatchObject({ ok: true });
    expect(await computer.agent.handle({ command: 'note', text: waiting })).toMatchObject({ ok: true });
  }
  const words = { ...prefixed('gone', gone.markers), ...prefixed('kept', kept.markers) };
  const folders = [data, backups, ...computers.map((one) => dirname(one.folder))];
  const waiting = { gone: gone.waiting, kept: kept.waiting };
  const lying = () => folders.flatMap((one) => hitsBelow(one, { ...words, ...waiting }));

  // Before: sealed everywhere, and all of both is found with the keys.
  const recovered = join(folder, 'recovered');
  await layRecoverySet(await openRecoverySet(recovery, identity), recovered);
  const before = await unsealedBelow(data, await keysIn(data));
  for (const some of [before, await unsealedBelow(backups, await keysIn(recovered))]) {
    expect([foundOf(gone, some), foundOf(kept, some)]).toEqual([all, all]);
  }
  expect([await waits(gone), await waits(kept)]).toEqual([1, 1]);
  expect(lying()).toEqual([]);
  const [ofGone, ofKept] = [piecesWith(gone, before), piecesWith(kept, before)];
  expect([await foundIn(data, ofGone), await foundIn(data, ofKept)]).toEqual([ofGone.length, ofKept.length]);

  const reached: EndingState[] = [];
  const ends = [async () => undefined, (state: EndingState) => void reached.push(state)] as const;
  await endOnHost(gone.member.email, options, ...ends);
  expect(reached).toContain('verified_empty');
  await backupOnHost(options, 30);

  const again = join(folder, 'recovered again');
  await layRecoverySet(await openRecoverySet(recovery, identity), again);
  const keys: Keys = [...(await keysIn(data)), ...(await keysIn(again))];
  for (const some of [await unsealedBelow(data, keys), await unsealedBelow(backups, keys)]) {
    expect([foundOf(gone, some), foundOf(kept, some)]).toEqual([[], all]);
  }
  const made = await readdir(join(backups, 'backups'));
  expect(made).toHaveLength(2);
  for (const one of made) {
    const opened = await unsealedBelow(join(backups, 'backups', one), keys);
    expect([foundOf(gone, opened), foundOf(kept, opened)]).toEqual([[], all.filter((kind) => kind !== 'image')]);
  }
  // Nor is anything of it there still, though nobody can open it.
  expect([await foundIn(data, ofGone), await foundIn(data, ofKept)]).toEqual([0, ofKept.length]);

  serving = await openServer({ data, port, logLevel: 'silent' }, { clock });
  let isWiped = false;
  void gone.computer.agent.wiped.then(() => (isWiped = true));
  await eventually('the computer has deleted everything, and the other one has sent what waited', async () => {
    await pass(30 * SECOND);
    // It goes on recording: there is always something that waits.
    return isWiped && (kept.computer.agent.status().waiting.observations.notes ?? 0) === 0;
  });
  // At most that it was told of the end, and by whom.
  const leftThere = await readdir(gone.computer.folder, { recursive: true }).catch(() => []);
  expect(leftThere.filter((name) => name !== 'ended.json')).toEqual([]);
  expect(lying()).toEqual([]);
  const sent = await unsealedBelow(data, keys);
  expect(hits(sent, waiting)).toEqual(['kept']);
  expect(foundOf(gone, sent)).toEqual([]);
}, 300_000);

const all: readonly string[] = kinds.toSorted();

interface Joined {
  readonly markers: Record<(typeof kinds)[number], string>;
  readonly member: Member;
}

/** Somebody with words of their own in everything that is kept of people; their picture is there. */
async function joined({ url, port }: Server, owner: Client, notice: number): Promise<Joined> {
  const markers = { ...marked(), ...ofASite() };
  const named = { name: markers.name, email: `${markers.email}@example.com` };
  const member = await addMember({ url, clock }, owner, 'employee', named);
  const device = await enrolOwnDevice(url, owner, member.person, notice);
  await wait(50); // what it sends begins 20 ms before, and must not before it was enrolled
  await sendPicture(port, pictureOf(device, Buffer.from(markers.image.repeat(400))), notice);
  return { markers, member };
}

/** Their day on a computer, all of it sent, and what they wrote in the console. */
async function planted({ url }: Server, { markers, member }: Joined): Promise<Person> {
  const { client, person } = member;
  agentClock.jump(clock.now() - agentClock.now());
  const computer = await enrolRealAgent(url, member, true, { clock: agentClock, events: dayOf(markers) });
  computers.push(computer);
  await pass(5 * SECOND); // what is captured before the notice was acknowledged is discarded
  const { project, task, note } = markers;
  expect(await computer.agent.handle({ command: 'start', project, task })).toMatchObject({ ok: true });
  expect(await computer.agent.handle({ command: 'note', text: `about ${note}` })).toMatchObject({ ok: true });
  await pass(MINUTE + 15 * SECOND);
  expect(await computer.agent.handle({ command: 'stop' })).toMatchObject({ ok: true });
  await eventually(
    'all of it was sent',
    async () => {
      await pass(5 * SECOND);
      return computer.agent.status().waiting.batches === 0 && computer.agent.status().sent.stored > 0;
    },
    20 * SECOND,
  );
  await client.ok('PUT', `/people/${person}/objections/activity`, { grounds: `because ${markers.grounds}` });
  const content = { kind: 'access', words: `everything about ${markers.words}` };
  await client.ok('POST', `/people/${person}/requests`, { content, password: PASSWORD });
  return { markers, waiting: newMarker(), member, computer };
}

function dayOf({ title, app, domain, path }: Markers): ScriptEvent[] {
  const editor = { do: 'front', app: String(app), program: 'editor', title: `${title}.txt` } as const;
  const page = `${title} in a browser`;
  const browser = { do: 'front', app: 'Chromium', program: 'chromium', title: `${page} - Chromium` } as const;
  const url = `https://${domain}.com/${path}/page.html`;
  const tab = { do: 'tab', browser: 'chromium', title: page, private: false, focused: true, url } as const;
  const [first, second] = [10 * SECOND, 45 * SECOND];
  return [
    ...[{ at: 0, ...editor }, typing, { at: first, ...browser }, { at: first, ...tab }],
    ...([
      { at: second, do: 'no_tab' },
      { at: second, ...editor },
    ] as const),
  ];
}

function marked(): Joined['markers'] {
  return Object.fromEntries(kinds.map((kind) => [kind, newMarker()])) as Joined['markers'];
}

/** By chance a word may sound like what nobody's employer is to know, and then nothing of the site is kept. */
function ofASite(): { readonly domain: string; readonly path: string } {
  for (;;) {
    const [domain, path] = [newMarker(), newMarker()];
    const reduced = JSON.stringify(reduceUrl(`https://${domain}.com/${path}/page.html`, 'host_path'));
    if (reduced.includes(domain) && reduced.includes(path)) return { domain, path };
  }
}

function prefixed(prefix: string, markers: Markers): Markers {
  return Object.fromEntries(Object.entries(markers).map(([kind, marker]) => [`${prefix} ${kind}`, marker]));
}

function foundOf({ markers }: Person, some: readonly Unsealed[]): readonly string[] {
  return hits(some, markers);
}

function hits(some: readonly Unsealed[], markers: Markers): readonly string[] {
  return [
    ...new Set(some.flatMap(({ place, plain }) => hitsIn(place, plain, markers)).map(({ marker }) => marker)),
  ].sort();
}

/** Bytes that are nowhere else, of everything in which a word of theirs is, and of the keys that open it and nothing of the organisation's. */
function piecesWith({ markers }: Person, some: readonly Unsealed[]): readonly Buffer[] {
  const theirs = some.filter((one) => hits([one], markers).length > 0);
  return theirs.flatMap(({ piece, keyPieces }) => [piece, ...keyPieces.slice(1)]);
}

/** How many batches on their computer have the words that were not sent. */
async function waits({ computer, waiting }: Person): Promise<number> {
  const copy = join(folder, `copy of ${waiting}`);
  await mkdir(copy);
  for (const name of ['spool', 'spool.key'])
    await cp(join(computer.folder, name), join(copy, name), { recursive: true });
  const spool = await openSpoolIn(copy, agentClock);
  try {
    return (await spool.inspect('notes', waiting)).marked;
  } finally {
    await spool.close();
    await rm(copy, { recursive: true });
  }
}
