import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Checkpoint, RestoreEpoch } from '../../shared/audit/checkpoint.ts';
import { provesConsistency, type TreeHead } from '../../shared/audit/merkle.ts';
import { isCanonical } from '../../shared/canonical.ts';
import type { OrgId } from '../../shared/ids.ts';
import { everythingOff } from '../../shared/policy/resolve.ts';
import type { CheckpointFrame, Consistency } from '../../shared/protocol/messages.ts';
import type { PublicKey, Signed, SigningContext } from '../../shared/signed.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { Folder } from './files.ts';
import type { PolicyCache } from './gate/policyCache.ts';
import { signatureProblem } from './signing.ts';

/**
 * The last checkpoint of the server's audit tree that was shown here, and whether each later one goes on from it. While one does not,
 * nothing is collected and nothing is sent: whoever rewrites who looked at whom shall not have more to look at.
 */
export interface AuditTrust {
  state(): AuditState;
  /** Null while there is no reason to doubt. Outlives the process, and ends when the server proves that its tree goes on from the one that was kept. */
  fault(): AuditFault | null;
  /** What the server has shown. What it must prove before it counts; null: nothing. */
  shown(frame: CheckpointFrame): Promise<{ readonly from: number; readonly to: number } | null>;
  proved(frame: Consistency): Promise<void>;
  /** Since the connection began there was time enough, and the server has shown or proved nothing. */
  silent(): Promise<void>;
  /** A new connection: nothing of it has been shown yet. */
  connected(): void;
}

export type AuditState =
  /** This server has never shown a checkpoint: it is older than they are. */
  | { readonly kind: 'none' }
  | { readonly kind: 'kept'; readonly size: number; readonly at: UnixMs; readonly restored: UnixMs | null };

export const AuditFault = z.enum(['forged', 'smaller', 'inconsistent', 'silent', 'restored']);
export type AuditFault = z.infer<typeof AuditFault>;

const File = z.strictObject({
  kept: Checkpoint.nullable(),
  fault: AuditFault.nullable(),
  /** The restore from a backup that was accepted last. */
  restored: RestoreEpoch.nullable(),
});
type File = z.infer<typeof File>;

const FILE = 'audit.json';
const NOTHING: File = { kept: null, fault: null, restored: null };

export interface AuditTrustDeps {
  readonly files: Folder;
  readonly identity: { readonly org: OrgId; readonly serverKey: PublicKey };
  /** The trust has come or gone, or a restore was accepted. Called before it is on disk. */
  readonly onChange: (restored: RestoreEpoch | null) => void;
}

export async function openAuditTrust({ files, identity, onChange }: AuditTrustDeps): Promise<AuditTrust> {
  const stored = readFile(await files.read(FILE));
  // What an earlier enrolment left says nothing of this organisation.
  let held = stored.kept?.org === identity.org ? stored : NOTHING;
  /** Shown on this connection, and not proved yet. */
  let pending: Checkpoint | null = null;
  let hasShown = false;

  async function keep(next: File): Promise<void> {
    const isNews = next.fault !== held.fault;
    const restored = next.restored?.epoch === held.restored?.epoch ? null : next.restored;
    held = next;
    if (isNews || restored !== null) onChange(restored);
    await files.write(FILE, JSON.stringify(held));
  }

  const doubt = (fault: AuditFault): Promise<void> => keep({ ...held, fault });
  const accept = (kept: Checkpoint): Promise<void> => keep({ ...held, kept, fault: null });

  /** The tree that a checkpoint must go on from; false: it does not say so of itself. */
  async function base(checkpoint: Checkpoint, restored: Signed | undefined): Promise<Checkpoint | null | false> {
    const { kept } = held;
    if (kept === null || checkpoint.epoch === kept.epoch) return kept;
    const said = restored === undefined ? null : read(identity, 'daylight/restore/v1', RestoreEpoch, restored);
    if (checkpoint.epoch < kept.epoch || said?.epoch !== checkpoint.epoch) return false;
    // What was kept is as old as the backup or older: then it is in the tree that was restored, and is still to be proved.
    const from = said.size < kept.size ? pick(said) : { epoch: said.epoch };
    await keep({ kept: { ...kept, ...from }, fault: held.fault, restored: said });
    return held.kept;
  }

  return {
    state: () => {
      const { kept, restored } = held;
      if (kept === null) return { kind: 'none' };
      return { kind: 'kept', size: kept.size, at: kept.at, restored: restored?.at ?? null };
    },
    fault: () => held.fault,
    async shown({ checkpoint: signed, restored }) {
      hasShown = true;
      pending = null;
      const checkpoint = read(identity, 'daylight/checkpoint/v1', Checkpoint, signed);
      if (checkpoint === null) {
        await doubt('forged');
        return null;
      }
      const before = await base(checkpoint, restored);
      if (before === false) await doubt('restored');
      else if (before === null || before.size === 0) await accept(checkpoint);
      else if (checkpoint.size < before.size) await doubt('smaller');
      else if (checkpoint.size > before.size) {
        pending = checkpoint;
        return { from: before.size, to: checkpoint.size };
      } else await (checkpoint.root === before.root ? accept(checkpoint) : doubt('inconsistent'));
      return null;
    },
    async proved({ path }) {
      if (pending === null || held.kept === null) return;
      const later = pending;
      pending = null;
      const proves = provesConsistency(sha256, headOf(held.kept), headOf(later), path.map(bytes));
      await (proves ? accept(later) : doubt('inconsistent'));
    },
    async silent() {
      if (held.kept === null || (hasShown && pending === null)) return;
      await doubt('silent');
    },
    connected() {
      hasShown = false;
      pending = null;
    },
  };
}

/** The policies as they hold here while that server is trusted: without trust, as without a lease. */
export function whileTrusted(policies: PolicyCache, trust: Pick<AuditTrust, 'fault'>): PolicyCache {
  return {
    ...policies,
    layers(now) {
      const layers = policies.layers(now);
      return trust.fault() === null || layers.length === 0 ? layers : [...layers, everythingOff('lease')];
    },
  };
}

/** How long after the welcome a server may take to show and prove its tree. */
export const AUDIT_WAIT_MS = 60_000;

function pick({ epoch, size, root, at }: RestoreEpoch): Pick<Checkpoint, 'epoch' | 'size' | 'root' | 'at'> {
  return { epoch, size, root, at };
}

function read<T extends { org: OrgId }>(
  { org, serverKey }: AuditTrustDeps['identity'],
  context: SigningContext,
  schema: z.ZodType<T>,
  signed: Signed,
): T | null {
  if (signatureProblem(context, serverKey, signed) !== null || !isCanonical(signed.payload)) return null;
  const parsed = schema.safeParse(JSON.parse(signed.payload));
  return parsed.success && parsed.data.org === org ? parsed.data : null;
}

function headOf({ size, root }: Checkpoint): TreeHead {
  return { size, root: bytes(root) };
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

function readFile(content: Uint8Array | null): File {
  if (content === null) return NOTHING;
  try {
    return File.safeParse(JSON.parse(Buffer.from(content).toString('utf8'))).data ?? NOTHING;
  } catch {
    return NOTHING;
  }
}
