import { mkdtemp, rm } from 'node:fs/promises';
import { connect as dialTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENT_PATH, SUBPROTOCOL } from '../../shared/protocol/messages.ts';
import {
  enrolOwnDevice,
  eventually,
  initialiseData,
  type ServerProcess,
  signInOwner,
  startServerProcess,
} from '../support/daylight.ts';
import { dial, type TestDevice } from '../support/ingestKit.ts';

// FAULTS 19, at the edge of the process: a peer that breaks its connection costs nobody anything, and whoever stays
// connected does not keep the server from stopping.

let data: string;
let server: ServerProcess;
let device: TestDevice;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'daylight-sockets-'));
  const token = await initialiseData(data);
  server = await startServerProcess({ data, port: 0 });
  const owner = await signInOwner(server.url, token);
  device = await enrolOwnDevice(server.url, owner, owner.person, 1);
});

afterAll(async () => {
  await server.kill();
  await rm(data, { recursive: true, force: true });
});

const port = () => Number(new URL(server.url).port);

/** A request for an upgrade whose sender is gone before, while, or after it is answered. */
async function upgradeAndReset(path: string, headers: string, more: number, afterMs: number): Promise<void> {
  const socket: Socket = dialTcp(port(), '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\n`,
  );
  if (more > 0) socket.write(Buffer.alloc(more));
  await setTimeout(afterMs);
  socket.resetAndDestroy();
}

describe('an upgrade that is reset by the peer', () => {
  const subprotocol = `Sec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n`;
  const handshake = `${subprotocol}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n`;
  it.each([
    ['at a path where nothing is', '/x', ''],
    ['without the subprotocol', AGENT_PATH, ''],
    ['with an Origin', AGENT_PATH, 'Origin: https://example.com\r\n'],
    ['that is no WebSocket handshake', AGENT_PATH, subprotocol],
    ['that is one', AGENT_PATH, handshake],
  ])('%s does not end the server', async (_what, path, headers) => {
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([0, 1, 100_000].map((more) => upgradeAndReset(path, headers, more, round % 4)));
    }
    expect(server.child.exitCode).toBeNull();
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('is refused with a sentence, and let go of when the peer does not close', async () => {
    const socket = dialTcp({ port: port(), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    let said = '';
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    socket.write('GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await eventually('it is refused', () => said.includes('a WebSocket is at'));
    expect(said).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    // Nothing ends our half: writing on finds, in the end, that the other side is gone.
    const gone = new Promise((resolve) => socket.once('close', resolve));
    const writing = setInterval(() => socket.write('x'), 100);
    await gone;
    clearInterval(writing);
  });
});

describe('stopping', () => {
  it('does not wait for who is connected: an agent, a socket that says nothing', async () => {
    const agent = await dial(port());
    await agent.hello(device);
    await agent.take('welcome');
    const silent = dialTcp(port(), '127.0.0.1');
    silent.on('error', () => undefined);
    await new Promise((resolve) => silent.once('connect', resolve));
    expect(agent.frames.map(({ type }) => type)).toEqual(['challenge', 'welcome']);
    const code = await server.stop();
    expect(code).toBe(0);
    expect(agent.frames.at(-1)).toMatchObject({ type: 'bye', reason: 'shutting_down', retry: true });
    silent.destroy();
  });
});
