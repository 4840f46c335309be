import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withinTime } from '../../../server/console/api/withinTime.ts';

let server: Server;
let url: string;

beforeAll(async () => {
  // One address is never answered; the other begins an answer that goes on for ever.
  server = createServer((request, response) => {
    if (request.url === '/begins') response.write('begun');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const ask = (path: string) => (signal: AbortSignal) => fetch(`${url}${path}`, { signal });

test('a server that takes a question and never answers it has failed in the end', async () => {
  await expect(withinTime(undefined, ask('/never'), 50)).rejects.toThrow('the server does not answer');
});

test('an answer that came in time may go on for longer, until whoever asked leaves', async () => {
  const asking = new AbortController();
  const response = await withinTime(asking.signal, ask('/begins'));
  const reader = response.body!.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('begun');
  const rest = reader.read();
  asking.abort();
  await expect(rest).rejects.toMatchObject({ name: 'AbortError' });
});

test('what was left before it was asked is not asked', async () => {
  await expect(withinTime(AbortSignal.abort(), ask('/never'))).rejects.toMatchObject({ name: 'AbortError' });
});
