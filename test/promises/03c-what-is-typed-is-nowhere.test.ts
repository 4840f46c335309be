import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desktop, type DesktopWindow, desktopMissing, startDesktop } from '../support/desktop.ts';
import { desktopTests } from '../support/desktopTests.ts';
import { type Typed, typed } from '../support/heapSearch.ts';
import { buildLeakingAgent, type Leak } from '../support/leakingAgent.ts';
import { type Place, places, type Typing, type Watched, watchTyping } from '../support/watchedTyping.ts';

// Built server, built agent, real keyboard events, everything switched on. Also FAULTS 9.

const LONG = 300_000;
/** Longer, and the counts of one typing could be in two minutes: not the same timing. */
const SHORT_ENOUGH_MS = 55_000;

desktopTests('what is typed', desktopMissing(), () => {
  let root: string;
  let desktop: Desktop;
  let windows: readonly [DesktopWindow, DesktopWindow];

  const closers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'daylight-typed-'));
    closers.push(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));
    desktop = await startDesktop();
    closers.push(() => desktop.stop());
    const writer = { class: 'Writer', program: 'writer', x: 60, y: 60 };
    const ledger = { class: 'Ledger', program: 'ledger', x: 660, y: 330 };
    windows = [
      await desktop.openWindow('Report - Writer', writer),
      await desktop.openWindow('Accounts - Ledger', ledger),
    ];
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it(
    'is nowhere: not in memory, heap, output, files, spool, traffic, store or log, as text or as key codes',
    async () => {
      const watched = await watch({ texts: [randomText()], searchesMemory: true });
      expect(watched.found).toEqual(Object.fromEntries(places.map((place) => [place, []])));
      // There was something to be found in: every place held bytes, and what was stored tells of the typing.
      expect(places.filter((place) => (watched.looked[place] ?? 0) === 0)).toEqual([]);
      expect(sum(watched, 'keys')).toBe(30);
      expect(sum(watched, 'clicks')).toBe(2);
      expect(kinds(watched)).toEqual([
        'activity',
        'app',
        'device',
        'diagnostics',
        'project',
        'screenshot',
        'session',
        'timezone',
        'title',
      ]);
      expect(watched.agentErrors).toBe('');
    },
    LONG,
  );

  it.each<[Leak, readonly Place[]]>([
    ['prints every event', ['output of the agent']],
    ['keeps the codes and the events', ['memory of the agent', 'heap of the agent']],
    ['appends the codes to a file of its folder', ['files of the agent']],
    ['writes the codes into a note', ['spool, opened', 'traffic', 'store, opened']],
  ])(
    'is found in a build that %s',
    async (leak, where) => {
      const searchesMemory = leak === 'keeps the codes and the events';
      const watched = await watch({ texts: [randomText()], leak, searchesMemory });
      expect(where.filter((place) => (watched.found[place] ?? []).length === 0)).toEqual([]);
      // What is encrypted where it lies stays so.
      expect(watched.found['files of the server']).toEqual([]);
    },
    LONG,
  );

  it(
    'leaves the same observations, to the byte, as another text of the same length',
    async () => {
      const [one, other] = sessionsOf(await withEqualTiming());
      expect(one).toContain('"keys":30');
      expect(other).toBe(one);
    },
    LONG,
  );

  it(
    'leaves others in a build that counts a movement for every unit of a code',
    async () => {
      const [one, other] = sessionsOf(await withEqualTiming('counts a movement for every unit of a code'));
      expect(one).toContain('"keys":30');
      expect(other).not.toBe(one);
    },
    LONG,
  );

  async function watch({
    leak,
    ...what
  }: Pick<Typing, 'texts' | 'searchesMemory'> & { leak?: Leak }): Promise<Watched> {
    const folder = await mkdtemp(join(root, 'watched-'));
    const cli = leak === undefined ? {} : { cli: await buildLeakingAgent(join(folder, 'build'), leak) };
    return watchTyping({ ...what, ...cli, desktop, windows, folder });
  }

  /** On a machine that is busy with other things, a session can take so long that it is not the same timing: then again. */
  async function withEqualTiming(leak?: Leak): Promise<Watched> {
    const texts = [typed('qpqpqpqpqpqpqp'), typed('zmxnzmxnzmxnzm')];
    for (let attempt = 1; ; attempt += 1) {
      const watched = await watch({ texts, ...(leak === undefined ? {} : { leak }) });
      const spans = observations(watched).flatMap((one) => (one.parameter === 'activity' ? [one.span] : []));
      const inFront = observations(watched).filter(({ parameter }) => parameter === 'app');
      const isEqual = spans.length === 2 && spans.every((span) => span < SHORT_ENOUGH_MS) && inFront.length === 4;
      if (isEqual) return watched;
      if (attempt === 3)
        throw new Error(`this machine is too busy to type twice in the same time: ${spans.join(', ')} ms`);
    }
  }
});

function randomText(): Typed {
  return typed(Array.from({ length: 14 }, () => String.fromCharCode(97 + randomInt(26))).join(''));
}

const observations = ({ stored }: Watched) => stored.flatMap((segment) => segment.observations);
const kinds = (watched: Watched) => [...new Set(observations(watched).map(({ parameter }) => parameter))].sort();

function sum(watched: Watched, what: 'keys' | 'clicks'): number {
  return observations(watched).reduce((all, one) => all + ('keys' in one ? one[what] : 0), 0);
}

/**
 * What was stored of each session, without times. Pictures, of which there is at most one in five minutes, and the agent's
 * own state are not made of what is typed: they differ between any two sessions.
 */
function sessionsOf({ stored }: Watched): string[] {
  const sessions = new Map<string, unknown[]>();
  for (const { session, parameter, observations: all } of stored) {
    if (parameter === 'screenshot' || parameter === 'diagnostics') continue;
    const timeless = all.map((one) => ({ ...one, at: 0, mono: 0, span: 0 }));
    sessions.set(session, [...(sessions.get(session) ?? []), ...timeless]);
  }
  return [...sessions.values()].map((one) => JSON.stringify(one));
}
