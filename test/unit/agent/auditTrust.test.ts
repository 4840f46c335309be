import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AuditTrust, openAuditTrust, whileTrusted } from '../../../agent/core/auditTrust.ts';
import { openFolder } from '../../../agent/core/files.ts';
import type { PolicyCache } from '../../../agent/core/gate/policyCache.ts';
import { publicKeyOf, signPayload } from '../../../agent/core/signing.ts';
import { sha256 } from '../../../server/audit/sha256.ts';
import { append, consistencySpans, joined, nodesOf, noLeaves, rootOf } from '../../../server/audit/tree.ts';
import { leafHash } from '../../../shared/audit/merkle.ts';
import { canonical } from '../../../shared/canonical.ts';
import { OrgId } from '../../../shared/ids.ts';
import { resolveFor } from '../../../shared/policy/resolve.ts';
import type { Signed, SigningContext } from '../../../shared/signed.ts';

const NOW = 1_772_442_000_000;
const org = OrgId.parse(randomUUID());
let folder: string;
let key: KeyObject;
let trust: AuditTrust;
let told: (number | null)[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-trust-'));
  key = generateKeyPairSync('ed25519').privateKey;
  told = [];
  trust = await opened();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function opened(): Promise<AuditTrust> {
  const identity = { org, serverKey: publicKeyOf(key) };
  return openAuditTrust({
    ...{ files: await openFolder(folder), identity },
    onChange: (restored) => told.push(restored?.epoch ?? null),
  });
}

const leaves = (count: number, from = 'leaf') =>
  Array.from({ length: count }, (_, n) => leafHash(sha256, Buffer.from(`${from} ${n}`)));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const rootAt = (all: readonly Uint8Array[], size: number) =>
  hex(rootOf(sha256, append(sha256, noLeaves, all.slice(0, size)).edge));
const by = (context: SigningContext, document: object, signer = key): Signed =>
  signPayload(context, signer, canonical(document));

function checkpoint(all: readonly Uint8Array[], size: number, epoch = 0, signer = key) {
  const said = { schema: 1, org, epoch, size, root: rootAt(all, size), at: NOW + size };
  return { type: 'checkpoint' as const, checkpoint: by('daylight/checkpoint/v1', said, signer) };
}

function consistency(all: readonly Uint8Array[], from: number, to: number) {
  const nodes = append(sha256, noLeaves, all).nodes;
  const at = (level: number, place: number) =>
    (level === 0 ? all[place] : nodes.find((one) => one.level === level && one.place === place)?.hash) ?? sha256();
  const path = consistencySpans(from, to).map((span) =>
    hex(
      joined(
        sha256,
        nodesOf(span).map(({ level, place }) => at(level, place)),
      ),
    ),
  );
  return { type: 'consistency' as const, from, to, path };
}

async function connect(all: readonly Uint8Array[], size: number): Promise<void> {
  trust.connected();
  const asked = await trust.shown(checkpoint(all, size));
  if (asked !== null) await trust.proved(consistency(all, asked.from, asked.to));
  await trust.silent();
}

const honest = leaves(40);

it('keeps the first checkpoint, and each that is proved to go on from it, also over a restart', async () => {
  await connect(honest, 7);
  expect(trust.state()).toMatchObject({ size: 7 });
  await connect(honest, 30);
  await connect(honest, 30);
  trust = await opened();
  expect([trust.state(), trust.fault()]).toEqual([expect.objectContaining({ size: 30 }), null]);
  expect(told).toEqual([]);
});

it.each([
  ['another tree', 'inconsistent', () => connect([...leaves(5), ...leaves(35, 'other')], 30)],
  ['another tree of the same size', 'inconsistent', () => connect(leaves(40, 'other'), 10)],
  ['a smaller tree', 'smaller', () => connect(honest, 9)],
  [
    'a signature of somebody else',
    'forged',
    () => trust.shown(checkpoint(honest, 20, 0, generateKeyPairSync('ed25519').privateKey)),
  ],
  [
    'a proof that does not fit',
    'inconsistent',
    async () => {
      trust.connected();
      await trust.shown(checkpoint(honest, 20));
      await trust.proved({ ...consistency(honest, 9, 20), from: 10 });
    },
  ],
  [
    'no proof at all',
    'silent',
    async () => {
      trust.connected();
      await trust.shown(checkpoint(honest, 20));
      await trust.silent();
    },
  ],
  [
    'no checkpoint, after there was one',
    'silent',
    async () => {
      trust.connected();
      await trust.silent();
    },
  ],
  ['a restore that nobody signed', 'restored', () => trust.shown(checkpoint(honest, 5, 1))],
] as const)(
  '%s ends the trust, also over a restart, until the server proves that it goes on from what was kept',
  async (_, fault, work) => {
    await connect(honest, 10);
    await work();
    expect([trust.fault(), trust.state()]).toEqual([fault, expect.objectContaining({ size: 10 })]);
    trust = await opened();
    expect(trust.fault()).toBe(fault);
    await connect(honest, 25);
    expect([trust.fault(), trust.state()]).toEqual([null, expect.objectContaining({ size: 25 })]);
    expect(told).toEqual([null, null]);
  },
);

it('a server that never showed one is older, and that is no fault', async () => {
  trust.connected();
  await trust.silent();
  expect([trust.fault(), trust.state()]).toEqual([null, { kind: 'none' }]);
});

it('a restore that the server signed is accepted and told once, and later trees go on from it', async () => {
  await connect(honest, 30);
  const again = [...honest.slice(0, 20), ...leaves(20, 'after the restore')];
  const said = { schema: 1, org, epoch: 1, policyVersion: 3, size: 20, root: rootAt(honest, 20), at: NOW };
  const restored = by('daylight/restore/v1', said);
  for (const size of [25, 28]) {
    trust.connected();
    const asked = await trust.shown({ ...checkpoint(again, size, 1), restored });
    if (asked !== null) await trust.proved(consistency(again, asked.from, asked.to));
  }
  expect([trust.fault(), told]).toEqual([null, [1]]);
  expect(trust.state()).toMatchObject({ size: 28, restored: NOW });
  await trust.shown(checkpoint(honest, 30));
  expect(trust.fault()).toBe('restored');
});

it('a restore that says more than is kept here does not make another tree true: what is kept is still to be proved', async () => {
  await connect(honest, 10);
  const rewritten = leaves(40, 'rewritten');
  const said = { schema: 1, org, epoch: 1, policyVersion: 3, size: 20, root: rootAt(rewritten, 20), at: NOW };
  const restored = by('daylight/restore/v1', said);
  trust.connected();
  const asked = await trust.shown({ ...checkpoint(rewritten, 30, 1), restored });
  if (asked !== null) await trust.proved(consistency(rewritten, asked.from, asked.to));
  expect([asked, trust.fault()]).toEqual([{ from: 10, to: 30 }, 'inconsistent']);
});

it('without trust everything is off, as without a lease', async () => {
  const layers: ReturnType<PolicyCache['layers']> = [{ name: 'organisation', ceilings: { app: 'name' } }];
  const policies = whileTrusted({ layers: () => layers } as unknown as PolicyCache, trust);
  await connect(honest, 10);
  expect(resolveFor('app', policies.layers(NOW)).level).toBe('name');
  await connect(honest, 9);
  expect(resolveFor('app', policies.layers(NOW)).level).toBe('off');
});

it('a file that is damaged, or of another enrolment, says nothing', async () => {
  await writeFile(join(folder, 'audit.json'), '{"kept":');
  trust = await opened();
  expect(trust.state()).toEqual({ kind: 'none' });
});
