import { randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EndedNote } from '../../agent/core/ended.ts';
import { openFolder } from '../../agent/core/files.ts';
import { readIdentity, writeIdentity } from '../../agent/core/identity.ts';
import { publicKeyOf } from '../../agent/core/signing.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { verifySigned } from '../../server/control/signer.ts';
import { certificateOf, verifyCertificate } from '../../server/lifecycle/certificate.ts';
import { endingsIn } from '../../server/lifecycle/ended.ts';
import { openLedger } from '../../server/lifecycle/ledger.ts';
import { DeviceId, ErasureId, type OrgId } from '../../shared/ids.ts';
import { KNOWS_ALL, KNOWS_ENDINGS, OrganisationEndedPayload, WipedPayload } from '../../shared/protocol/messages.ts';
import type { PublicKey } from '../../shared/signed.ts';
import { context, scratch, systemRandom, title } from '../support/agentKit.ts';
import { agentCli, command, serverCli, startAgent } from '../support/agentProcess.ts';
import { addMember } from '../support/api.ts';
import { cancel, enrolNew, recordOffline } from '../support/awayAgent.ts';
import {
  enrolOwnDevice,
  eventually,
  freePort,
  initialiseData,
  publishLevels,
  signInOwner,
  startServerProcess,
} from '../support/daylight.ts';
import { newDevice } from '../support/enrolled.ts';
import { fakedTime } from '../support/faketime.ts';
import { dial, signAs, type TestDevice } from '../support/ingestKit.ts';
import { fromSource, startNode } from '../support/nodeProcess.ts';
import { openSpoolIn } from '../support/openedSpool.ts';
import { startScriptedServer } from '../support/scriptedServer.ts';

// FAULTS 31: an agent comes back with the spool of somebody whose account ended while it was away.

const MARKER = `marker ${randomUUID()}`;

test('thirty days later it is refused and told to wipe; it deletes all and says so, and the receipt is kept; the certificate waits for it', async () => {
  await using place = await scratch();
  const [data, port] = [join(place.folder, 'server'), await freePort()];
  const token = await initialiseData(data);
  let server = await startServerProcess({ data, port });
  const [bob, kept] = [join(place.folder, 'bob'), join(place.folder, 'kept')];
  try {
    const owner = await signInOwner(server.url, token);
    const notice = await publishLevels(owner, { session: 'on', notes: 'on' });
    await enrolNew(server.url, owner, { data: bob, notice, name: 'Bob' });
    const carl = join(place.folder, 'carl');
    await enrolNew(server.url, owner, { data: carl, notice, name: 'Carl' });
    await server.stop();
    await recordOffline(bob, MARKER);
    expect((await readdir(join(bob, 'spool'))).some((name) => name.startsWith('batch-'))).toBe(true);
    await cp(bob, kept, { recursive: true, filter: (path) => !path.endsWith('.sock') });

    await cancel(data, 'bob@example.com');
    server = await startServerProcess({ data, port, env: fakedTime('+30d') });
    const back = startAgent(bob, { env: fakedTime('+30d') });
    expect(await back.exit).toBe(0);
    expect(back.out()).toContain('By order of your organisation');
    expect(back.out()).toContain('The server has been told that everything is gone here.');
    expect(await readdir(bob)).toEqual(['ended.json']);
    const note = EndedNote.parse(JSON.parse(await readFile(join(bob, 'ended.json'), 'utf8')));
    expect(note).toMatchObject({ isGone: true, answer: null, reason: 'person_removed' });

    const status = await command(agentCli, ['status', '--data', bob]);
    expect(note.ended?.certificate).toContain(`/certificate/${note.ended?.ending}/`);
    expect(status).toMatchObject({ code: 4, err: expect.stringContaining(`is at ${note.ended?.certificate})`) });
    expect(status.err).toContain('Your account was ended on');
    const forgotten = await command(agentCli, ['wipe', '--yes', '--data', bob]);
    expect(forgotten).toMatchObject({ code: 0, out: expect.stringContaining('Nothing of Daylight is left') });
    await expect(readdir(bob)).rejects.toThrow('ENOENT');

    // Of a copy of it the same is asked, and no second receipt is kept.
    expect(await startAgent(kept, { env: fakedTime('+30d') }).exit).toBe(0);
    await eventually('the ending is over', async () => (await endingOf(data)).state === 'final');
    await server.stop();
    const ending = await endingOf(data);
    expect(ending.ending).toBe(note.ended?.ending);
    expect([...ending.wiped]).toEqual(ending.devices.map(({ device }) => device));
    const lines = (await readFile(join(data, 'ledger.ndjson'), 'utf8')).split('\n');
    expect(lines.filter((line) => line.includes('device_wiped'))).toHaveLength(1);
    // By a clock in doubt no lease is over: the certificate has waited for the answer.
    expect(await computersIn(data, ending.ending)).toEqual({ of: 1, wiped: 1, until: null });

    // Of somebody whose leases run on it is waited for the answer; who has no right to it is not heard.
    await recordOffline(carl, MARKER);
    const files = await openFolder(carl);
    const device = await readIdentity(carl, files);
    if (device === null) throw new Error('Carl is not enrolled');
    await cancel(data, 'carl@example.com');
    server = await startServerProcess({ data, port });
    const of = await endingOf(data, 1);
    await eventually('the server has cleared it', async () => (await endingOf(data, 1)).state === 'verified_empty');
    const whose = { ...device.identity, key: device.deviceKey, publicKey: publicKeyOf(device.deviceKey) };
    const stranger = { ...whose, key: newDevice().key };
    expect(await says(port, stranger, of.ending)).toMatchObject({ reason: 'bad_handshake' });
    expect(await says(port, { ...whose, device: DeviceId.parse(randomUUID()) }, of.ending)).toMatchObject({
      reason: 'unknown_device',
    });
    expect(await says(port, whose, ending.ending)).toMatchObject({ reason: 'unknown_device' });
    expect((await endingOf(data, 1)).state).toBe('verified_empty');
    const back2 = startAgent(carl);
    expect(await back2.exit).toBe(0);
    await eventually('the answer counts', async () => (await endingOf(data, 1)).state === 'final');
    expect(await computersIn(data, of.ending)).toEqual({ of: 1, wiped: 1, until: null });
  } finally {
    await server.stop();
  }
}, 120_000);

test('thirty days after its organisation ended a computer is told to wipe by what that signed before; of another organisation it is not', async () => {
  await using place = await scratch();
  const [data, port] = [join(place.folder, 'server'), await freePort()];
  const token = await initialiseData(data);
  const others = { organisation: 'Bolt', ownerName: 'Bea', ownerEmail: 'bea@bolt.example.com' };
  const boltsToken = await initialiseData(data, others);
  let server = await startServerProcess({ data, port });
  try {
    const owner = await signInOwner(server.url, token);
    const notice = await publishLevels(owner, { session: 'on', notes: 'on' });
    const bob = join(place.folder, 'bob');
    await enrolNew(server.url, owner, { data: bob, notice, name: 'Bob' });
    const { person } = await addMember({ url: server.url, clock: createSystemClock() }, owner, 'employee', {
      ...{ name: 'Carl', email: 'carl@example.com' },
    });
    const carls = await enrolOwnDevice(server.url, owner, person, notice);
    const bea = await signInOwner(server.url, boltsToken);
    const beas = await enrolOwnDevice(server.url, bea, bea.person, await publishLevels(bea, { session: 'on' }));
    await server.stop();
    await recordOffline(bob, MARKER);
    const device = await readIdentity(bob, await openFolder(bob));
    if (device === null) throw new Error('Bob is not enrolled');

    await cancel(data, 'carl@example.com');
    const whole = ['--organisation', device.identity.org, '--yes', '--json', '--data', data];
    expect(await command(serverCli, ['cancel', ...whole])).toMatchObject({ code: 0, err: '' });
    const [ofCarl, ofAcme] = [await endingOf(data), await endingOf(data, 1)];
    expect(ofAcme).toMatchObject({ org: device.identity.org, person: null, order: expect.anything() });

    server = await startServerProcess({ data, port, env: fakedTime('+30d') });
    const back = startAgent(bob, { env: fakedTime('+30d') });
    expect(await back.exit).toBe(0);
    expect(back.out()).toContain('The server has been told that everything is gone here.');
    expect(await readdir(bob)).toEqual(['ended.json']);
    const note = EndedNote.parse(JSON.parse(await readFile(join(bob, 'ended.json'), 'utf8')));
    expect(note).toMatchObject({ isGone: true, answer: null, reason: 'organisation_ended' });
    expect(note.ended?.ending).toBe(ofAcme.ending);
    const address = note.ended?.certificate ?? '';
    expect((await command(agentCli, ['status', '--data', bob])).err).toContain(`The certificate is at ${address}`);
    const page = await fetch(address);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(ofAcme.ending)]);

    // Carl's account had ended before: the organisation's order is the only one by now, and he is shown his own certificate.
    await using carl = await dial(port, { knows: KNOWS_ALL });
    await carl.hello(carls);
    const told = await carl.take('organisation_ended');
    expect(verifySigned('daylight/organisation-ended/v1', told.order, device.identity.serverKey)).toBe(true);
    expect(OrganisationEndedPayload.parse(JSON.parse(told.order.payload)).ending).toBe(ofAcme.ending);
    expect(told.certificate).toContain(`/${ofCarl.ending}/`);
    const speaker = { device: carls.record.device, org: ofCarl.org, key: carls.key, publicKey: carls.record.publicKey };
    expect(await says(port, speaker, ofAcme.ending)).toMatchObject({ reason: 'retired' });

    await using older = await dial(port, { knows: KNOWS_ENDINGS });
    await older.hello(carls);
    expect(await older.take('bye')).toMatchObject({ reason: 'unknown_device', retry: false });
    await using stranger = await dial(port, { knows: KNOWS_ALL });
    await stranger.hello({ key: newDevice().key, record: carls.record });
    expect(await stranger.take('bye')).toMatchObject({ reason: 'bad_handshake' });
    await using other = await dial(port, { knows: KNOWS_ALL });
    await other.hello(beas);
    await other.take('welcome');
    for (const one of [older, stranger, other]) expect(one.frames.map(({ type }) => type)).not.toContain(told.type);

    // By a clock in doubt no lease is over: what is final is so by their answers.
    for (const { ending } of [ofCarl, ofAcme]) {
      expect(await computersIn(data, ending)).toEqual({ of: 1, wiped: 1, until: null });
    }
  } finally {
    await server.stop();
  }
}, 120_000);

test('who is killed at any change of a file while it wipes goes on when it is started again, and answers only when all is gone', async () => {
  await using place = await scratch();
  const clock = createSystemClock();
  const server = await startScriptedServer(() => clock.now());
  const ended = { ending: ErasureId.parse(randomUUID()), certificate: '/certificates/a-token' };
  server.welcome = () => server.order('person_removed', { ended });
  const first = join(place.folder, 'first');
  try {
    await enrolledFolder(first, server);
    let [nth, kills, isOver] = [0, 0, false];
    for (; !isOver; nth += 1 + Math.floor(nth / 2)) {
      const folder = join(place.folder, `killed ${nth}`);
      await cp(first, folder, { recursive: true });
      server.received.length = 0;
      isOver = (await wipesUntil(folder, nth)) === 0;
      const left = await readdir(folder);
      if (heard(server).length > 0) expect(left).toEqual(['ended.json']);
      if (!isOver) {
        kills += 1;
        expect(await wipesUntil(folder, 1_000_000)).toBe(0);
      }
      expect([await readdir(folder), heard(server)[0]]).toEqual([
        ['ended.json'],
        { org: server.identity.org, device: server.identity.device, ending: ended.ending, at: expect.any(Number) },
      ]);
      const note = EndedNote.parse(JSON.parse(await readFile(join(folder, 'ended.json'), 'utf8')));
      const certificate = `${server.url}${ended.certificate}`;
      expect(note).toMatchObject({ isGone: true, answer: null, ended: { ending: ended.ending, certificate } });
      expect(server.batches).toEqual([]);
    }
    expect(kills).toBeGreaterThan(5);
  } finally {
    await server.close();
  }
}, 120_000);

async function endingOf(data: string, place = 0) {
  const ending = endingsIn((await openLedger(data)).entries)[place];
  if (ending === undefined) throw new Error('the ledger has no such ending');
  return ending;
}

async function computersIn(data: string, ending: ErasureId) {
  const read = async () => {
    const found = verifyCertificate(JSON.stringify(await certificateOf(data, ending)), null);
    return found.kind === 'genuine' ? found.certificate : null;
  };
  await eventually('the certificate is final', async () => (await read())?.kind === 'final');
  return (await read())?.remains.computers;
}

interface Speaker {
  readonly device: DeviceId;
  readonly org: OrgId;
  readonly key: TestDevice['key'];
  readonly publicKey: PublicKey;
}

/** What a computer hears that says, before anything else, that it has deleted everything. */
async function says(port: number, { device, org, key, publicKey }: Speaker, ending: ErasureId) {
  await using agent = await dial(port, { knows: KNOWS_ENDINGS });
  const payload = { org, device, ending, at: Date.now() };
  const record = { ...newDevice().record, publicKey };
  agent.send({ type: 'wiped', wiped: signAs({ key, record }, 'daylight/wiped/v1', payload) });
  return await agent.take('bye');
}

async function enrolledFolder(folder: string, server: Awaited<ReturnType<typeof startScriptedServer>>): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  const files = await openFolder(folder);
  await files.write('device.key', server.deviceKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeIdentity(files, server.identity, server.deviceKey, systemRandom.bytes(12));
  const spool = await openSpoolIn(folder, createSystemClock());
  for (const text of [MARKER, 'and another']) {
    await spool.append(context, [title(text)]);
    await spool.flush();
  }
  await spool.close();
  await writeFile(join(folder, 'audit.json'), '{}');
}

async function wipesUntil(folder: string, nth: number): Promise<number | null> {
  const script = join(import.meta.dirname, '../support/wipeUntilKilled.ts');
  const run = startNode([...fromSource, script, folder, String(nth)], { limitMs: 60_000 });
  const code = await run.exit;
  if (code !== null && code !== 0) throw new Error(run.err());
  return code;
}

function heard({ received }: Awaited<ReturnType<typeof startScriptedServer>>): WipedPayload[] {
  return received.flatMap((frame) =>
    frame.type === 'wiped' ? [WipedPayload.parse(JSON.parse(frame.wiped.payload))] : [],
  );
}
