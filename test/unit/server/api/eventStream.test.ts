import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response } from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EventStream, openEventStream } from '../../../../server/api/eventStream.ts';
import { startServer, type TestOwner, type TestServer } from '../../../support/api.ts';

let it: TestServer;
let acme: TestOwner;
beforeAll(async () => {
  it = await startServer();
  acme = await it.addOrganisation('Acme');
});
afterAll(() => it.close());

interface Opened extends AsyncDisposable {
  readonly stream: EventStream;
  readonly sent: ServerResponse;
  readonly answer: IncomingMessage;
}

async function openStream(everyMs?: number): Promise<Opened> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const asked = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  asked.on('error', () => undefined);
  const [requested, answered] = [once(server, 'request'), once(asked, 'response')];
  asked.end();
  const sent = (await requested)[1] as ServerResponse;
  const stream = openEventStream(sent as Response, new AbortController().signal, everyMs);
  const answer = (await answered)[0] as IncomingMessage;
  answer.on('error', () => undefined);
  const close = async () => {
    stream.end();
    server.closeAllConnections();
    server.close();
  };
  return { stream, sent, answer, [Symbol.asyncDispose]: close };
}

test('a client that does not read has one event waiting for it, and gets the latest when it reads on', async () => {
  await using opened = await openStream();
  opened.answer.pause();
  const big = 'x'.repeat(30_000);
  for (let n = 0; n < 2_000; n += 1) opened.stream.send('proof', `${big}${n}`);
  expect(opened.sent.writableLength).toBeLessThan(1024 * 1024);
  expect(opened.stream.ended.aborted).toBe(false);
  let read = '';
  opened.answer.setEncoding('utf8').on('data', (text: string) => (read += text));
  opened.answer.resume();
  await expect.poll(() => read).toContain('x1999"');
  expect(read.split('event: proof').length).toBeLessThan(10);
});

test('a stream says again and again that it is alive, as an event that whoever reads it can miss', async () => {
  await using opened = await openStream(10);
  let read = '';
  opened.answer.setEncoding('utf8').on('data', (text: string) => (read += text));
  await expect.poll(() => read.split('event: alive\ndata: {}\n\n').length).toBeGreaterThan(3);
});

test('a client that reads gets an event of any size, and the next one', async () => {
  await using opened = await openStream();
  let read = 0;
  opened.answer.on('data', (bytes: Buffer) => (read += bytes.length));
  const large = 'x'.repeat(8 * 1024 * 1024);
  for (const times of [1, 2]) {
    opened.stream.send('proof', large);
    await expect.poll(() => read).toBeGreaterThan(times * large.length);
  }
  expect(opened.stream.ended.aborted).toBe(false);
});

test('a client that does not read on for three signs of life is disconnected, and holds one event and the latest until then', async () => {
  await using opened = await openStream(50);
  opened.answer.pause();
  const large = 'x'.repeat(16 * 1024 * 1024);
  for (let n = 0; n < 5; n += 1) opened.stream.send('proof', large);
  expect(opened.sent.writableLength).toBeLessThan(2 * large.length);
  expect(opened.stream.ended.aborted).toBe(false);
  await expect.poll(() => opened.stream.ended.aborted).toBe(true);
  expect(opened.sent.destroyed).toBe(true);
});

test('one person has at most eight streams open, and one that ends makes room', async () => {
  const open = async () => {
    const abort = new AbortController();
    const headers = { cookie: acme.client.cookie ?? '' };
    const { status } = await fetch(`${it.url}/api/v1/policy/proof/stream`, { headers, signal: abort.signal });
    return { status, abort };
  };
  const all = [];
  for (let n = 0; n < 8; n += 1) all.push(await open());
  expect(all.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect((await open()).status).toBe(429);
  all[0]?.abort.abort();
  await expect.poll(async () => (await open()).status).toBe(200);
  for (const { abort } of all) abort.abort();
});
