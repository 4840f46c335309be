import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createSystemClock } from '../../agent/platform/system.ts';
import { systemClock } from '../../server/clock.ts';
import { openFoundation } from '../../server/foundation.ts';
import { imageScope, segmentScope } from '../../server/ingest/scopes.ts';
import { decodeSegment, type Segment, type SegmentPart } from '../../server/ingest/segment.ts';
import { systemRandom as serverRandom } from '../../server/random.ts';
import { parameterIds } from '../../shared/catalog.ts';
import type { ImageId } from '../../shared/ids.ts';
import { addDays, dayOf } from '../../shared/time.ts';
import { eventually } from './daylight.ts';
import { type Desktop, type DesktopWindow, until } from './desktop.ts';
import { batchesGivenOut } from './givenOut.ts';
import { type Finding, searchBytes, searchMemory, searchSnapshot, type Typed } from './heapSearch.ts';
import { openSpoolIn } from './openedSpool.ts';
import { startWire } from './wire.ts';
import {
  EVERYTHING_BUT_SITES,
  enrolEmployee,
  folders,
  openWorkplace,
  type RealAgent,
  startRealAgent,
  type Workplace,
} from './workplace.ts';

/** Everywhere that something typed could have gone. */
export const places = [
  'memory of the agent',
  'heap of the agent',
  'output of the agent',
  'files of the agent',
  'spool, opened',
  'traffic',
  'files of the server',
  'store, opened',
  'output of the server',
] as const;
export type Place = (typeof places)[number];

/** What there was to look at in each place, so that a search of nothing does not pass for a search that found nothing. */
export interface Watched {
  readonly found: Readonly<Partial<Record<Place, Finding[]>>>;
  readonly looked: Readonly<Partial<Record<Place, number>>>;
  /** What the server stored, opened. */
  readonly stored: readonly StoredPart[];
  readonly agentErrors: string;
}

export interface Typing {
  readonly desktop: Desktop;
  /** Of two programs. */
  readonly windows: readonly [DesktopWindow, DesktopWindow];
  /** One session each: typed into the one window, then into the other. */
  readonly texts: readonly Typed[];
  readonly folder: string;
  /** The command line of another build of the agent. */
  readonly cli?: string;
  readonly searchesMemory?: boolean;
}

const PATIENCE = 120_000;
/** The picture is taken at once, before anything is typed: what is on the screen is on it. */
const AT_ONCE = 0;

/**
 * A whole Daylight on a desktop, with everything on. While something is typed the agent cannot reach its server, so that all
 * of it waits in the spool; then it can, and all of it is stored.
 */
export async function watchTyping(typing: Typing): Promise<Watched> {
  const { folder, desktop, texts } = typing;
  const { server: serverFolder, agent: agentFolder } = folders(folder);
  const place = await openWorkplace(serverFolder, EVERYTHING_BUT_SITES);
  const wire = await startWire(place.server.url);
  const heapFile = join(folder, 'agent.heapsnapshot');
  const cli = typing.cli === undefined ? {} : { cli: typing.cli };
  const begin = () => startRealAgent({ data: agentFolder, env: desktop.env, fraction: AT_ONCE, heapFile, ...cli });
  const gathered = gatherer(texts);
  let agent: RealAgent | null = null;
  try {
    await enrolEmployee(place, agentFolder, wire.url);
    agent = await begin();
    wire.cut();
    for (const [number, text] of texts.entries()) {
      await typeOneSession(agent, typing, text, number);
      if (typing.searchesMemory === true) await searchProcess(agent, heapFile, gathered);
      await agent.tell('stop');
    }
    await gathered.files('files of the agent', agentFolder);
    gathered.bytes('spool, opened', await openedSpool(agentFolder, folder));
    await agent.stop();
    const first = agent;

    wire.mend();
    agent = await begin();
    const second = agent;
    await until('all is sent', async () => ((await second.status()).waiting.batches === 0 ? true : null), PATIENCE);
    await second.stop();
    const output = (one: RealAgent) => Buffer.from(`${one.out()}\n${one.err()}`);
    gathered.bytes('output of the agent', [output(first), output(second)]);
    await gathered.files('files of the agent', agentFolder);
    const { raw, frames } = wire.captured();
    gathered.bytes('traffic', [raw, Buffer.concat(frames), ...frames]);

    await gathered.files('files of the server', serverFolder);
    await place.server.stop();
    await gathered.files('files of the server', serverFolder);
    gathered.bytes('output of the server', [Buffer.from(`${place.server.out()}\n${place.server.err()}`)]);
    const { segments, images } = await openedStore(place);
    const texted = segments.map((segment) => Buffer.from(JSON.stringify(segment.observations)));
    gathered.bytes('store, opened', [Buffer.concat(texted), ...images]);
    return { ...gathered.result(), stored: segments, agentErrors: `${first.err()}${second.err()}` };
  } finally {
    await agent?.kill();
    await wire.close();
    await place.server.kill();
  }
}

async function typeOneSession(agent: RealAgent, typing: Typing, { text }: Typed, number: number): Promise<void> {
  const { desktop, windows } = typing;
  const [first, second] = windows;
  const before = await Promise.all(windows.map((window) => window.received()));
  await desktop.focus(first);
  await desktop.moveMouse(200, 150);
  await agent.tell('start', '--project', 'Website');
  if (number === 0) await agent.tell('seen', 'screenshot');
  await desktop.click();
  await desktop.type(`${text}\n`, 40);
  await desktop.focus(second);
  await desktop.moveMouse(800, 420);
  await desktop.click();
  await desktop.type(`${text}\n`, 40);
  for (const [index, window] of windows.entries()) {
    const hasArrived = async () => ((await window.received()) === `${before[index]}${text}\n` ? true : null);
    await until(`what was typed to arrive in ${window.title}`, hasArrived);
  }
  await until(
    'the second window is read',
    async () => (timesInFront(await openedSpool(agent.data, typing.folder), 'Ledger') > number ? true : null),
    PATIENCE,
  );
}

/** How often an application was written down as being in front. */
export function timesInFront(opened: readonly Buffer[], app: string): number {
  const all = Buffer.concat(opened).toString('latin1');
  return all.split(`"name":"${app}"`).length - 1;
}

async function searchProcess(agent: RealAgent, heapFile: string, gathered: Gatherer): Promise<void> {
  gathered.add('memory of the agent', 1, (secret) => searchMemory(agent.pid, secret));
  agent.process.kill('SIGUSR2');
  await eventually('the heap is being written', () => existsSync(heapFile));
  // Writing it holds the process: an answer means that the snapshot is complete.
  await agent.status();
  gathered.add('heap of the agent', 1, (secret) => searchSnapshot(heapFile, secret));
}

interface Gatherer {
  add(place: Place, looked: number, search: (secret: Typed) => Finding[]): void;
  bytes(place: Place, all: readonly Buffer[]): void;
  files(place: Place, folder: string): Promise<void>;
  result(): Pick<Watched, 'found' | 'looked'>;
}

function gatherer(secrets: readonly Typed[]): Gatherer {
  const found = new Map<Place, Finding[]>();
  const looked = new Map<Place, number>();
  const gathered: Gatherer = {
    add(place, amount, search) {
      looked.set(place, (looked.get(place) ?? 0) + amount);
      found.set(place, [...(found.get(place) ?? []), ...secrets.flatMap(search)]);
    },
    bytes(place, all) {
      for (const bytes of all) gathered.add(place, bytes.length, (secret) => searchBytes(bytes, secret));
    },
    async files(place, folder) {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const bytes = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0));
        gathered.bytes(place, [Buffer.from(entry.name), bytes]);
      }
    },
    result: () => ({ found: Object.fromEntries(found), looked: Object.fromEntries(looked) }),
  };
  return gathered;
}

/** The agent goes on while it is copied: a file that goes in between is one that it has replaced or sent, so look again. */
async function copyLive(from: string, to: string): Promise<void> {
  for (let left = 50; ; left -= 1) {
    try {
      await cp(from, to, { recursive: true, force: true, filter: (file) => !file.endsWith('.tmp') });
      return;
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await rm(to, { recursive: true, force: true });
    }
  }
}

/** What waits in the spool, as the product itself reads it: in a copy, because the agent goes on. */
export async function openedSpool(agentFolder: string, folder: string): Promise<Buffer[]> {
  const copy = await mkdtemp(join(folder, 'spool-'));
  await copyLive(join(agentFolder, 'spool'), join(copy, 'spool'));
  await cp(join(agentFolder, 'spool.key'), join(copy, 'spool.key'));
  const spool = await openSpoolIn(copy, createSystemClock());
  const opened: Buffer[] = [];
  try {
    await spool.flush();
    for (const { frame, images } of await batchesGivenOut(spool)) {
      opened.push(Buffer.from(JSON.stringify(frame)), ...images.map(({ bytes }) => Buffer.from(bytes)));
    }
    for (const { observation } of spool.held()) {
      opened.push(Buffer.from((await spool.heldImage(observation.image)) ?? []));
    }
    return opened;
  } finally {
    await spool.close();
    await rm(copy, { recursive: true, force: true });
  }
}

/** What one batch brought of one parameter. */
type StoredPart = Pick<Segment, 'parameter'> & SegmentPart;

/** Every segment and image of the employee, opened with the keys of the server. */
export async function openedStore({
  data,
  org,
  employee,
}: Workplace): Promise<{ segments: StoredPart[]; images: Buffer[] }> {
  const opened = await openFoundation({ data, clock: systemClock, random: serverRandom, create: false });
  const { store, vault, close } = opened;
  try {
    const today = dayOf(Date.now());
    const segments: StoredPart[] = [];
    for (const parameter of parameterIds) {
      const stored = await store.segments(org, employee.person, parameter, addDays(today, -1), today);
      for (const record of stored) {
        const { parts } = decodeSegment(await vault.open(segmentScope(record), record.sealed));
        segments.push(...parts.map((part) => ({ parameter, ...part })));
      }
    }
    const images: Buffer[] = [];
    for (const image of imagesOf(segments)) {
      const blob = await store.blob(org, employee.person, image);
      if (blob !== null) images.push(Buffer.from(await vault.open(imageScope(blob), blob.sealed)));
    }
    return { segments, images };
  } finally {
    await close();
  }
}

function imagesOf(segments: readonly StoredPart[]): ImageId[] {
  return segments.flatMap(({ observations }) =>
    observations.flatMap((one) => (one.parameter === 'screenshot' ? [one.image] : [])),
  );
}
