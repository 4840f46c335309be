import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyCertificate } from '../../../../server/lifecycle/certificate.ts';
import { rawPublicKeyOf } from '../../../../server/vault/ed25519.ts';
import { canonical } from '../../../../shared/canonical.ts';
import { EndingState } from '../../../../shared/protocol/http/endings.ts';
import { runCli } from '../../../support/runCli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-certificate-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const NOON = Date.UTC(2026, 10, 23, 12);
const all = EndingState.options;
const upTo = (last: EndingState): EndingState[] => all.slice(0, all.indexOf(last) + 1);

/** Somebody's own: whatever they like, signed by a key that they made. */
function forged(kind: string, states: readonly string[], change: object = {}): { text: string; publicKey: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const x = rawPublicKeyOf(privateKey);
  const payload = canonical({
    ...{
      kind,
      issuedAt: NOON,
      ending: '00000000-0000-4000-8000-000000000001',
      org: '00000000-0000-4000-8000-000000000002',
    },
    ...{ person: '00000000-0000-4000-8000-000000000003', orderedBy: 'host', destroyed: { segments: 3 } },
    states: states.map((state, at) => ({ state, at: NOON + at })),
    remains: {
      backups: { many: 0, until: null },
      computers: { of: 0, wiped: 0, until: null },
      ledger: { entries: states.length, head: 'a'.repeat(64) },
    },
    ...change,
  });
  const keyId = createHash('sha256').update(Buffer.from(x, 'base64url')).digest('hex');
  const signature = sign(null, Buffer.from(`daylight/certificate/v1\n${payload}`), privateKey).toString('base64url');
  const file = { format: 'daylight-certificate/1', publicKey: x, signed: { payload, keyId, signature } };
  return { text: JSON.stringify(file), publicKey: x };
}

const kindOf = (...of: Parameters<typeof forged>): string => verifyCertificate(forged(...of).text, null).kind;

test('the states are those of an ending in their order, up to where its kind says it is', () => {
  expect(kindOf('final', upTo('final'))).toBe('genuine');
  expect(kindOf('interim', upTo('verified_empty'))).toBe('genuine');
  expect(kindOf('interim', upTo('backups_expired'))).toBe('genuine');
  // What came back, and a step that was taken again.
  expect(kindOf('final', [...upTo('final'), ...upTo('final')])).toBe('genuine');
  expect(kindOf('interim', ['committed', 'keys_destroyed', 'purged', ...upTo('verified_empty').slice(1)])).toBe(
    'genuine',
  );
  const impossible: [string, string[]][] = [
    ['final', []],
    ['interim', []],
    ['final', upTo('final').toReversed()],
    ['final', upTo('verified_empty')],
    ['interim', upTo('final')],
    ['interim', upTo('scrubbed')],
    ['final', upTo('final').slice(1)],
    ['final', upTo('final').filter((state) => state !== 'keys_destroyed')],
  ];
  for (const [kind, states] of impossible) expect([states, kindOf(kind, states)]).toEqual([states, 'out_of_order']);
});

test('names of what is counted are words, and nothing that moves a cursor', () => {
  expect(kindOf('final', upTo('final'), { destroyed: { '\u001b[2Jsegments': 3 } })).toBe('unreadable');
});

test('by a key that nobody was told it is not proved in the first line, with what to do, and a code of its own', async () => {
  const file = join(folder, 'somebodys.json');
  const { text, publicKey } = forged('final', upTo('final'));
  await writeFile(file, text);
  const verify = (...more: string[]) => runCli('server', ['verify-certificate', file, ...more]);
  const unproven = await verify();
  expect([unproven.code, unproven.err, unproven.out.split('\n')[0]]).toEqual([
    7,
    '',
    'NOT PROVED: the signature fits the key in this file, which anybody could have made: that alone says nothing about who made it.',
  ]);
  expect(unproven.out).toContain('give it with --key');
  expect(unproven.out).not.toContain('Genuine');
  expect(JSON.parse((await verify('--json')).out)).toMatchObject({ event: 'unproven', kind: 'final' });
  const pinned = await verify('--key', publicKey);
  expect([pinned.code, pinned.out.split('\n')[0]]).toEqual([
    0,
    'Genuine: this is what was signed, by the key that --key says.',
  ]);
  await writeFile(file, forged('final', []).text);
  const impossible = await verify();
  expect([impossible.code, impossible.out]).toEqual([6, expect.stringContaining('no server signs that')]);
});
