import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AGENT_PATH, SUBPROTOCOL } from '../../shared/protocol/messages.ts';
import { connect, dial, startServer } from '../support/ingestKit.ts';

/** The HTTP status with which an upgrade was answered. */
function statusOf(port: number, protocol: string | undefined, origin?: string): Promise<number> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${AGENT_PATH}`, protocol, origin === undefined ? {} : { origin });
  return new Promise((resolve, reject) => {
    ws.once('error', () => undefined);
    ws.once('open', () => reject(new Error('it was let in')));
    ws.once('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
  });
}

describe('no browser and no replay gets past the agents door', () => {
  it('refuses any Origin, even the server’s own address', async () => {
    await using kit = await startServer();
    const origins = [`http://localhost:${kit.port}`, 'https://example.com', 'null'];
    expect(await Promise.all(origins.map((origin) => statusOf(kit.port, SUBPROTOCOL, origin)))).toEqual([
      403, 403, 403,
    ]);
  });

  it('refuses a client that does not offer the subprotocol', async () => {
    await using kit = await startServer();
    expect(await statusOf(kit.port, undefined)).toBe(400);
    expect(await statusOf(kit.port, 'daylight.v2')).toBe(400);
  });

  it('refuses a captured hello on another connection and on its own', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    await using honest = await dial(kit.port);
    const captured = await honest.hello(device);
    await honest.take('welcome');

    await using thief = await dial(kit.port);
    thief.send({ type: 'hello', hello: captured });
    expect(await thief.take('bye')).toMatchObject({ reason: 'bad_handshake', retry: false });
    expect(await thief.closed()).toBe(1008);
    expect(thief.frames.some((frame) => frame.type === 'welcome')).toBe(false);

    honest.send({ type: 'hello', hello: captured });
    expect(await honest.take('bye')).toMatchObject({ reason: 'bad_frame' });
  });

  it('refuses a hello after a restart that was signed for a challenge before it', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    const before = await dial(kit.port);
    const captured = await before.hello(device);
    await before.take('welcome');
    await kit.restart();
    await using after = await dial(kit.port);
    after.send({ type: 'hello', hello: captured });
    expect(await after.take('bye')).toMatchObject({ reason: 'bad_handshake' });
  });

  it('lets the device itself in each time', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    await using first = await connect(kit, device);
    await using second = await connect(kit, device);
    expect(await first.take('bye')).toMatchObject({ reason: 'replaced', retry: false });
    expect(kit.connections.in(kit.org)).toHaveLength(1);
    second.ws.close();
    await second.closed();
    await expect.poll(() => kit.connections.in(kit.org)).toHaveLength(0);
  });
});
