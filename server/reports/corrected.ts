import { canonical } from '../../shared/canonical.ts';
import {
  type CorrectionFile,
  type CorrectionRefusal,
  type CorrectionStep,
  CorrectionValues,
  type Mark,
  type TellingOutcome,
  withValues,
} from '../../shared/correction.ts';
import type { Observation } from '../../shared/events/observation.ts';
import type { PersonId, SessionId } from '../../shared/ids.ts';
import type { Day, UnixMs } from '../../shared/time.ts';

/** One change of a record that holds, with who decided or wrote it: null is the person themself. */
export interface Change {
  readonly number: number;
  readonly at: UnixMs;
  readonly by: PersonId | null;
  readonly from: CorrectionValues;
  readonly to: CorrectionValues;
  readonly words: string;
}

export interface Statement {
  readonly number: number;
  readonly at: UnixMs;
  readonly words: string;
}

export interface Dispute extends Statement {
  readonly values: CorrectionValues;
  readonly state: 'open' | 'withdrawn' | 'accepted' | 'refused';
  readonly answer: {
    readonly at: UnixMs;
    readonly by: PersonId;
    readonly words: string;
    readonly reason: CorrectionRefusal | null;
    readonly appeal: string | null;
  } | null;
}

export interface Telling {
  readonly number: number;
  readonly at: UnixMs;
  readonly by: PersonId;
  readonly outcome: TellingOutcome;
  readonly on: Day | null;
  readonly words: string;
}

/** What a record says now, and how it came to that. */
export interface Corrected {
  readonly shown: Observation;
  readonly changes: readonly Change[];
  readonly statements: readonly Statement[];
  readonly disputes: readonly Dispute[];
  /** What was done last about each recipient, by the number of the disclosure. */
  readonly told: ReadonlyMap<number, Telling>;
}

/**
 * The steps in order of their number, each counted once: the last change holds. What does not follow from what was before it changes
 * nothing. Pure.
 */
export function correctedOf({ of, steps }: Pick<CorrectionFile, 'of' | 'steps'>): Corrected {
  const byNumber = new Map(steps.map((step) => [step.number, step]));
  let now: Corrected = { shown: of, changes: [], statements: [], disputes: [], told: new Map() };
  for (const step of [...byNumber.values()].toSorted((a, b) => a.number - b.number)) now = after(now, step);
  return now;
}

function after(before: Corrected, { number, at, said }: CorrectionStep): Corrected {
  switch (said.kind) {
    case 'corrected':
      return changed(before, { number, at, by: said.by ?? null, words: said.words }, said.values);
    case 'stated':
      return { ...before, statements: [...before.statements, { number, at, words: said.words }] };
    case 'disputed': {
      const { values, words } = said;
      const dispute: Dispute = { number, at, values, words, state: 'open', answer: null };
      return { ...before, disputes: [...before.disputes, dispute] };
    }
    case 'withdrawn':
      return answered(before, said.dispute, 'withdrawn', null) ?? before;
    case 'accepted': {
      const { by, words } = said;
      const answer = { at, by, words, reason: null, appeal: null };
      const dispute = openDispute(before, said.dispute);
      const then = answered(before, said.dispute, 'accepted', answer);
      return dispute === null || then === null ? before : changed(then, { number, at, by, words }, dispute.values);
    }
    case 'refused': {
      const { by, words, reason, appeal } = said;
      return answered(before, said.dispute, 'refused', { at, by, words, reason, appeal }) ?? before;
    }
    case 'told': {
      const { disclosure, by, outcome, on, words } = said;
      return { ...before, told: new Map(before.told).set(disclosure, { number, at, by, outcome, on, words }) };
    }
  }
}

function changed(before: Corrected, change: Omit<Change, 'from' | 'to'>, to: CorrectionValues): Corrected {
  const then = withValues(before.shown, to);
  if (!then.ok) return before;
  const { shown } = before;
  return {
    ...before,
    shown: then.observation,
    changes: [...before.changes, { ...change, from: valuesIn(shown, to), to }],
  };
}

/** What the record says now in the fields that are named. */
function valuesIn(observation: Observation, named: CorrectionValues): CorrectionValues {
  const all: Readonly<Record<string, unknown>> = { ...observation };
  return CorrectionValues.parse(Object.fromEntries(Object.keys(named).map((field) => [field, all[field]])));
}

export function openDispute({ disputes }: Pick<Corrected, 'disputes'>, number: number): Dispute | null {
  return disputes.find((one) => one.number === number && one.state === 'open') ?? null;
}

function answered(
  before: Corrected,
  number: number,
  state: Exclude<Dispute['state'], 'open'>,
  answer: Dispute['answer'],
): Corrected | null {
  if (openDispute(before, number) === null) return null;
  const disputes = before.disputes.map((one) => (one.number === number ? { ...one, state, answer } : one));
  return { ...before, disputes };
}

/** Null where there is nothing to mark. */
export function markOf({ changes, statements, disputes }: Corrected): Mark | null {
  const disputed = disputes.some(({ state }) => state === 'open');
  if (changes.length === 0 && statements.length === 0 && !disputed) return null;
  return { correctedAt: changes.at(-1)?.at ?? null, statements: statements.map(({ words }) => words), disputed };
}

/** For a row that has no field for it where there is nothing to mark. */
export function marked(mark: Mark | null | undefined): { readonly mark?: Mark } {
  return mark === null || mark === undefined ? {} : { mark };
}

/** Of two that could be shown as one. */
export function isSameMark(
  { mark: one }: { readonly mark?: Mark },
  { mark: other }: { readonly mark?: Mark },
): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonical(one) === canonical(other);
}

/** The marks of what is shown as one; null where none has one. */
export function joinedMarks(marks: readonly (Mark | null)[]): Mark | null {
  const all = marks.filter((mark) => mark !== null);
  if (all.length === 0) return null;
  const times = all.flatMap(({ correctedAt }) => correctedAt ?? []);
  return {
    correctedAt: times.length === 0 ? null : Math.max(...times),
    statements: [...new Set(all.flatMap(({ statements }) => statements))],
    disputed: all.some(({ disputed }) => disputed),
  };
}

/** Records that are alike in everything are corrected alike: nobody could say which of them is meant. */
export function isSameRecord(one: Observation, other: Observation): boolean {
  return one.at === other.at && one.mono === other.mono && canonical(one) === canonical(other);
}

/** What one batch brought, with what was said about its records since. */
interface Brought {
  readonly session: SessionId;
  readonly observations: readonly Observation[];
  readonly corrections?: readonly CorrectionFile[];
}

/** A record as it was stored and as it is shown. */
export interface Shown {
  readonly stored: Observation;
  readonly observation: Observation;
  readonly mark: Mark | null;
  /** What was said about it; null where nothing was. */
  readonly file: CorrectionFile | null;
}

export function shownIn({ observations, corrections = [] }: Omit<Brought, 'session'>): readonly Shown[] {
  if (corrections.length === 0)
    return observations.map((stored) => ({ stored, observation: stored, mark: null, file: null }));
  return observations.map((stored) => {
    const file = corrections.find(({ of }) => isSameRecord(of, stored)) ?? null;
    if (file === null) return { stored, observation: stored, mark: null, file };
    const corrected = correctedOf(file);
    return { stored, observation: corrected.shown, mark: markOf(corrected), file };
  });
}

/** What is left of it without those records, and without what was said about them; the same object when nothing goes. */
export function withoutRecords(part: Brought, goes: (observation: Observation) => boolean): Brought {
  const kept = shownIn(part).filter(({ stored, observation }) => !goes(stored) && !goes(observation));
  if (kept.length === part.observations.length) return part;
  const { session, corrections = [] } = part;
  const files = corrections.filter((file) => kept.some((one) => one.file === file));
  const observations = kept.map(({ stored }) => stored);
  return { session, observations, ...(files.length === 0 ? {} : { corrections: files }) };
}
