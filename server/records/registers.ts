import { z } from 'zod';
import { DaylightError } from '../../shared/errors.ts';
import { type OrgId, PersonId } from '../../shared/ids.ts';
import { Assessment } from '../../shared/protocol/http/assessments.ts';
import { DisclosureStep } from '../../shared/protocol/http/disclosures.ts';
import { HoldStep } from '../../shared/protocol/http/holds.ts';
import { IncidentStep } from '../../shared/protocol/http/incidents.ts';
import { ControllerDetails } from '../../shared/protocol/http/processing.ts';
import { RecordedProcessor } from '../../shared/protocol/http/processors.ts';
import { EntryReason } from '../../shared/protocol/http/registerEntry.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Authorized } from '../authorize.ts';
import type { Clock } from '../clock.ts';
import { openSetting, putSetting } from '../control/settings.ts';
import { createLanes } from '../lanes.ts';
import { type Settings, StoreError } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { DisclosureEntry } from './disclosures.ts';
import type { HoldEntry } from './holds.ts';
import type { IncidentEntry } from './incidents.ts';
import { type Numbered, number } from './numbered.ts';

/** What an entry of each register says. */
export interface Entries {
  readonly controller: ControllerDetails;
  readonly assessments: Numbered<Assessment>;
  readonly processors: Numbered<RecordedProcessor>;
  readonly disclosures: Numbered<DisclosureEntry>;
  readonly holds: Numbered<HoldEntry>;
  readonly incidents: Numbered<IncidentEntry>;
}

export type Register = keyof Entries;
export type EntryOf<R extends Register> = Entries[R];

/** Among the settings of the organisation each register has a name of its own. */
const entries: { readonly [R in Register]: z.ZodType<Entries[R]> } = {
  controller: ControllerDetails,
  assessments: Assessment.extend({ number }),
  processors: RecordedProcessor.extend({ number }),
  disclosures: z.strictObject({ number, step: DisclosureStep }),
  holds: z.strictObject({ number, step: HoldStep }),
  incidents: z.strictObject({ number, step: IncidentStep }),
};
export const registerNames = Object.keys(entries) as Register[];

/** What was written, by whom, and why. */
export interface Said<R extends Register> {
  readonly author: PersonId;
  readonly reason: string;
  readonly entry: EntryOf<R>;
}

/** One entry of a register, in its place. */
export interface Written<R extends Register> {
  readonly revision: number;
  readonly at: UnixMs;
  /** Null for one that was changed in the store since: nobody can say what stood there. */
  readonly said: Said<R> | null;
}

/** What an organisation has to be able to show: entries are added, each with its author and reason, and none is ever changed. */
export interface Registers {
  /** In order of revision. */
  read<R extends Register>(org: OrgId, register: R): Promise<readonly Written<R>[]>;
  /**
   * Adds what `make` says, which is given what stands there and throws when there is nothing to add; one after the other in each
   * organisation. Durable when it resolves. Throws DaylightError `conflict` when another process was first.
   */
  write<R extends Register>(
    leave: Authorized<'records.change'>,
    register: R,
    make: (written: readonly Written<R>[]) => NewEntry<R> | Promise<NewEntry<R>>,
  ): Promise<readonly Written<R>[]>;
  /** Nothing is added to any register of the organisation from before `work` until it has settled. */
  undisturbed<T>(org: OrgId, work: () => Promise<T>): Promise<T>;
}

export type NewEntry<R extends Register> = Omit<Said<R>, 'author'>;

export interface RegistersDeps {
  readonly store: Settings;
  readonly vault: Vault;
  readonly clock: Clock;
}

export function createRegisters({ store, vault, clock }: RegistersDeps): Registers {
  const lanes = createLanes<OrgId>();
  const read: Registers['read'] = (org, register) => readRegister(store, vault, org, register);

  return {
    read,
    write: ({ actor: { org, person: author } }, register, make) =>
      lanes.run(org, async () => {
        const before = await read(org, register);
        const said = { author, ...(await make(before)) };
        const [revision, at] = [newest(before) + 1, clock.now()];
        const place = { org, name: nameOf(register), revision, at };
        await putSetting(store, vault, place, said).catch((cause: unknown) => {
          throw cause instanceof StoreError && cause.code === 'conflict' ? overtaken(cause) : cause;
        });
        return [...before, { revision, at, said }];
      }),
    undisturbed: (org, work) => lanes.run(org, work),
  };
}

/** The revision of the newest entry; 0 where there is none. */
export async function registerRevision(
  store: Pick<Settings, 'setting'>,
  org: OrgId,
  register: Register,
): Promise<number> {
  return (await store.setting(org, nameOf(register)))?.revision ?? 0;
}

/** All of a register, in order of revision. Throws VaultError `unavailable` when the keys cannot be read. */
export async function readRegister<R extends Register>(
  store: Pick<Settings, 'settingRevisions'>,
  vault: Pick<Vault, 'open'>,
  org: OrgId,
  register: R,
): Promise<readonly Written<R>[]> {
  const schema: z.ZodType<EntryOf<R>> = entries[register];
  const records = await store.settingRevisions(org, nameOf(register));
  const opened = records.map(async (record) => {
    const { revision, at, value } = await openSetting(vault, record, Whole);
    const entry = schema.safeParse(value?.entry);
    if (value === null || !entry.success) return { revision, at, said: null };
    return { revision, at, said: { author: value.author, reason: value.reason, entry: entry.data } };
  });
  return Promise.all(opened);
}

const Whole = z.strictObject({ author: PersonId, reason: EntryReason, entry: z.unknown() });

function nameOf(register: Register): string {
  return `register ${register}`;
}

/** The revision of the newest entry; 0 when there is none. */
export function newest(written: readonly { readonly revision: number }[]): number {
  return written.at(-1)?.revision ?? 0;
}

/** What somebody changes is what they looked at. */
export function requireNewest(written: readonly { readonly revision: number }[], revision: number): void {
  if (newest(written) !== revision) throw overtaken();
}

function overtaken(cause?: unknown): DaylightError {
  return new DaylightError('conflict', 'revision: somebody else changed this register first', {
    field: 'revision',
    remedy: 'Look at what stands there now, and write it again if need be.',
    ...(cause === undefined ? {} : { cause }),
  });
}
