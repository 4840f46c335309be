import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifySigned } from '../../server/control/signer.ts';
import { catalog, type ParameterId, parameterIds } from '../../shared/catalog.ts';
import { ReceiptPayload } from '../../shared/protocol/messages.ts';
import { Signed } from '../../shared/signed.ts';
import { DAY, dayOf, SECOND } from '../../shared/time.ts';
import { agentCli, command } from '../support/agentProcess.ts';
import { enrolOwnDevice, eventually, publishLevels } from '../support/daylight.ts';
import { type Desktop, desktopMissing, startDesktop } from '../support/desktop.ts';
import { desktopTests } from '../support/desktopTests.ts';
import { everyExample, highest } from '../support/everyObservation.ts';
import { type HostileDevice, startHostileDevice } from '../support/hostileDevice.ts';
import { onSite, pairBrowser, type Site, startSite } from '../support/pairedBrowser.ts';
import { openedSpool } from '../support/watchedTyping.ts';
import {
  enrolEmployee,
  folders,
  openWorkplace,
  type RealAgent,
  startRealAgent,
  type Workplace,
} from '../support/workplace.ts';

// Every switch, on the real sensors: built server, built agent, real screen, keyboard and browser. Beside it a second device of
// the same person that obeys nobody.

const EVERYTHING = Object.fromEntries(parameterIds.map((id) => [id, highest(id)]));
/** The session goes last: without it nothing else would run anyway. */
const switches = [...parameterIds.filter((id) => id !== 'session'), 'session'] as const;
const sensed = parameterIds.filter((id) => catalog[id].source === 'observed' && id !== 'diagnostics');
const SOON = 0.02;
const PATIENCE = 90_000;
/** A switch is in force, and its receipt at the server, within this time. */
const IN_FORCE_MS = 2 * SECOND;
const SEVERAL_INTERVALS_MS = 16 * SECOND;

desktopTests('every switch, on a real desktop', desktopMissing(), () => {
  const since = Date.now();
  const closers: (() => unknown)[] = [];
  let folder: string;
  let site: Site;
  let place: Workplace;
  let desktop: Desktop;
  let agent: RealAgent;
  let hostile: HostileDevice;
  let device: string;
  let capturedBefore: Record<string, Record<string, unknown>[]>;
  /** Stored when the first session was over. */
  let sessionEvents: number;
  let before: { calls: Partial<Record<ParameterId, number>>; stored: Record<string, number> };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daylight-switches-'));
    closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const { server, agent: data } = folders(folder);
    site = await startSite();
    closers.push(site.close);
    place = await openWorkplace(server, EVERYTHING);
    closers.push(place.server.kill);
    desktop = await startDesktop();
    closers.push(desktop.stop);
    await enrolEmployee(place, data);
    await pairBrowser(join(folder, 'profile'), data);
    const own = await enrolOwnDevice(place.server.url, place.employee.client, place.employee.person, place.notice);
    hostile = await startHostileDevice(Number(new URL(place.server.url).port), own);
    closers.push(hostile.close);
    await hostile.begin(place.notice);
    agent = await startRealAgent({ data, env: desktop.env, fraction: SOON });
    closers.push(agent.kill);
    ({ device } = await agent.status());
  });

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('while everything is on, every sensor is called and every parameter is stored', async () => {
    // There is no picture while a browser is seen whose extension has not been heard yet: it comes after the picture.
    await desktop.openWindow('Before the switch', { class: 'Writer', program: 'writer' });
    await agent.tell('start', '--project', 'Website');
    await agent.tell('seen', 'screenshot');
    await agent.tell('note', 'before the switch');
    await desktop.type('abc');
    await eventually('the picture is taken', () => agent.out().includes('Daylight took a picture'), PATIENCE);
    await desktop.startChromium(onSite(site, join(folder, 'profile'), 'http://www.example.com/guide'));
    await eventually('every sensor is called', () => calledFor(sensed), PATIENCE);
    await eventually('the page is read', async () => (await waiting()).includes('"host":"www.example.com"'), PATIENCE);
    // What is seen after the last sign of the person waits for the next one: this one goes on typing.
    const typesOn = async (): Promise<boolean> => {
      await desktop.type('d');
      return pictureIsFree();
    };
    await eventually('the picture is given free', typesOn, PATIENCE);
    await agent.tell('stop');
    await eventually('everything is sent', everythingSent, PATIENCE);
    const stored = await storedCounts();
    expect(parameterIds.filter((id) => stored[id] === 0)).toEqual([]);
    sessionEvents = stored['session'] ?? 0;
  }, 300_000);

  it('is in force, with a signed receipt that says off and that nothing waits, within two seconds of the request', async () => {
    await agent.tell('start', '--project', 'Website');
    await agent.tell('note', 'this waits when the switch comes');
    await desktop.type('abc');
    await eventually('it is read', async () => (await agent.status()).parameters.url.active, PATIENCE);
    capturedBefore = Object.fromEntries(switches.map((id) => [id, examplesOf(id)]));
    const took: Record<string, number> = {};
    for (const id of switches.filter((one) => one !== 'session')) took[id] = await switchOff(id);
    expect(Object.entries(took).filter(([, ms]) => ms > IN_FORCE_MS)).toEqual([]);
    expect(Object.keys(took)).toHaveLength(parameterIds.length - 1);
    const { parameters } = await place.owner.ok('GET', '/policy/proof');
    for (const { parameter, requested, active, contradicting } of parameters) {
      const isOff = parameter !== 'session';
      expect([parameter, requested, active, contradicting]).toEqual([
        parameter,
        isOff ? 'off' : 'on',
        isOff ? 0 : 1,
        [],
      ]);
    }
  }, 300_000);

  it('keeps every sensor from being called, and everything from being stored, also in a new session', async () => {
    const isStartStored = async () => (await storedCounts())['session'] === sessionEvents + 1;
    await eventually('the start of this session is stored', isStartStored, PATIENCE);
    before = { calls: (await agent.status()).calls, stored: await storedCounts() };
    await agent.tell('stop');
    // What a session begins with (device, time zone, diagnostics, a picture due after six seconds) is asked for again.
    await agent.tell('start', '--project', 'Secret project');
    const note = await command(agentCli, ['note', 'after the switch', '--data', agent.data]);
    expect(note).toMatchObject({ code: expect.any(Number), err: expect.stringMatching(/off|not recorded|does not/i) });
    expect(note.code).not.toBe(0);
    await desktop.type('def');
    await desktop.click();
    const window = await desktop.openWindow('After the switch', { class: 'Writer', program: 'writer' });
    await desktop.type('ghi');
    await sleep(SEVERAL_INTERVALS_MS);
    await window.close();
    expect((await agent.status()).calls).toEqual(before.calls);
    await agent.tell('stop');
    await eventually('everything is sent', everythingSent, PATIENCE);
    const stored = await storedCounts();
    expect({ ...stored, session: 0 }).toEqual({ ...before.stored, session: 0 });
    // What waited when the switch came is accounted for, and gone.
    const { dropped } = await place.owner.ok('GET', `/people/${place.employee.person}/devices/${device}/receipt`);
    expect(new Set(dropped.map(({ cause }: Record<string, unknown>) => cause))).toEqual(new Set(['purged_by_policy']));
    expect(stored['session']).toBe(before.stored['session']! + 3);
  }, 300_000);

  it('ends the session itself when sessions are switched off, and refuses to begin another', async () => {
    await agent.tell('start');
    expect(await switchOff('session')).toBeLessThanOrEqual(IN_FORCE_MS);
    expect((await agent.status()).state).toBe('stopped');
    const again = await command(agentCli, ['start', '--data', agent.data]);
    expect(again.code).not.toBe(0);
    expect((await agent.status()).state).toBe('stopped');
  });

  it('discards what a second device of the same person sends anyway, and says why', async () => {
    const stored = await storedCounts();
    const { policy } = await place.owner.ok('GET', '/policy');
    for (const id of switches) {
      const late = await hostile.send(place.notice, capturedBefore[id] ?? []);
      expect([id, late]).toEqual([id, { stored: 0, discarded: { off_at_receipt: capturedBefore[id]?.length } }]);
      const after = examplesOf(id);
      for (const version of [place.notice, policy.version]) {
        const forged = await hostile.send(version, after);
        expect([id, forged]).toEqual([id, { stored: 0, discarded: { off_at_capture: after.length } }]);
      }
    }
    expect(await storedCounts()).toEqual(stored);
  });

  async function pictureIsFree(): Promise<boolean> {
    const { screenshots, waiting } = await agent.status();
    if (screenshots.length > 0) return false;
    return (waiting.observations.screenshot ?? 0) > 0 || ((await storedCounts())['screenshot'] ?? 0) > 0;
  }

  async function calledFor(parameters: readonly ParameterId[]): Promise<boolean> {
    const { calls } = await agent.status();
    return parameters.every((id) => (calls[id] ?? 0) > 0);
  }

  /** What the spool holds, opened; what goes on included. */
  async function waiting(): Promise<string> {
    return Buffer.concat(await openedSpool(agent.data, folder)).toString('latin1');
  }

  async function everythingSent(): Promise<boolean> {
    return (await agent.status()).waiting.batches === 0;
  }

  function examplesOf(id: ParameterId): Record<string, unknown>[] {
    if (id === 'session') return [hostile.observed(id, 'on', { event: 'gap', cause: 'asleep' })];
    const examples = everyExample.filter(({ parameter }) => parameter === id);
    return examples.map(({ level, fields }) => hostile.observed(id, level, fields));
  }

  /** Milliseconds from the request to a genuine receipt, at the server, that says off and that nothing waits. */
  async function switchOff(id: ParameterId): Promise<number> {
    const asked = performance.now();
    const version = await publishLevels(place.owner, { [id]: 'off' }, `no ${id}`);
    for (;;) {
      const { receipt, devicePublicKey } = await place.owner.ok(
        'GET',
        `/people/${place.employee.person}/devices/${device}/receipt`,
      );
      const signed = Signed.parse(receipt);
      expect(verifySigned('daylight/receipt/v1', signed, devicePublicKey)).toBe(true);
      const { policyVersion, parameters } = ReceiptPayload.parse(JSON.parse(signed.payload));
      const took = performance.now() - asked;
      if (policyVersion === version) {
        // The first word about the new policy, not the first that is agreeable.
        expect([id, parameters[id]]).toEqual([id, { state: 'off', level: 'off', reason: 'policy', waiting: 0 }]);
        return Math.round(took);
      }
      if (took > PATIENCE) throw new Error(`no receipt about switching off ${id}`);
      await sleep(25);
    }
  }

  async function storedCounts(): Promise<Record<string, number>> {
    const days = new Set([dayOf(since), dayOf(Math.min(Date.now(), since + DAY))]);
    const { client, person } = place.employee;
    const counts = Object.fromEntries(parameterIds.map((id) => [id, 0]));
    for (const parameter of parameterIds) {
      for (const day of days) {
        const query = `day=${day}&parameter=${parameter}&purpose=own_data`;
        const { observations } = await client.ok('GET', `/people/${person}/observations?${query}`);
        counts[parameter] = (counts[parameter] ?? 0) + Number(observations.length);
      }
    }
    return counts;
  }
});
