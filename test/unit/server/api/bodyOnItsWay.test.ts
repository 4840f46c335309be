import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addMember, type Client, startServer, type TestServer } from '../../../support/api.ts';

// The head of a request is there, its body takes its time, and meanwhile whoever sends it loses the right to send it.

let it: TestServer;
const sockets: Socket[] = [];

beforeAll(async () => {
  it = await startServer();
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await it.close();
});

test('a role that is taken away while a body is on its way decides, and not the one before', async () => {
  const { owner, admin, version, publication } = await begun('Role');
  await owner.client.ok('PATCH', `/people/${admin.person}`, { role: 'employee' });
  expect(await publication.finish()).toMatch(/^HTTP\/1.1 403 /);
  expect((await owner.client.ok('GET', '/policy')).policy.version).toBe(version);
});

test('a session that is ended while a body is on its way changes nothing any more', async () => {
  const { owner, admin, version, publication } = await begun('Session');
  await admin.client.ok('DELETE', '/session');
  expect(await publication.finish()).toMatch(/^HTTP\/1.1 401 /);
  expect((await owner.client.ok('GET', '/policy')).policy.version).toBe(version);
});

test('whoever keeps role and session is served however slowly the body comes', async () => {
  const { publication } = await begun('Slow');
  expect(await publication.finish()).toMatch(/^HTTP\/1.1 200 /);
});

/** An admin who has sent all but the body of a publication, and whom the server has let in. */
async function begun(name: string) {
  const owner = await it.addOrganisation(name);
  const email = `admin@${name.toLowerCase()}.example.com`;
  const admin = await addMember(it, owner.client, 'admin', { name: 'Ada', email });
  const { version } = (await owner.client.ok('GET', '/policy')).policy;
  const change = { baseVersion: version, reason: 'for this test', parameters: { app: { level: 'name' } } };
  const publication = await slowly(admin.client, JSON.stringify(change));
  await admin.client.ok('GET', '/session'); // takes no less time than the server needs to let the other one in
  return { owner, admin, version: Number(version), publication };
}

/** Resolves when the server has read the head and asks for the rest. */
async function slowly(client: Client, body: string) {
  const { host, hostname, port } = new URL(it.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes.toString();
  });
  const head = [
    ...['PUT /api/v1/policy HTTP/1.1', `Host: ${host}`, `Cookie: ${client.cookie ?? ''}`, 'X-Daylight: 1'],
    ...['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`, 'Expect: 100-continue'],
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`);
  await expect.poll(() => heard).toMatch(/^HTTP\/1.1 100 /);
  return {
    async finish(): Promise<string> {
      const before = heard.length;
      socket.write(body.slice(5));
      await expect.poll(() => heard.slice(before)).toContain('\r\n\r\n');
      return heard.slice(before);
    },
  };
}
