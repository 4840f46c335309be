import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { askNotice, enrol } from '../../../../agent/core/enrolment.ts';
import { openFolder } from '../../../../agent/core/files.ts';
import { createSystemClock } from '../../../../agent/platform/system.ts';
import { scratch, systemRandom } from '../../../support/agentKit.ts';
import { addMember, startServer } from '../../../support/api.ts';

test('an enrolment whose answer is lost on its way is sent again as it was, and finds the device that it made', async () => {
  await using place = await scratch();
  const it = await startServer();
  const owner = await it.addOrganisation('Lossy');
  const member = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@lossy.example.com' });
  const sent: string[] = [];
  // Hands everything on to the server, and keeps the answer to the first enrolment to itself.
  const lossy = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = request(`http://127.0.0.1:${new URL(it.url).port}${url}`, { method, headers }, (answer) => {
      if (url?.endsWith('/enrolment') === true && sent.length === 1) incoming.socket.destroy();
      else answer.pipe(outgoing.writeHead(answer.statusCode ?? 500, answer.headers));
    });
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      if (url?.endsWith('/enrolment') === true) sent.push(body);
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => lossy.listen(0, '127.0.0.1', resolve));
  try {
    const { code } = await member.client.ok('POST', `/people/${member.person}/enrolment-codes`, {});
    const invitation = { server: `http://localhost:${(lossy.address() as AddressInfo).port}`, code, ca: null };
    const deps = { files: await openFolder(place.folder), clock: createSystemClock(), random: systemRandom };
    const identity = await enrol(deps, invitation, await askNotice(invitation), true);
    expect([sent.length, sent[0] === sent[1]]).toEqual([2, true]);
    const { devices } = await member.client.ok('GET', `/people/${member.person}/devices`);
    expect(devices.map(({ id }: { id: string }) => id)).toEqual([identity.device]);
  } finally {
    await new Promise((resolve) => lossy.close(resolve));
    await it.close();
  }
});
