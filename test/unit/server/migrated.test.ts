import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { initialise } from '../../../server/initialise.ts';
import type { LogFields } from '../../../server/log.ts';
import { openServer } from '../../../server/server.ts';
import { connect } from '../../../server/store/sqlite/connection.ts';
import { storeSchema } from '../../../server/store/sqlite/schema.ts';
import { runCli } from '../../support/runCli.ts';

let folder: string;
let data: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-migrated-'));
  data = join(folder, 'data');
  await initialise(data, { organisation: 'Acme', ownerName: 'Ola', ownerEmail: 'ola@example.com' });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The tables that formats since have added, or made anew. */
const later = [...storeSchema.steps.values()].flatMap((step) =>
  [...step.matchAll(/CREATE TABLE (\w+)/g)].map(([, table = '']) => table),
);

/** As the Daylight before wrote it. */
async function asFormatFour(): Promise<void> {
  const then = await readFile(join(import.meta.dirname, '../../vectors/store-format-4.sql'), 'utf8');
  const before = later.map((table) => {
    const words = new RegExp(`CREATE TABLE ${table} \\([^;]*;`).exec(then)?.[0] ?? '';
    return `DROP TABLE ${table}; ${words}`;
  });
  const connection = await connect(join(data, 'daylight.db'));
  await connection.script(`${before.join(' ')} DROP INDEX device_person; PRAGMA user_version = 4;`);
  await connection.close();
  const keys = await connect(join(data, 'keys.db'));
  await keys.run("DELETE FROM mark WHERE name = 'audit_begun'");
  await keys.close();
}

it('the server says in its log, once, that it brought the store to its own format', async () => {
  await asFormatFour();
  const said: [string, LogFields | undefined][] = [];
  const info = (event: string, fields?: LogFields) => void said.push([event, fields]);
  const log = { debug: () => undefined, info, error: info };
  for (const _start of ['first', 'second']) await (await openServer({ data, port: 0 }, { log })).close();
  expect(said).toEqual([['migrated', { file: 'daylight.db', from: 4, to: storeSchema.version }]]);
});

it('a command says it too, and does what it was asked for', async () => {
  await asFormatFour();
  const command = ['enrolment-code', '--data', data, '--email', 'ola@example.com', '--json'];
  const { code, out, err } = await runCli('server', command);
  expect([code, err]).toEqual([
    0,
    `daylight-server: brought daylight.db from format 4 to ${storeSchema.version}; a Daylight from before refuses it now.\n`,
  ]);
  expect(JSON.parse(out)).toMatchObject({ code: expect.stringMatching(/./) });
  expect((await runCli('server', command)).err).toBe('');
}, 90_000);

it('a command refuses beside a server that has the store of the format before open, and says what to do', async () => {
  await asFormatFour();
  const older = await connect(join(data, 'daylight.db'));
  await older.all('SELECT * FROM device');
  const { code, out, err } = await runCli('server', ['enrolment-code', '--data', data, '--email', 'ola@example.com']);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/daylight\.db: it is of an earlier format.*stop the server, then try again\.\n$/);
  await older.close();
}, 90_000);
