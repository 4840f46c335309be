import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { sendFile } from '../../../../server/api/sendFile.ts';

const STALLED_MS = 300;
let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that sends `body` to whoever comes, and how the sending ended. */
async function sending(body: Readable): Promise<{ response: IncomingMessage; ended: Promise<string> }> {
  let tell = (_how: string): void => {};
  const ended = new Promise<string>((resolve) => (tell = resolve));
  server = createServer((_request, response) => {
    const sent = sendFile(response, { name: 'a.zip', body }, new AbortController().signal, STALLED_MS);
    sent.then(
      () => tell('whole'),
      () => tell('broken off'),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const asking = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  asking.on('error', () => undefined);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return { response, ended };
}

test('a download of which no byte moves is broken off, and its source ended', async () => {
  const body = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(64 * 1024);
    })(),
  );
  const { response, ended } = await sending(body);
  response.pause();
  expect(await Promise.race([ended, wait(10_000, 'still open')])).toBe('broken off');
  expect(body.destroyed).toBe(true);
  response.destroy();
}, 20_000);

test('one that moves goes on for longer than that', async () => {
  const body = Readable.from(
    (async function* () {
      for (let piece = 0; piece < 8; piece += 1) {
        await wait(STALLED_MS / 4);
        yield Buffer.from('piece');
      }
    })(),
  );
  const { response, ended } = await sending(body);
  response.resume();
  expect(await ended).toBe('whole');
});
