import { randomUUID } from 'node:crypto';
import {
  appendFile,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifySigned } from '../../../../server/control/signer.ts';
import { openFoundation } from '../../../../server/foundation.ts';
import { initialise, makeSignInLink } from '../../../../server/initialise.ts';
import {
  cancelOrganisation,
  finishCancellations,
  lookAtOrganisation,
  type Told,
} from '../../../../server/lifecycle/cancellation.ts';
import { endingsIn } from '../../../../server/lifecycle/ended.ts';
import { computersInLines } from '../../../../server/lifecycle/endedComputers.ts';
import { openLedger } from '../../../../server/lifecycle/ledger.ts';
import { clearingStates, MOST_DEVICES } from '../../../../server/lifecycle/ledgerEntry.ts';
import type { LogFields } from '../../../../server/log.ts';
import { openServer } from '../../../../server/server.ts';
import { DeviceId, ErasureId } from '../../../../shared/ids.ts';
import { enrolIn } from '../../../support/enrolIn.ts';
import { openFoundationIn } from '../../../support/numberedNotes.ts';
import { device, keyOf } from '../../../support/storeRecords.ts';
import {
  foundIn,
  leftOf,
  piecesOf,
  prepareTwo,
  surroundings,
  type TwoOrganisations,
} from '../../../support/twoOrganisations.ts';

const DAYS = 12;
const states = clearingStates;
const NOTHING = { records: 0, keys: 0, opened: 0 };

let folder: string;
let data: string;
let orgs: TwoOrganisations;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daylight-cancel-'));
  data = join(folder, 'data');
  orgs = await prepareTwo(data, DAYS);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const cancel = (tell?: (told: Told) => void) =>
  cancelOrganisation(orgs.acme, { data, ...surroundings, ...(tell === undefined ? {} : { tell }) });
const endingOfAcme = async () => {
  const found = endingsIn((await openLedger(data)).entries).find(({ org }) => org === orgs.acme);
  if (found === undefined) throw new Error('Acme has not ended');
  return found;
};
const ledger = async () => (await readFile(join(data, 'ledger.ndjson'), 'utf8')).trimEnd().split('\n');

it('an organisation is looked at by its name or id, and everything of it is counted', async () => {
  for (const which of ['Acme', ' Acme ', orgs.acme]) {
    const found = await lookAtOrganisation(which, { data, ...surroundings });
    expect(found).toMatchObject({ org: orgs.acme, name: 'Acme' });
    expect(found.holdings).toMatchObject({ people: 1, devices: 1, days: DAYS, segments: DAYS, images: DAYS });
    expect(found.keys).toBeGreaterThan(3);
  }
  const none = lookAtOrganisation('Nobody', { data, ...surroundings });
  await expect(none).rejects.toMatchObject({ code: 'not_found', remedy: 'There is: Acme, Bolt.' });
});

it('an id is the organisation that has it, also where another one has it for a name', async () => {
  const owner = { ownerName: 'Twin', ownerEmail: 'twin@example.com' };
  await initialise(data, { organisation: orgs.acme, ...owner });
  expect(await lookAtOrganisation(orgs.acme, { data, ...surroundings })).toMatchObject({
    org: orgs.acme,
    name: 'Acme',
  });
});

it('an organisation that cannot be opened any more is ended by its id', async () => {
  const foundation = await openFoundationIn(data);
  await foundation.keyStore.destroyKeys(orgs.acme);
  await foundation.close();
  const found = await lookAtOrganisation(orgs.acme, { data, ...surroundings });
  expect(found).toMatchObject({ org: orgs.acme, name: orgs.acme, keys: 0, holdings: { people: 1, images: DAYS } });
  const told: Told[] = [];
  await cancel((one) => told.push(one));
  expect(told[0]).toEqual({ kind: 'unordered', org: orgs.acme });
  expect((await endingOfAcme()).order).toBeNull();
  expect([await leftOf(data, orgs.acme), (await leftOf(data, orgs.bolt)).opened]).toEqual([NOTHING, DAYS]);
});

it('what its computers are told is signed and kept before its key goes, also where another organisation is damaged', async () => {
  const first = await openFoundationIn(data);
  const [{ serverKey } = { serverKey: '' }] = (await first.organisations.all()).filter(({ org }) => org === orgs.acme);
  const [laptop] = await first.store.devices(orgs.acme);
  await first.keyStore.destroyKeys(orgs.bolt);
  await first.close();
  await cancel((one) => {
    if (one.kind === 'state' && one.state === 'committed') throw new Error('the power went');
  }).catch(() => undefined);
  const { order, ending, devices } = await endingOfAcme();
  if (order === null || laptop === undefined) throw new Error('nothing was signed');
  expect(verifySigned('daylight/organisation-ended/v1', order, serverKey)).toBe(true);
  expect(JSON.parse(order.payload)).toEqual({ org: orgs.acme, ending, at: expect.any(Number) });
  expect(devices).toEqual([{ device: laptop.device, publicKey: laptop.publicKey, leaseUntil: null }]);
  await finishCancellations({ data, ...surroundings });
  expect(await endingOfAcme()).toMatchObject({ state: 'verified_empty', order, devices });
});

it('computers that no line names yet are in the ledger before the keys go, however many, and each once', async () => {
  await cancel((one) => {
    if (one.kind === 'state' && one.state === 'committed') throw new Error('the power went');
  }).catch(() => undefined);
  // As a crash leaves it between two lines of an organisation with more computers than one line takes.
  const later = await openFoundation({ data, ...surroundings, create: false, ending: true });
  const [person] = await later.store.people(orgs.acme);
  if (person === undefined) throw new Error('Acme has nobody');
  const more = Array.from({ length: MOST_DEVICES + 5 }, () => DeviceId.parse(randomUUID()));
  for (const id of more.slice(0, 3)) {
    const own = { device: id, publicKey: keyOf(id), org: orgs.acme, person: person.person };
    await enrolIn(later.store, device('', own));
  }
  await later.close();
  await finishCancellations({ data, ...surroundings });
  const { devices, order, history } = await endingOfAcme();
  expect(order).not.toBeNull();
  expect(devices.map((one) => one.device)).toEqual(expect.arrayContaining(more.slice(0, 3)));
  expect(devices).toHaveLength(4);
  expect(history.slice(0, 3).map(({ state }) => state)).toEqual(['committed', 'committed', 'keys_destroyed']);

  const records = more.map((id) => device('', { device: id, publicKey: keyOf(id) }));
  const inLines = await computersInLines({ devices: async () => records }, orgs.acme, { devices });
  expect(inLines.map((one) => one.devices.length)).toEqual([MOST_DEVICES, 2]);
  expect(new Set(inLines.flatMap((one) => one.devices.map((own) => own.device)))).toEqual(new Set(more.slice(3)));
});

it('what broke off and is cancelled again is one ending, which is over, and the server starts', async () => {
  await cancel((one) => {
    if (one.kind === 'state' && one.state === 'committed') throw new Error('the power went');
  }).catch(() => undefined);
  await cancel();
  const endings = endingsIn((await openLedger(data)).entries);
  expect(endings.map(({ org, state }) => [org, state])).toEqual([[orgs.acme, 'verified_empty']]);
  await (await openServer({ data, port: 0, logLevel: 'silent' })).close();
});

it('of two endings of it in a ledger of before, the one that is not over is finished too', async () => {
  const begun = { org: orgs.acme, person: null, ending: ErasureId.parse(randomUUID()), at: 1_767_225_600_000 };
  const none = { by: 'host', counts: {}, devices: [], leaseUntil: null } as const;
  await (await openLedger(data)).append({ ...begun, state: 'committed', ...none });
  const second = { ...begun, ending: ErasureId.parse(randomUUID()) };
  const ledger = await openLedger(data);
  for (const state of states)
    await ledger.append(state === 'committed' ? { ...second, state, ...none } : { ...second, state });
  await (await openServer({ data, port: 0, logLevel: 'silent' })).close();
  const endings = endingsIn((await openLedger(data)).entries);
  expect(endings.map(({ state }) => clearingStates.includes(state) && state !== 'verified_empty')).toEqual([
    false,
    false,
  ]);
});

it('nothing is cancelled while what was here before a restore is kept, as it is in there too', async () => {
  await mkdir(join(data, 'before-restore'));
  const refused = { code: 'conflict', remedy: expect.stringContaining('restore --confirm') };
  await expect(lookAtOrganisation('Acme', { data, ...surroundings })).rejects.toMatchObject(refused);
  await expect(cancel()).rejects.toMatchObject(refused);
  await expect(ledger()).rejects.toThrow('ENOENT');
  expect((await leftOf(data, orgs.acme)).opened).toBe(DAYS);
});

it('a folder that something else has made among the images is no obstacle, and goes with the organisation', async () => {
  for (const org of [orgs.acme, orgs.bolt]) {
    await mkdir(join(data, 'blobs', org, '@eaDir'));
    await writeFile(join(data, 'blobs', org, '@eaDir', 'thumbnail'), 'of a sealed image');
  }
  await cancel();
  expect(await leftOf(data, orgs.acme)).toEqual(NOTHING);
  expect(await readdir(join(data, 'blobs'))).toEqual([orgs.bolt]);
  const server = await openServer({ data, port: 0, logLevel: 'silent' });
  await server.close();
  expect((await leftOf(data, orgs.bolt)).opened).toBe(DAYS);
});

it('of a cancelled organisation no row, file, key or sealed byte is left, and of another one everything is', async () => {
  const [ofAcme, ofBolt] = [await piecesOf(data, orgs.acme), await piecesOf(data, orgs.bolt)];
  expect(ofAcme.length).toBeGreaterThan(2 * DAYS + 5);
  expect([await foundIn(data, ofAcme), await foundIn(data, ofBolt)]).toEqual([ofAcme.length, ofBolt.length]);
  const before = await leftOf(data, orgs.bolt);
  expect(before.opened).toBe(DAYS);
  const told: Told[] = [];
  await cancel((one) => told.push(one));
  expect(told.flatMap((one) => (one.kind === 'state' ? [one.state] : []))).toEqual(states);
  expect([await foundIn(data, ofAcme), await foundIn(data, ofBolt)]).toEqual([0, ofBolt.length]);
  expect([await leftOf(data, orgs.acme), await leftOf(data, orgs.bolt)]).toEqual([NOTHING, before]);
  expect(await readdir(join(data, 'blobs'))).toEqual([orgs.bolt]);
  await expect(makeSignInLink(data, 'owner@acme.example.com')).rejects.toMatchObject({ code: 'not_found' });
  expect((await makeSignInLink(data, 'owner@bolt.example.com')).org).toBe(orgs.bolt);
});

it('the ledger holds each state with its time, a random id, and no name; only its owner can read it', async () => {
  await cancel();
  const lines = (await ledger()).map((line) => JSON.parse(line));
  expect(lines.map(({ state }) => state)).toEqual(states);
  for (const line of lines) {
    const ofAll = ['at', 'ending', 'org', 'person', 'previous', 'seq', 'state'];
    const ofFirst = line.state === 'committed' ? ['by', 'counts', 'devices', 'leaseUntil', 'order'] : [];
    expect(Object.keys(line).sort()).toEqual([...ofAll, ...ofFirst].sort());
    expect([line.org, line.person]).toEqual([orgs.acme, null]);
  }
  expect(((await stat(join(data, 'ledger.ndjson'))).mode & 0o777).toString(8)).toBe('600');
});

describe.each(states.slice(0, -1))('a cancellation that ends at %s', (last) => {
  beforeEach(async () => {
    const interrupted = cancel((told) => {
      if (told.kind === 'state' && told.state === last) throw new Error('the power went');
    });
    await expect(interrupted).rejects.toThrow('the power went');
  });

  it('is an obstacle to commands, which say what to do', async () => {
    const remedy = expect.stringContaining('daylight-server cancel');
    await expect(makeSignInLink(data, 'owner@bolt.example.com')).rejects.toMatchObject({ code: 'conflict', remedy });
    await expect(openFoundationIn(data)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is finished by the next start of the server, which says so, and the other organisation is served', async () => {
    const said: [string, LogFields | undefined][] = [];
    const info = (event: string, fields?: LogFields) => void said.push([event, fields]);
    const log = { debug: () => undefined, info, error: info };
    const server = await openServer({ data, port: 0 }, { log });
    expect(server.organisations).toBe(1);
    await server.close();
    const reached = ['keys_destroyed', 'purged', 'scrubbed', 'verified_empty'];
    expect(said.filter(([event]) => event !== 'ending')).toEqual([
      ...reached.map((state) => ['cancelling', { organisation: orgs.acme, state }]),
      ['cancelled', { organisation: orgs.acme }],
    ]);
    expect([await leftOf(data, orgs.acme), (await leftOf(data, orgs.bolt)).opened]).toEqual([NOTHING, DAYS]);
    expect((await ledger()).map((line) => JSON.parse(line).state)).toContain('verified_empty');
  });

  it('is finished by asking again', async () => {
    expect(await finishCancellations({ data, ...surroundings })).toEqual([orgs.acme]);
    expect(await leftOf(data, orgs.acme)).toEqual(NOTHING);
    expect(await finishCancellations({ data, ...surroundings })).toEqual([]);
  });
});

it('two endings of one organisation that are both begun are both finished by one start', async () => {
  await expect(
    cancel((told) => {
      if (told.kind === 'state' && told.state === 'committed') throw new Error('the power went');
    }),
  ).rejects.toThrow('the power went');
  const begun = await openLedger(data);
  const first = begun.entries.find(({ state }) => state === 'committed');
  if (first?.state !== 'committed') throw new Error('nothing was begun');
  await begun.append({ ...first, ending: ErasureId.parse(randomUUID()) });
  expect(await finishCancellations({ data, ...surroundings })).toEqual([orgs.acme]);
  expect(await finishCancellations({ data, ...surroundings })).toEqual([]);
  await (await openFoundationIn(data)).close();
});

it('what comes back with an older copy of data and keys is ended again before anything is served', async () => {
  const copy = join(folder, 'copy');
  await cp(data, copy, { recursive: true });
  await cancel();
  for (const name of ['daylight.db', 'keys.db', 'blobs']) {
    await cp(join(copy, name), join(data, name), { recursive: true });
  }
  await (await openServer({ data, port: 0, logLevel: 'silent' })).close();
  expect([await leftOf(data, orgs.acme), (await leftOf(data, orgs.bolt)).opened]).toEqual([NOTHING, DAYS]);
  const cleared = (await ledger()).filter((line) => states.includes(JSON.parse(line).state));
  expect(cleared.length).toBe(2 * states.length);
});

it('the last organisation can be cancelled too: the server starts with none, and another one can begin', async () => {
  await cancel();
  await cancelOrganisation(orgs.bolt, { data, ...surroundings });
  const server = await openServer({ data, port: 0, logLevel: 'silent' });
  expect(server.organisations).toBe(0);
  await server.close();
  expect(await leftOf(data, orgs.bolt)).toEqual(NOTHING);
});

it('nothing is cancelled while a server has the folder open', async () => {
  const server = await openServer({ data, port: 0, logLevel: 'silent' });
  try {
    await expect(cancel()).rejects.toMatchObject({ code: 'conflict', remedy: 'Stop it first, then try again.' });
  } finally {
    await server.close();
  }
  expect((await leftOf(data, orgs.acme)).opened).toBe(DAYS);
  await expect(ledger()).rejects.toThrow('ENOENT');
});

it('where the ledger cannot be written nothing is destroyed', async () => {
  // It can be read and written, but nothing of it can be made durable.
  await symlink('/dev/null', join(data, 'ledger.ndjson'));
  await expect(cancel()).rejects.toThrow(
    /ledger\.ndjson: nothing can be written there; make room on its disk, and see to whose it is/,
  );
  await rm(join(data, 'ledger.ndjson'));
  expect((await leftOf(data, orgs.acme)).opened).toBe(DAYS);
});

const ENTRY = '{"at":1767225600000,"organisation":"0b9a1f8e-6d1c-4c0e-9a55-0d6b5f1d2c3a","state":"verified_empty"}';

describe('a ledger', () => {
  it('whose link leads nowhere is refused: what it says was ended must not come back', async () => {
    await symlink(join(folder, 'a disk that is not mounted'), join(data, 'ledger.ndjson'));
    const words = /ledger\.ndjson: this link leads nowhere; see that the disk with it is mounted/;
    await expect(openServer({ data, port: 0, logLevel: 'silent' })).rejects.toThrow(words);
    await expect(openFoundationIn(data)).rejects.toThrow(words);
  });

  it.runIf(process.platform !== 'win32')('that others can write is not obeyed', async () => {
    await cancel();
    const elsewhere = join(folder, 'ledger of everybody');
    const entry = { at: 1_767_225_600_000, organisation: orgs.bolt, state: 'committed' };
    await writeFile(elsewhere, `${JSON.stringify(entry)}\n`);
    await chmod(elsewhere, 0o620);
    await rm(join(data, 'ledger.ndjson'));
    await symlink(elsewhere, join(data, 'ledger.ndjson'));
    await expect(openServer({ data, port: 0, logLevel: 'silent' })).rejects.toMatchObject({
      ...{ code: 'forbidden', message: expect.stringContaining('others can write it, and so end organisations') },
      remedy: expect.stringContaining(`chmod 600 '${join(data, 'ledger.ndjson')}'`),
    });
    await rm(join(data, 'ledger.ndjson'));
    expect((await leftOf(data, orgs.bolt)).opened).toBe(DAYS);
  });

  it.runIf(process.getuid?.() === 0)(
    'that is of another account than the folder, and not of root, is not obeyed',
    async () => {
      const entry = { at: 1_767_225_600_000, organisation: orgs.bolt, state: 'committed' };
      const file = join(data, 'ledger.ndjson');
      await writeFile(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      await chown(file, 12_345, 12_345);
      const refused = { code: 'forbidden', message: expect.stringContaining('others can write it') };
      await expect(openServer({ data, port: 0, logLevel: 'silent' })).rejects.toMatchObject(refused);
      await rm(file);
      expect((await leftOf(data, orgs.bolt)).opened).toBe(DAYS);
    },
  );

  it.runIf(process.getuid?.() === 0)('that root has made is of the account that the folder is of', async () => {
    await chown(data, 12_345, 12_346);
    await cancel();
    const { uid, gid, mode } = await stat(join(data, 'ledger.ndjson'));
    expect([uid, gid, mode & 0o777]).toEqual([12_345, 12_346, 0o600]);
  });

  it('with a torn last line is as if that had not been written, and goes on after what is whole', async () => {
    await cancel();
    const whole = await ledger();
    await appendFile(join(data, 'ledger.ndjson'), '{"at":17');
    expect(await finishCancellations({ data, ...surroundings })).toEqual([]);
    await cancelOrganisation(orgs.bolt, { data, ...surroundings });
    const after = await ledger();
    expect(after.slice(0, whole.length)).toEqual(whole);
    expect(after.slice(whole.length).map((line) => JSON.parse(line).state)).toEqual(states);
  });

  it.each([
    ['a line that is no entry', '{"at":1}\n'],
    ['a word', 'cancelled\n'],
    ['an empty line', '\n'],
    ['ends of lines that are none', `${ENTRY}\r`.repeat(3)],
    ['a mark of byte order', `\ufeff${ENTRY}\n`],
  ])('with %s is refused, by number, and no server starts without what it says', async (_, line) => {
    await writeFile(join(data, 'ledger.ndjson'), line);
    const words = /ledger\.ndjson, line 1: this is no entry of the ledger; put back the newest copy/;
    await expect(openServer({ data, port: 0, logLevel: 'silent' })).rejects.toThrow(words);
    await expect(openFoundationIn(data)).rejects.toThrow(words);
  });
});
