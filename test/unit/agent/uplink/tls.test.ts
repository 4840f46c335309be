import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { postJson } from '../../../../agent/core/uplink/httpJson.ts';
import { openLink } from '../../../../agent/core/uplink/link.ts';
import { createSystemClock } from '../../../../agent/platform/system.ts';
import { SUBPROTOCOL } from '../../../../shared/protocol/messages.ts';
import { scratch } from '../../../support/agentKit.ts';
import { makeCertificate } from '../../../support/certificate.ts';

afterEach(() => void vi.unstubAllEnvs());

it('NODE_TLS_REJECT_UNAUTHORIZED=0 opens TLS to nobody: a certificate that is not trusted is refused', async () => {
  const { port, ca } = await strangeServer();
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  await expect(post(port, null)).rejects.toThrow('is not trusted');
  await expect(link(port, null)).rejects.toThrow('is not trusted');
  // The same server, with the authority that the person named.
  expect(await post(port, ca)).toEqual({ ok: true });
  (await link(port, ca)).close();
});

const post = (port: number, ca: string | null) =>
  postJson(`https://localhost:${port}/`, {}, z.object({ ok: z.boolean() }), ca);

const link = (port: number, ca: string | null) =>
  openLink({ url: `wss://localhost:${port}/`, ca, clock: createSystemClock(), onFrame: async () => undefined });

/** A server with a certificate that it has signed itself, which answers whatever it is asked. */
async function strangeServer(): Promise<{ port: number; ca: string }> {
  const place = await scratch();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const [key, cert] = [join(place.folder, 'key.pem'), join(place.folder, 'cert.pem')];
  await makeCertificate(cert, key);
  const ca = await readFile(cert, 'utf8');
  const server: Server = createServer({ key: await readFile(key), cert: ca }, (request, response) => {
    request.resume().on('end', () => response.end('{"ok":true}'));
  });
  const sockets = new WebSocketServer({ server, handleProtocols: () => SUBPROTOCOL });
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
  onTestFinished(async () => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    await new Promise<void>((closed) => server.close(() => closed()));
  });
  return { port: (server.address() as AddressInfo).port, ca };
}
