import { createHash, verify } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { canonical, isCanonical } from '../../shared/canonical.ts';
import { ParameterId } from '../../shared/catalog.ts';
import { ErasureId, OrgId, PersonId } from '../../shared/ids.ts';
import { CertificateFile, EndingState, InBackups, OrderedBy } from '../../shared/protocol/http/endings.ts';
import type { PublicKey } from '../../shared/signed.ts';
import { type Signed, type SigningContext, signingInput } from '../../shared/signed.ts';
import { Day, UnixMs } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { isMissing, syncFolder, writeDurably } from '../durable.ts';
import type { KeyStore, Store } from '../store/store.ts';
import { publicKeyObject } from '../vault/ed25519.ts';
import type { CertificateKey, Vault } from '../vault/vault.ts';
import type { Backup } from './backup/catalogue.ts';
import { type Ending, leasesLeft } from './ended.ts';
import { backupsWith, filesLeftWith } from './endings.ts';
import { holdsOf } from './keptForHold.ts';
import type { Ledger } from './ledger.ts';
import { hasReached, KIND, LedgerHead } from './ledgerEntry.ts';

/** Where they lie in the data folder, one file an ending. */
const CERTIFICATES = 'certificates';

const CONTEXT: SigningContext = 'daylight/certificate/v1';
const ADDRESS: SigningContext = 'daylight/certificate-address/v1';

/** What was destroyed, when, at whose word, and what is left of it where until when. Of nobody, who they were. */
export const Certificate = z.strictObject({
  /** `interim`: nothing is left here; something may be elsewhere until a day that it names. `final`: nothing that this server knows of. */
  kind: z.enum(['interim', 'final']),
  issuedAt: UnixMs,
  ending: ErasureId,
  org: OrgId,
  /** The random id that the account had; null: the whole organisation. */
  person: PersonId.nullable(),
  orderedBy: OrderedBy,
  states: z.array(z.strictObject({ state: EndingState, at: UnixMs })),
  /** How many there were of each kind when it was ordered. All of them were destroyed, and all keys that opened them. */
  destroyed: z.record(z.string().regex(KIND), z.int().min(0)),
  remains: z.strictObject({
    /** Sealed, under keys that are destroyed. */
    backups: InBackups,
    /** What legal holds keep for now, readable by nobody: which days of what, why, on whose authority, and until when. Left out: nothing. */
    held: z
      .array(
        z.strictObject({
          ...{ parameters: z.array(ParameterId).readonly(), from: Day, to: Day },
          ...{ why: z.string(), authority: z.string(), until: Day },
        }),
      )
      .optional(),
    /** Computers that have not answered that they deleted everything; none of them records after `until`. */
    computers: z.strictObject({ of: z.int().min(0), wiped: z.int().min(0), until: UnixMs.nullable() }),
    /** For ever: that this id was ended, and hashes that say nothing without what was destroyed. */
    ledger: LedgerHead,
  }),
});
export type Certificate = z.infer<typeof Certificate>;

export interface CertificateDeps {
  readonly folder: string;
  readonly keyStore: Pick<KeyStore, 'backups'>;
  readonly store: Pick<Store, 'settingRevisions' | 'holdingsOf'>;
  readonly vault: Pick<Vault, 'certificateKey' | 'open'>;
  readonly ledger: Pick<Ledger, 'head'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The certificates of a server, and the addresses under which they are read by people without an account. */
export interface Certificates {
  certify(ending: Ending): Promise<CertificateFile>;
  /** Null while there is none. */
  of(ending: ErasureId): Promise<CertificateFile | null>;
  /** `none` while there is none, and where its file cannot be read. */
  kindOf(ending: ErasureId): Promise<Certificate['kind'] | 'none'>;
  /** What it would say if it were made now. */
  now(ending: Ending): Promise<Certificate>;
  /** 43 characters that nobody can guess, the same each time: whoever has them reads the certificate of this ending. */
  token(ending: ErasureId): Promise<string>;
}

export function createCertificates(deps: CertificateDeps): Certificates {
  return {
    certify: (ending) => certify(deps, ending),
    of: (ending) => certificateOf(deps.folder, ending),
    async kindOf(ending) {
      const file = await certificateOf(deps.folder, ending).catch(() => null);
      return kindOf(file) ?? 'none';
    },
    now: (ending) => documentOf(deps, ending),
    async token(ending) {
      // Nothing is kept for it, so that no copy of the folder without its keys holds it; and its signature is shown to nobody.
      const { sign } = await deps.vault.certificateKey();
      const signature = sign(Buffer.from(signingInput(ADDRESS, ending)));
      return createHash('sha256').update(signature).digest('base64url');
    },
  };
}

/** What is so now, signed, and on the disk in the place of the one before. A final one stays, as long as it is the one that was signed here. */
export async function certify(deps: CertificateDeps, ending: Ending): Promise<CertificateFile> {
  const key = await deps.vault.certificateKey();
  const before = ending.state === 'final' ? await certificateOf(deps.folder, ending.ending).catch(() => null) : null;
  if (before !== null && isFinalOf(before, ending, key)) return before;
  const document = await documentOf(deps, ending);
  const file = signedBy(key, document);
  const folder = await makeCertificateFolder(deps.folder);
  await rm(join(folder, `${ending.ending}.json.tmp`), { force: true });
  await writeDurably(folder, `${ending.ending}.json`, Buffer.from(`${JSON.stringify(file, null, 2)}\n`));
  await syncFolder(folder);
  return file;
}

/** Not that of another ending, nor one that was changed on the disk. */
function isFinalOf(file: CertificateFile, { ending, history }: Ending, { publicKey }: CertificateKey): boolean {
  const found = verifyCertificate(JSON.stringify(file), publicKey);
  if (found.kind !== 'genuine' || found.certificate.kind !== 'final') return false;
  return found.certificate.ending === ending && found.certificate.states.length === history.length;
}

function kindOf(file: CertificateFile | null): Certificate['kind'] | undefined {
  return file === null ? undefined : Certificate.safeParse(parsed(file.signed.payload)).data?.kind;
}

/** Within the data folder. */
export function fileOf(ending: ErasureId): string {
  return join(CERTIFICATES, `${ending}.json`);
}

export async function makeCertificateFolder(data: string): Promise<string> {
  const folder = join(data, CERTIFICATES);
  if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) await syncFolder(data);
  return folder;
}

/** Null while there is none. */
export async function certificateOf(folder: string, ending: ErasureId): Promise<CertificateFile | null> {
  try {
    return CertificateFile.parse(JSON.parse(await readFile(join(folder, fileOf(ending)), 'utf8')));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** What a certificate would say now. */
async function documentOf(deps: CertificateDeps, ending: Ending): Promise<Certificate> {
  const issuedAt = deps.clock.now();
  const backups = await backupsWith(deps.keyStore, ending, issuedAt);
  const left = await filesLeftWith(deps.keyStore, ending, issuedAt);
  const { devices, wiped } = ending;
  const computers = { of: devices.length, wiped: wiped.size };
  return {
    kind: ending.state === 'final' ? 'final' : 'interim',
    issuedAt,
    ending: ending.ending,
    org: ending.org,
    person: ending.person,
    orderedBy: ending.by,
    states: ending.history.map(({ state, at }) => ({ state, at })),
    destroyed: await destroyedOf(deps, ending),
    remains: {
      backups: { many: backups.length, until: latest(backups.map(({ expires }) => expires)), ...filesOf(left) },
      ...(await heldOf(deps, ending, issuedAt)),
      computers: { ...computers, until: latest(leasesLeft(ending)) },
      ledger: deps.ledger.head,
    },
  };
}

function filesOf(left: readonly Backup[]): Pick<Certificate['remains']['backups'], 'left'> {
  if (left.length === 0) return {};
  return { left: { many: left.length, places: new Set(left.map(({ detail }) => detail.place)).size } };
}

/** What there was, without what is kept. */
async function destroyedOf(
  { store }: CertificateDeps,
  { org, person, kept, counts }: Ending,
): Promise<Record<string, number>> {
  if (person === null || kept === null) return { ...counts };
  const here = await store.holdingsOf(org, person);
  const still: Readonly<Record<string, number>> = { ...here.counts, days: here.days };
  return Object.fromEntries(
    Object.entries(counts).map(([kind, many]) => [kind, Math.max(0, many - (still[kind] ?? 0))]),
  );
}

async function heldOf(
  deps: CertificateDeps,
  { org, person, kept }: Ending,
  now: UnixMs,
): Promise<Pick<Certificate['remains'], 'held'>> {
  if (person === null || kept === null) return {};
  const holds = (await holdsOf(deps, { org, person }, now, 'doubted')).filter(({ number }) =>
    kept.holds.includes(number),
  );
  const held = holds.map(({ parameters, from, to, why, authority, until }) => {
    return { parameters: [...parameters], from, to, why, authority, until };
  });
  return { held };
}

function latest(times: readonly UnixMs[]): UnixMs | null {
  return Math.max(0, ...times) || null;
}

function signedBy({ publicKey, sign }: CertificateKey, document: Certificate): CertificateFile {
  const payload = canonical(Certificate.parse(document));
  const signature = Buffer.from(sign(Buffer.from(signingInput(CONTEXT, payload)))).toString('base64url');
  return { format: 'daylight-certificate/1', publicKey, signed: { payload, keyId: keyIdOf(publicKey), signature } };
}

/**
 * As a ledger tells an ending: it begins by being committed, leaves no state out, and goes back where a step was taken again or something came
 * back. A final one ends with `final`; an interim one when nothing is left here, or nothing but what is held.
 */
function isInOrder({ kind, states, remains }: Certificate): boolean {
  const steps = states.map(({ state }) => EndingState.options.indexOf(state));
  if (!steps.every((step, place) => step <= (steps[place - 1] ?? -1) + 1)) return false;
  const last = states.at(-1)?.state;
  if (kind === 'final') return last === 'final';
  return last !== undefined && last !== 'final' && hasReached(last, 'held' in remains ? 'scrubbed' : 'verified_empty');
}

export type Verified =
  | { readonly kind: 'genuine'; readonly certificate: Certificate; readonly publicKey: PublicKey }
  /**
   * `unreadable`: it is no certificate. `changed`: not as it was signed. `other_key`: signed by another key than was asked for. `out_of_order`:
   * signed, and no server signs that, as its states are not those of an ending.
   */
  | { readonly kind: 'unreadable' | 'changed' | 'other_key' | 'out_of_order' };

/** Without a server: what the file says, and whether the key that it names signed that. `pinned`: the key that it must be; null proves nothing about who made it. */
export function verifyCertificate(text: string, pinned: PublicKey | null): Verified {
  const file = CertificateFile.safeParse(parsed(text)).data;
  if (file === undefined) return { kind: 'unreadable' };
  const { publicKey, signed } = file;
  if (signed.keyId !== keyIdOf(publicKey) || !isGenuine(publicKey, signed)) return { kind: 'changed' };
  if (pinned !== null && pinned !== publicKey) return { kind: 'other_key' };
  const certificate = Certificate.safeParse(parsed(signed.payload)).data;
  if (certificate === undefined || !isCanonical(signed.payload)) return { kind: 'unreadable' };
  return isInOrder(certificate) ? { kind: 'genuine', certificate, publicKey } : { kind: 'out_of_order' };
}

function isGenuine(publicKey: PublicKey, { payload, signature }: Signed): boolean {
  const input = Buffer.from(signingInput(CONTEXT, payload));
  return verify(null, input, publicKeyObject(publicKey), Buffer.from(signature, 'base64url'));
}

function keyIdOf(publicKey: PublicKey): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
