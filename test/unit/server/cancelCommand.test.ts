import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initialise } from '../../../server/initialise.ts';
import { clearingStates } from '../../../server/lifecycle/ledgerEntry.ts';
import { openServer } from '../../../server/server.ts';
import { runCli } from '../../support/runCli.ts';
import { leftOf, prepareTwo, type TwoOrganisations } from '../../support/twoOrganisations.ts';

let folder: string;
let first: string;
let orgs: TwoOrganisations;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-cancel-command-'));
  first = join(folder, 'first');
  orgs = await prepareTwo(first, 3);
  const owner = { ownerName: 'Twin', ownerEmail: 'twin@example.com' };
  await initialise(first, { organisation: 'Bolt', ...owner });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function copied(name: string): Promise<string> {
  const data = join(folder, name);
  await cp(first, data, { recursive: true });
  return data;
}

const cancel = (data: string, ...more: string[]) => runCli('server', ['cancel', '--data', data, ...more]);

it('says what will go, with its numbers, and what stays; each state as it is reached; and that nothing is left', async () => {
  const data = await copied('said');
  const { code, out, err } = await cancel(data, '--organisation', 'Acme', '--yes');
  expect([code, err]).toEqual([0, '']);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toBe('Cancelling "Acme" ends for ever, with no way back:');
  expect(lines[1]).toBe('  1 person and 1 computer, 3 recorded days of them');
  expect(lines[2]).toMatch(/^ {2}3 sealed segments and 3 screenshots; with everything else, \d\d rows and files$/);
  expect(lines[3]).toMatch(/^ {2}\d keys, first of all: from then on nothing of it can be opened$/);
  expect(out).toContain('Copies of this folder that you made elsewhere');
  const states = lines.slice(-2 - clearingStates.length, -2).map((line) => /Z {2}([A-Z ]+?) {2}/.exec(line)?.[1]);
  expect(states).toEqual(['COMMITTED', 'KEYS DESTROYED', 'PURGED', 'SCRUBBED', 'VERIFIED EMPTY']);
  expect(lines.at(-2)).toBe('"Acme" is cancelled. Nothing of it is left here.');
  expect((await leftOf(data, orgs.acme)).records).toBe(0);
});

it('for machines is one JSON object a line, with ids, numbers and times', async () => {
  const data = await copied('json');
  const { code, out } = await cancel(data, '--organisation', orgs.acme, '--yes', '--json');
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect([code, lines.map(({ event }) => event)]).toEqual([0, ['will_go', ...clearingStates, 'cancelled']]);
  expect(lines[0]).toMatchObject({ org: orgs.acme, name: 'Acme', holdings: { people: 1, devices: 1, days: 3 } });
});

it('ends nothing when the name is not written, and without a terminal says how', async () => {
  const data = await copied('unsure');
  const { code, out, err } = await cancel(data, '--organisation', 'Acme');
  expect([code, out.split('\n')[0]]).toEqual([2, 'Cancelling "Acme" ends for ever, with no way back:']);
  expect(err).toBe(
    'daylight-server: nothing was cancelled: the name was not written. Write it in a terminal when you are asked, or give --yes.\n',
  );
  expect((await leftOf(data, orgs.acme)).opened).toBe(3);
});

it('names what there is when nobody has the name, and asks for an id when several have', async () => {
  const none = await cancel(first, '--organisation', 'Nobody', '--yes');
  expect([none.code, none.out, none.err]).toEqual([
    4,
    '',
    'daylight-server: --organisation: no organisation has this name or id. There is: Acme, Bolt, Bolt.\n',
  ]);
  const several = await cancel(first, '--organisation', 'Bolt', '--yes');
  expect([several.code, several.out]).toEqual([2, '']);
  expect(several.err).toContain(`Give the id of the one that you mean: ${orgs.bolt} or `);
  expect((await cancel(first)).err).toContain('--organisation: expected a value');
});

it('is refused while the server runs, which goes on', async () => {
  const data = await copied('running');
  const server = await openServer({ data, port: 0, logLevel: 'silent' });
  try {
    const { code, err } = await cancel(data, '--organisation', 'Acme', '--yes');
    expect([code, err]).toEqual([
      5,
      `daylight-server: ${data}: a server or another command has this data folder open. Stop it first, then try again.\n`,
    ]);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  } finally {
    await server.close();
  }
});

/** A copy in which the cancellation of Acme ended after its first state, with everything still there. */
async function interrupted(name: string): Promise<string> {
  const data = await copied(name);
  const entry = { at: 1_767_225_600_000, organisation: orgs.acme, state: 'committed' };
  await writeFile(join(data, 'ledger.ndjson'), `${JSON.stringify(entry)}\n`);
  return data;
}

it('takes what it ends from its own command line, never from the environment', async () => {
  const data = await interrupted('environment');
  const given = ['cancel', '--data', data, '--yes'];
  const environment = { DAYLIGHT_ORGANISATION: orgs.bolt };
  const { code, out } = await runCli('server', given, environment);
  expect([code, out]).toEqual([0, expect.stringContaining(orgs.acme)]);
  const again = await runCli('server', given, environment);
  expect([again.code, again.out]).toEqual([2, '']);
  expect(again.err).toBe('daylight-server: --organisation: expected a value. Give --organisation NAME.\n');
  expect((await leftOf(data, orgs.bolt)).opened).toBe(3);
});

it('asked again as it was, after an interruption, finishes and says of what nothing is left', async () => {
  const data = await interrupted('asked again');
  const { code, out, err } = await cancel(data, '--organisation', orgs.acme, '--yes');
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain(`What was begun before is finished: nothing is left of organisation ${orgs.acme} here.\n`);
  expect((await leftOf(data, orgs.acme)).records).toBe(0);
});

it('without a name goes on with what was interrupted', async () => {
  const again = await interrupted('interrupted');
  const { code, out } = await cancel(again);
  expect([code, out.match(/[A-Z]{2,}( [A-Z]+)?(?= {2})/g)]).toEqual([
    0,
    // What was begun by an earlier Daylight named no computers: they are written down before the keys go.
    ['COMMITTED', 'KEYS DESTROYED', 'PURGED', 'SCRUBBED', 'VERIFIED EMPTY'],
  ]);
  expect((await leftOf(again, orgs.acme)).records).toBe(0);
});
