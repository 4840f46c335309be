import { hostname, userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createMachineSensor } from '../../agent/platform/machine.ts';
import { observationSchemas } from '../../shared/events/observation.ts';
import { HelloPayload } from '../../shared/protocol/messages.ts';
import { batch, connect, dial, newSession, seen, sessionEvent, startServer } from '../support/ingestKit.ts';

const tempting = ['hostName', 'userName', 'serial', 'mac', 'ip', 'dotnet', 'deviceName', 'imei', 'advertisingId'];

describe('promise 8: what is told of a device is a closed list', () => {
  it('refuses a hello with one field more', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    for (const field of tempting) {
      await using agent = await dial(kit.port);
      await agent.hello(device, { [field]: 'x' });
      expect(await agent.take('bye'), field).toMatchObject({ retry: false });
      expect(agent.frames.some((frame) => frame.type === 'welcome')).toBe(false);
    }
    await using honest = await connect(kit, device);
    expect(honest.frames.map((frame) => frame.type)).toContain('welcome');
  });

  it('discards a device observation with one field more, at either level', async () => {
    await using kit = await startServer();
    await kit.publish({ device: { level: 'full' } });
    const device = await kit.enrol();
    await using agent = await connect(kit, device);
    const session = newSession();
    const coarse = { parameter: 'device', level: 'coarse', platform: 'linux', arch: 'x64' };
    const full = { ...coarse, level: 'full', osVersion: 'Debian GNU/Linux 12', model: null, memoryGiB: 16 };
    const bad = tempting.flatMap((field) => [
      seen(kit, { ...coarse, [field]: 'x' }),
      seen(kit, { ...full, [field]: 'x' }),
    ]);
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start'), seen(kit, full), ...bad], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 2, discarded: { malformed: bad.length } });
    expect(await kit.segments('device')).toHaveLength(1);
  });

  it('knows no further field, in the hello or in the register', () => {
    expect(Object.keys(HelloPayload.shape).sort()).toEqual([
      // `policyKey` is the organisation's, and the same on every device that follows it.
      ...['agentVersion', 'at', 'boot', 'challenge', 'device', 'mono', 'nonce', 'org', 'policyKey', 'policyVersion'],
    ]);
    expect(Object.keys(observationSchemas.device.full.shape).sort()).toEqual([
      ...['arch', 'at', 'level', 'memoryGiB', 'model', 'mono', 'osVersion', 'parameter', 'platform', 'span'],
    ]);
  });

  it('reads from this very machine no more than that, and neither its name nor its user', async () => {
    const machine = await createMachineSensor().device();
    expect(Object.keys(machine).sort()).toEqual(['arch', 'memoryGiB', 'model', 'osVersion', 'platform']);
    const words = JSON.stringify(machine)
      .toLowerCase()
      .split(/[^a-z0-9-]+/);
    expect(words).not.toContain(hostname().toLowerCase());
    expect(words).not.toContain(userInfo().username.toLowerCase());
  });
});
