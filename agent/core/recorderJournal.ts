import { z } from 'zod';
import { hasLevel, least, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { BootId, SessionId } from '../../shared/ids.ts';
import { Exclusions } from '../../shared/policy/exclusions.ts';
import { Consent } from '../../shared/policy/personal.ts';
import type { Levels } from '../../shared/policy/policy.ts';
import { MonoMs, UnixMs } from '../../shared/time.ts';
import { WorkedStretch } from '../../shared/worked.ts';
import { CountedDay } from './dayCounts.ts';
import type { Folder } from './files.ts';
import { PolicyMemory } from './gate/policyCache.ts';
import type { Sealer } from './spool/batchFile.ts';
import { type Place, seal, unseal } from './spool/seal.ts';
import type { BootStretch } from './spool/spool.ts';

/** What a recorder must still know after a kill -9: a session's id and its times. On disk it is sealed. */
export interface RecorderJournal {
  /** What the last process left behind; a journal that is missing or damaged knows nothing. */
  read(): Promise<JournalEntry>;
  /** On disk when it resolves. */
  write(entry: JournalEntry): Promise<void>;
}

export const Unfinished = z.strictObject({
  session: SessionId,
  boot: BootId,
  policyVersion: z.int().min(1),
  startedAt: UnixMs,
  /** The last moment at which the session was seen to be running. */
  lastEvidence: z.strictObject({ at: UnixMs, mono: MonoMs }),
});
/** A session that has no stop yet. */
export type Unfinished = z.infer<typeof Unfinished>;

const Stretch = z.strictObject({ boot: BootId, from: MonoMs, to: MonoMs.nullable() });

export const Unsettled = z.strictObject({
  /** The last sign of the person. */
  sign: z.strictObject({ at: UnixMs, mono: MonoMs }),
  idleAfterMs: z.int().min(0),
  stretches: z.array(Stretch),
});
/** What was captured without a sign of the person: a sign within `idleAfterMs` of the last one lets it go. */
export type Unsettled = z.infer<typeof Unsettled>;

/** What was introduced to the person on this computer: the terms that they were shown, and when it was last recorded. */
export const Introduced = z.record(
  z.string().max(64),
  z.strictObject({
    ...Consent.required().shape,
    usedAt: UnixMs,
  }),
);
export type Introduced = z.infer<typeof Introduced>;

const Entry = z.strictObject({
  unfinished: Unfinished.nullable(),
  applied: z.record(z.enum(parameterIds), z.string().max(32)).nullable(),
  excluded: Exclusions.nullable().default(null),
  policy: PolicyMemory.nullable().default(null),
  notKept: z.array(Stretch).default([]),
  undecided: Unsettled.nullable().default(null),
  worked: z.array(WorkedStretch).default([]),
  introduced: Introduced.default({}),
  // Counts are no reason to know nothing of the rest.
  dayCounts: z.array(CountedDay).default([]).catch([]),
});

export interface JournalEntry {
  readonly unfinished: Unfinished | null;
  /** The levels above which nothing can be in the spool. Null when that is not known: anything may be in it. */
  readonly applied: Levels | null;
  /** Of what these exclusions name nothing can be in the spool. Null when that is not known. */
  readonly excluded: Exclusions | null;
  /** What the policy cache must still know when `policy.json` is damaged or gone. */
  readonly policy: PolicyMemory | null;
  /** Idle time that waits for an answer, or whose answer is being carried out: a start sends nothing of it. */
  readonly notKept: readonly BootStretch[];
  /** What a start holds back until a sign of the person, and removes when there is none in time. */
  readonly undecided: Unsettled | null;
  /** The employee's working time of the last two days, for their own window; no other process sees it. */
  readonly worked: readonly WorkedStretch[];
  /** What is not in it is shown before it is recorded. */
  readonly introduced: Introduced;
  /** What was not recorded, by day, for the employee's own window. */
  readonly dayCounts: readonly CountedDay[];
}

const FILE = 'recorder.sealed';
const PLACE: Place = { kind: 'journal', name: 'recorder', index: 0 };
const UNKNOWN: JournalEntry = {
  unfinished: null,
  applied: null,
  excluded: null,
  policy: null,
  notKept: [],
  undecided: null,
  worked: [],
  introduced: {},
  dayCounts: [],
};

/** `sealer`: the key of the spool. A journal that it does not open knows nothing. */
export function createRecorderJournal(files: Folder, sealer: Sealer): RecorderJournal {
  return {
    async read() {
      const bytes = await files.read(FILE);
      const plain = bytes === null ? null : unseal(sealer.key, PLACE, bytes);
      return plain === null ? UNKNOWN : parse(plain);
    },
    write: (entry) => files.write(FILE, seal(sealer.key, sealer.nonce(), PLACE, Buffer.from(JSON.stringify(entry)))),
  };
}

function parse(bytes: Uint8Array): JournalEntry {
  try {
    const entry = Entry.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    if (!entry.success) return UNKNOWN;
    const { applied } = entry.data;
    return { ...entry.data, applied: applied === null ? null : knownLevels(applied) };
  } catch {
    return UNKNOWN;
  }
}

/** A level that this agent does not know says nothing about what the spool holds. */
function knownLevels(stored: Readonly<Record<ParameterId, string>>): Levels | null {
  if (parameterIds.some((id) => !hasLevel(id, stored[id]))) return null;
  return Object.fromEntries(parameterIds.map((id) => [id, least(id, stored[id], stored[id])])) as Levels;
}
