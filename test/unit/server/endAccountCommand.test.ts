import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ErasureId } from '../../../shared/ids.ts';
import { CertificateFile } from '../../../shared/protocol/http/endings.ts';
import { openFoundationIn } from '../../support/numberedNotes.ts';
import { runCli } from '../../support/runCli.ts';
import { BOB, leftOfPerson, prepareTwoPeople, type TwoPeople } from '../../support/twoPeople.ts';

let folder: string;
let first: string;
let people: TwoPeople;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-end-account-'));
  first = join(folder, 'first');
  people = await prepareTwoPeople(first, 3);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function copied(name: string): Promise<string> {
  const data = join(folder, name);
  await cp(first, data, { recursive: true });
  return data;
}

async function left(data: string, who: 'ann' | 'bob'): Promise<{ records: number; keys: number; opened: number }> {
  const foundation = await openFoundationIn(data);
  try {
    return await leftOfPerson(foundation, people.org, people[who]);
  } finally {
    await foundation.close();
  }
}

const end = (data: string, ...more: string[]) => runCli('server', ['cancel', '--data', data, ...more]);
const verify = (...more: string[]) => runCli('server', ['verify-certificate', ...more]);

it('says what will go and what stays, each state, and where the certificate is, which is checked without the folder', async () => {
  const data = await copied('said');
  const { code, out, err } = await end(data, '--person', BOB, '--yes');
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain(
    'Ending the account of Bob ends for ever, with no way back: 3 segments and 3 screenshots of 3 days',
  );
  const states = [...out.matchAll(/Z {2}([A-Z ]+?) {2}/g)].map(([, state]) => state);
  expect(states.slice(0, 5)).toEqual(['COMMITTED', 'KEYS DESTROYED', 'PURGED', 'SCRUBBED', 'VERIFIED EMPTY']);
  expect(await left(data, 'bob')).toEqual({ records: 0, keys: 0, opened: 0 });
  expect((await left(data, 'ann')).opened).toBe(3);

  const at = /(\/\S+certificates\/[0-9a-f-]+\.json)/.exec(out)?.[1] ?? '';
  const file = join(folder, 'given to Bob.json');
  await cp(at, file);
  await rm(data, { recursive: true });
  const { publicKey } = CertificateFile.parse(JSON.parse(await readFile(file, 'utf8')));
  const checked = await verify(file, '--key', publicKey);
  expect([checked.code, checked.err]).toEqual([0, '']);
  expect(checked.out).toContain('Genuine: this is what was signed, by the key that --key says.');
  expect(checked.out).toContain('Ordered by: whoever runs the server');
  expect(checked.out).toMatch(/3 {2}segments/);

  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('\\"segments\\":3', '\\"segments\\":4'));
  const changed = await verify(file);
  expect([changed.code, changed.out]).toEqual([6, expect.stringContaining('NOT as it was signed')]);
  await writeFile(file, text);
  const other = await verify(file, '--key', 'SX3A7eYpVk8M9E8FGzBd3nPVKhx4xLVAmFp9SmWr_Xo');
  expect(other.code).not.toBe(0);
});

it('ends nothing when the address is not written, of the only owner, and of somebody who is not there', async () => {
  const data = await copied('unsure');
  const unsure = await end(data, '--person', BOB);
  expect([unsure.code, unsure.err]).toEqual([2, expect.stringContaining('give --yes')]);
  const owner = await end(data, '--person', 'ann@acme.example.com', '--yes');
  expect([owner.code, owner.err]).toEqual([5, expect.stringContaining('Make someone else an owner first')]);
  const nobody = await end(data, '--person', 'nobody@acme.example.com', '--yes');
  expect(nobody.code).toBe(4);
  expect([(await left(data, 'bob')).opened, (await left(data, 'ann')).opened]).toEqual([3, 3]);
});

it('the key of certificates is shown before anything ends, and is the one that signs', async () => {
  const data = await copied('published');
  const status = await runCli('server', ['keys', 'status', '--data', data, '--json']);
  const { certificateKey } = JSON.parse(status.out);
  expect((await runCli('server', ['keys', 'status', '--data', data])).out).toContain(
    `signed by ${certificateKey}: publish`,
  );
  const { out } = await end(data, '--person', BOB, '--yes', '--json');
  const ended: unknown = JSON.parse(out.trim().split('\n').at(-1) ?? '');
  expect(ended).toMatchObject({ event: 'ended' });
  const at = /"certificate":"([^"]+)"/.exec(out)?.[1] ?? '';
  expect((await verify(at, '--key', certificateKey)).code).toBe(0);
});

it('where the recovery set cannot be written it says whose keys that still holds and what to do, and there is no certificate', async () => {
  const data = await copied('unwritten');
  const place = join(folder, 'elsewhere');
  await mkdir(place);
  const set = join(place, 'recovery.age');
  expect((await runCli('server', ['recovery', 'begin', '--data', data, '--file', set])).code).toBe(0);
  await rename(place, `${place}.away`);
  const { code, out, err } = await end(data, '--person', BOB, '--yes');
  expect([code, err]).toEqual([6, '']);
  expect(out).toContain('There is no certificate yet');
  expect(out).toContain('THE RECOVERY SET OF BEFORE STILL HOLDS THE KEYS');
  expect(out).toContain(`(ENOENT): ${set}`);
  expect(out).toMatch(/Then run .*recovery write/);
  expect(await readdir(join(data, 'certificates')).catch(() => [])).toEqual([]);
  expect(await left(data, 'bob')).toEqual({ records: 0, keys: 0, opened: 0 });
});

it('one that broke off goes on with the same command, although nobody has the address any more', async () => {
  const data = await copied('broken off');
  const foundation = await openFoundationIn(data);
  const ending = ErasureId.parse(randomUUID());
  await foundation.ledger.append({
    ...{ at: Date.now(), ending, org: people.org, person: people.bob, state: 'committed', by: 'host' },
    ...{ counts: {}, devices: [], leaseUntil: null },
  });
  await foundation.store.closeAccount(people.org, people.bob);
  await foundation.close();
  const { code, out, err } = await end(data, '--person', BOB, '--yes');
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain(`certificates/${ending}.json`);
  expect(await left(data, 'bob')).toEqual({ records: 0, keys: 0, opened: 0 });
});
