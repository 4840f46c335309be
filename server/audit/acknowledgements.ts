import { z } from 'zod';
import { LeafNumber } from '../../shared/audit/leaf.ts';
import { type OrgId, PersonId } from '../../shared/ids.ts';
import { AlarmFinding, type AlarmView } from '../../shared/protocol/http/alarms.ts';
import { EntryReason } from '../../shared/protocol/http/registerEntry.ts';
import type { UnixMs } from '../../shared/time.ts';
import { openSetting, putSetting } from '../control/settings.ts';
import type { Audit, Settings } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

/** Under this name each acknowledgement is a revision of its own, sealed for the organisation: whoever can write into the database alone closes no alarm. */
const ACKNOWLEDGEMENTS = 'alarms acknowledged';

const Acknowledgement = z.strictObject({
  alarm: LeafNumber,
  by: PersonId,
  finding: AlarmFinding,
  reason: EntryReason,
});
export type Acknowledgement = z.infer<typeof Acknowledgement>;

interface ReadDeps {
  readonly store: Pick<Audit, 'alarms'> & Pick<Settings, 'settingRevisions'>;
  readonly vault: Pick<Vault, 'open'>;
}

export interface Alarms {
  /** Of the newest acknowledgement; 0 where there is none. */
  readonly revision: number;
  /** All that are kept, the newest first. One whose acknowledgement does not open is open. */
  readonly all: readonly AlarmView[];
}

/** Throws VaultError `unavailable` when the keys cannot be read. */
export async function readAlarms({ store, vault }: ReadDeps, org: OrgId): Promise<Alarms> {
  const raised = await store.alarms(org);
  const records = await store.settingRevisions(org, ACKNOWLEDGEMENTS);
  const read = await Promise.all(records.map((record) => openSetting(vault, record, Acknowledgement)));
  const known = new Map(read.flatMap(({ at, value }) => (value === null ? [] : [[value.alarm, { ...value, at }]])));
  const all = raised.flatMap(({ seq, at, kind, person, detail, count }): AlarmView[] => {
    if (seq === null) return [];
    const said = known.get(seq);
    const acknowledged =
      said === undefined ? null : { by: said.by, at: said.at, finding: said.finding, reason: said.reason };
    return [{ seq, at, kind, person, detail, count, acknowledged }];
  });
  return { revision: records.at(-1)?.revision ?? 0, all };
}

/**
 * Puts it on record, with the security event in the same step. `revision`: as it was read. Durable when it resolves; StoreError `conflict` when
 * somebody acknowledged an alarm since.
 */
export async function acknowledge(
  { store, vault }: { readonly store: Pick<Settings, 'putSetting'>; readonly vault: Vault },
  { org, revision, at }: { readonly org: OrgId; readonly revision: number; readonly at: UnixMs },
  said: Acknowledgement,
): Promise<void> {
  const detail = `this person acknowledged the alarm with this number in the audit tree: ${said.alarm}`;
  const event = { org, at, kind: 'acknowledged_alarm', person: said.by, detail } as const;
  await putSetting(store, vault, { org, name: ACKNOWLEDGEMENTS, revision: revision + 1, at }, said, event);
}
