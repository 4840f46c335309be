import type { Script, ScriptEvent } from '../../agent/platform/scripted.ts';
import type { WindowRequest } from '../../shared/protocol/window.ts';
import { HOUR, MINUTE, type UnixMs } from '../../shared/time.ts';
import { type Member, type Program, type Trade, trades } from './cast.ts';

/** A computer that is on: what it shows, and what its person does with Daylight. */
export interface Shift {
  readonly powerOn: UnixMs;
  readonly powerOff: UnixMs;
  /** Times in it count from `powerOn`. */
  readonly script: Script;
  readonly deeds: readonly Deed[];
}

/** `drop`: one of the screenshots that wait, when there is one. */
export type Deed =
  | { readonly at: UnixMs; readonly request: WindowRequest }
  | { readonly at: UnixMs; readonly drop: true };

/** People look at the clock when it is full; a press falls into the second in which the agent looks. */
export const STEP_MS = MINUTE;
/** The last picture can be looked at for five minutes. */
const REVIEWED_MS = 8 * MINUTE;
/** Nobody serves a demo for longer. */
const GOES_ON_MS = 12 * HOUR;
const [LATE_HOUR, LATE_MS] = [9, 3 * MINUTE];
const DRAWINGS = 3;
export const MACHINE: Script['machine'] = {
  ...{ platform: 'linux', arch: 'x64', osVersion: 'Demo 1', model: 'Demo computer', memoryGiB: 16 },
};

/**
 * A day of one person, in order; the computer is off at noon. The same person and day give the same shifts. `midnight` begins the day where
 * the demo is made; by `end` everything has been reviewed. None on a day off, and when hardly anything of the day is left.
 */
export function shiftsOf(member: Member, midnight: UnixMs, end: UnixMs): Shift[] {
  const until = end - REVIEWED_MS;
  const trade = member.team === null ? undefined : trades[member.team];
  const { ways } = member;
  if (trade === undefined || !ways.days.includes(new Date(midnight).getDay())) return [];
  const chance = seeded(`${member.email} ${midnight}`);
  const between = (from: number, to: number): number => from + chance() * (to - from);
  const start = onStep(midnight + ways.from * HOUR + between(-12, 15) * MINUTE);
  const half = (ways.hours / 2) * HOUR;
  const noon = onStep(start + half + between(-20, 20) * MINUTE);
  const afternoon = onStep(noon + between(40, 80) * MINUTE);
  const evening = onStep(afternoon + half + between(-20, 20) * MINUTE);
  return [
    { from: start, to: Math.min(noon, until) },
    { from: afternoon, to: Math.min(evening, until) },
  ]
    .filter(({ from, to }) => to - from >= 20 * MINUTE)
    .map((block) => shiftOver(member, trade, [block], block.from - 2 * MINUTE, chance));
}

/**
 * Work of the same kind, whatever day and hour it is, for a computer that is switched on now and stays on; who is usually late begins a
 * little later. Null for those without a trade.
 */
export function shiftFrom(member: Member, now: UnixMs): Shift | null {
  const trade = member.team === null ? undefined : trades[member.team];
  if (trade === undefined) return null;
  const chance = seeded(`${member.email} ${now}`);
  const blocks: Block[] = [];
  const isLate = member.ways.from >= LATE_HOUR;
  for (let from = now + (isLate ? LATE_MS : 0); from < now + GOES_ON_MS; ) {
    const to = from + Math.floor(60 + chance() * 60) * MINUTE;
    blocks.push({ from, to });
    from = to + Math.floor(5 + chance() * 20) * MINUTE;
  }
  return shiftOver(member, trade, blocks, now, chance);
}

function shiftOver(
  member: Member,
  trade: Trade,
  blocks: readonly Block[],
  powerOn: UnixMs,
  chance: () => number,
): Shift {
  const written = blocks.map((block) => writeBlock(member, trade, block, chance));
  const events = written.flatMap(({ events }) => events).sort((a, b) => a.at - b.at);
  return {
    powerOn,
    powerOff: Math.max(...blocks.map(({ to }) => to)) + REVIEWED_MS,
    deeds: written.flatMap(({ deeds }) => deeds).sort((a, b) => a.at - b.at),
    script: {
      name: `a made-up day of ${member.name}`,
      machine: MACHINE,
      timezone: member.ways.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      events: events.map((event) => ({ ...event, at: event.at - powerOn })),
    },
  };
}

interface Block {
  readonly from: UnixMs;
  readonly to: UnixMs;
}

/** Events with the time of the wall clock, from the start of tracking to its end. */
interface Written {
  readonly events: ScriptEvent[];
  readonly deeds: Deed[];
}

function writeBlock(member: Member, trade: Trade, { from, to }: Block, chance: () => number): Written {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(chance() * all.length)] as T;
  const { ways } = member;
  const work = pick(trade.projects);
  const deeds: Deed[] = [
    { at: from, request: { command: 'start', ...work } },
    { at: to, request: { command: 'stop' } },
  ];
  const middle = onStep(from + (to - from) * (0.35 + chance() * 0.3));
  const away = awayOf(member, middle, chance);
  const isShort = to - from < HOUR;
  const absence = away === null || isShort ? null : away;
  const events: ScriptEvent[] = absence === null ? [] : [...absence.events];
  if (absence !== null) deeds.push(...absence.deeds);
  if (!isShort && chance() < 0.5) {
    deeds.push({ at: onStep(from + 20 * MINUTE), request: { command: 'project', ...pick(trade.projects) } });
  }
  if (ways.writesNotes === true) {
    deeds.push({ at: to - 5 * MINUTE, request: { command: 'note', text: pick(trade.notes) } });
  }
  if (ways.drops === true) deeds.push({ at: onStep(from + (to - from) * 0.8), drop: true });
  for (let at = from; at < to; ) {
    const program = weighted(trade.programs, chance());
    const until = Math.min(to, onStep(at + (4 + chance() * 22) * MINUTE));
    events.push(...inFront(program, at, chance() < (ways.privately ?? 0), Math.floor(chance() * DRAWINGS)));
    for (let step = at + STEP_MS; step < until; step += STEP_MS) {
      const isAway = absence !== null && step > absence.from && step < absence.to;
      if (!isAway && chance() < 0.8) events.push(...inputOf(program, step, chance));
    }
    at = until;
  }
  if (absence !== null) events.push({ at: absence.to, do: 'input', kind: 'move', count: 3, everyMs: 1 });
  return { events, deeds };
}

interface Absence extends Block, Written {}

/** The screen is locked, Daylight is paused, or nothing is pressed for a while: time that is asked about. */
function awayOf({ ways }: Member, from: UnixMs, chance: () => number): Absence | null {
  const to = onStep(from + (9 + chance() * 10) * MINUTE);
  const kind = chance();
  if (kind < 0.3) {
    const events: ScriptEvent[] = [
      { at: from, do: 'lock' },
      { at: to, do: 'unlock' },
    ];
    return { from, to, events, deeds: [] };
  }
  if (kind < 0.45) {
    const deeds: Deed[] = [
      { at: from, request: { command: 'pause' } },
      { at: to, request: { command: 'resume' } },
    ];
    return { from, to, events: [], deeds };
  }
  if (kind < 0.8 && ways.idle !== undefined) {
    const answer: Deed = { at: to + MINUTE, request: { command: 'answer_idle', answer: ways.idle } };
    return { from, to, events: [], deeds: [answer] };
  }
  return null;
}

function inFront(program: Program, at: UnixMs, isPrivate: boolean, drawing: number): ScriptEvent[] {
  const { app, site, title } = program;
  const tab = { at, do: 'tab', browser: 'chromium' } as const;
  const front = { at, do: 'front', app, program: program.program, title } as const;
  const picture = { at, do: 'picture', name: `${program.program} ${drawing}` } as const;
  if (site === undefined) {
    return [front, { ...tab, url: null, title: null, private: false, focused: false }, picture];
  }
  if (isPrivate) return [front, { ...tab, url: null, title: null, private: true, focused: true }, picture];
  const heading = title.replace(/ - Chromium$/, '');
  return [front, { ...tab, url: site, title: heading, private: false, focused: true }, picture];
}

function inputOf({ input }: Program, at: UnixMs, chance: () => number): ScriptEvent[] {
  return (['key', 'click', 'scroll'] as const).flatMap((kind, index) => {
    const count = Math.round((input[index] ?? 0) * chance() * 2);
    return count === 0 ? [] : [{ at, do: 'input' as const, kind, count, everyMs: 1 }];
  });
}

/** Every picture that a shift may show, for whoever draws them. */
export function pictureNames(): { readonly name: string; readonly app: string; readonly drawing: number }[] {
  const programs = new Map(trades.flatMap((trade) => trade.programs).map(({ program, app }) => [program, app]));
  return [...programs].flatMap(([program, app]) =>
    Array.from({ length: DRAWINGS }, (_, drawing) => ({ name: `${program} ${drawing}`, app, drawing })),
  );
}

function weighted(programs: readonly Program[], chance: number): Program {
  let left = chance * programs.reduce((sum, { share }) => sum + share, 0);
  return programs.find(({ share }) => (left -= share) < 0) ?? (programs[0] as Program);
}

function onStep(moment: number): UnixMs {
  return Math.round(moment / STEP_MS) * STEP_MS;
}

/** FNV-1a to begin with, then mulberry32: the same words give the same days. */
function seeded(words: string): () => number {
  let state = 2_166_136_261;
  for (const letter of words) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
