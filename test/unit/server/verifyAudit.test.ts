import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../../server/store/sqlite/connection.ts';
import { OrgId } from '../../../shared/ids.ts';
import { HOUR } from '../../../shared/time.ts';
import { startServer, type TestServer } from '../../support/api.ts';
import { openFoundationIn } from '../../support/numberedNotes.ts';
import { runCli } from '../../support/runCli.ts';

let served: TestServer;
let folder: string;
beforeAll(async () => {
  served = await startServer();
  folder = await mkdtemp(join(tmpdir(), 'daylight-proof-'));
});
afterAll(async () => {
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

const verify = (...more: string[]) => runCli('server', ['verify-audit', ...more]);

it('verify-audit says beside the server that all is as it was recorded, and a saved proof stands without the folder', async () => {
  const { client, person } = await served.addOrganisation('Acme');
  await client.ok('GET', `/people/${person}/day?day=2026-01-05&purpose=own_data`);
  const whole = await verify('--data', served.data, '--json');
  expect([whole.code, whole.err]).toEqual([0, '']);
  const trees = whole.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(trees.find(({ name }) => name === 'Acme')).toMatchObject({ name: 'Acme', finding: null, leafless: 0 });
  const { accesses } = await client.ok('GET', `/people/${person}/accesses`);
  const proof = await client.ok('GET', `/people/${person}/accesses/${accesses[0].seq}/proof`);
  const file = join(folder, 'proof.json');
  await writeFile(file, JSON.stringify(proof));
  const proved = await verify('--proof', file);
  expect([proved.code, proved.out]).toEqual([0, expect.stringContaining(`Proved: entry ${accesses[0].seq}`)]);
  await writeFile(file, JSON.stringify({ ...proof, row: proof.row.replace('own_data', 'security') }));
  const refused = await verify('--proof', file);
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('not the one that was recorded')]);
}, 120_000);

it('verify-audit names the first entry that was changed, with exit code 6', async () => {
  const database = await connect(join(served.data, 'daylight.db'));
  await database.run("UPDATE access SET purpose = 'support' WHERE purpose = 'own_data'");
  await database.close();
  const { code, out } = await verify('--data', served.data);
  expect([code, out]).toEqual([
    6,
    expect.stringMatching(/Acme: the first that is wrong is entry \d+ \(20.*what is recorded is not what was/),
  ]);
}, 120_000);

it('verify-audit fails for an organisation of which the database has nothing, and not for a beginning that was interrupted', async () => {
  const other = await served.addOrganisation('Other');
  const kept = join(folder, 'kept.json');
  await writeFile(kept, JSON.stringify(await other.client.ok('GET', '/audit/checkpoint')));
  const foundation = await openFoundationIn(served.data, false);
  const begun = OrgId.parse(randomUUID());
  const scope = { org: begun, person: null, parameter: 'profile', epoch: 0, record: begun, part: 'profile' } as const;
  await foundation.vault.seal({ ...scope, policyVersion: 0 }, Buffer.from('{}'));
  await foundation.close();
  const database = await connect(join(served.data, 'daylight.db'));
  const id = Buffer.from(other.org.replaceAll('-', ''), 'hex');
  for (const table of ['organisation', 'audit_leaf', 'audit_node', 'audit_head', 'audit_checkpoint'])
    await database.run(`DELETE FROM ${table} WHERE org = ?`, [id]);
  await database.close();
  const { code, out } = await verify('--data', served.data, '--checkpoint', kept);
  expect([code, out]).toEqual([6, expect.stringContaining(`${other.org}: a checkpoint or the key store knows`)]);
  expect(out).not.toContain(begun);
  const keysAlone = await verify('--data', served.data);
  expect([keysAlone.code, keysAlone.out]).toEqual([6, expect.stringContaining(`${other.org}: a checkpoint or`)]);
}, 120_000);

it('verify-audit fails where all checkpoints were taken out, and says what tells more; in the first day there may be none', async () => {
  const { org } = await served.addOrganisation('Unsigned');
  const unsigned = async () => {
    const database = await connect(join(served.data, 'daylight.db'));
    await database.run('DELETE FROM audit_checkpoint');
    await database.close();
    return verify('--data', served.data, '--organisation', 'Unsigned');
  };
  const young = await unsigned();
  expect([young.code, young.out]).toEqual([0, expect.stringContaining('Nothing signed is here')]);
  const foundation = await openFoundationIn(served.data, false);
  const at = served.clock.now() + 25 * HOUR;
  await foundation.store.recordSecurityEvent({ org, at, kind: 'account_ended', person: null, detail: 'a day later' });
  await foundation.close();
  const old = await unsigned();
  expect([old.code, old.out]).toEqual([
    6,
    expect.stringMatching(/^Unsigned: no checkpoint is here.*\n {2}Nothing signed is here.*--checkpoint\.\n {2}Keep/),
  ]);
}, 120_000);
