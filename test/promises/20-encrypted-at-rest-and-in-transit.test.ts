import { readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dayOf } from '../../shared/time.ts';
import { scratch } from '../support/agentKit.ts';
import { agentCli, command, serverCli } from '../support/agentProcess.ts';
import { makeCertificate } from '../support/certificate.ts';
import {
  enrolAgent,
  eventually,
  freePort,
  initialiseData,
  publishLevels,
  runAgent,
  type ServerProcess,
  signInOwner,
  someNames,
  startServerProcess,
} from '../support/daylight.ts';
import { hitsIn, newMarker } from '../support/markers.ts';

// PROMISES 20: what is sensitive is encrypted on its way (here) and where it is kept (test/faults/22-markers.test.ts).

const idle = {
  name: 'nothing in front',
  machine: { platform: 'linux', arch: 'x64', osVersion: 'Debian 12', model: null, memoryGiB: 8 },
  timezone: 'Europe/Berlin',
  events: [],
};

test('with TLS nothing that a person is, writes or reads crosses the network in the clear; without it, it would be seen', async () => {
  await using place = await scratch();
  const below = (name: string): string => join(place.folder, name);
  const [data, script, cert, key] = [below('server'), below('day.json'), below('cert.pem'), below('key.pem')];
  const marked = { organisation: newMarker(), ownerName: newMarker(), note: newMarker(), project: newMarker() };
  await writeFile(script, JSON.stringify(idle));
  const token = await initialiseData(data, { ...someNames, ...marked });
  await makeCertificate(cert, key);
  const port = await freePort();
  const wire = await listenIn(port);
  let server: ServerProcess = await startServerProcess({ data, port });
  let agent: Awaited<ReturnType<typeof runAgent>> | null = null;
  try {
    // The control, over plain loopback: the same ear hears the names in the notice that an agent asks for.
    const owner = await signInOwner(server.url, token);
    const notice = await publishLevels(owner, { notes: 'on' });
    const plain = { url: `http://localhost:${wire.port}`, person: owner.person, notice };
    await enrolAgent(below('plain'), owner, plain);
    const heard = hitsIn('wire', wire.heard(), marked).map(({ marker }) => marker);
    expect(new Set(heard)).toEqual(new Set(['organisation', 'ownerName']));
    expect(await server.stop()).toBe(0);

    server = await startServerProcess({ data, port, args: ['--tls-cert', cert, '--tls-key', key] });
    expect(server.url).toBe(`https://localhost:${port}`);
    wire.forget();
    const made = await command(serverCli, [
      'enrolment-code',
      '--data',
      data,
      '--email',
      someNames.ownerEmail,
      '--json',
    ]);
    const { code } = JSON.parse(made.out) as { code: string };
    const secure = `https://localhost:${wire.port}`;
    const enrolling = [
      'enrol',
      '--data',
      below('agent'),
      '--server',
      secure,
      '--of-age',
      '--accept-notice',
      String(notice),
    ];

    // A certificate that nobody vouches for is not taken on trust.
    const untrusted = await command(agentCli, [...enrolling, '--code', code]);
    expect([untrusted.code, untrusted.err]).toEqual([1, expect.stringMatching(/certificate/i)]);
    expect(await command(agentCli, [...enrolling, '--code', code, '--ca', cert])).toMatchObject({ code: 0, err: '' });
    agent = await runAgent(below('agent'), script);
    const ask = (...args: string[]) => command(agentCli, [...args, '--data', below('agent')]);
    expect(await ask('start', '--project', marked.project)).toMatchObject({ code: 0 });
    expect(await ask('note', marked.note)).toMatchObject({ code: 0 });
    expect(await ask('stop')).toMatchObject({ code: 0 });

    const link = await command(serverCli, ['owner-link', '--data', data, '--email', someNames.ownerEmail, '--json']);
    const ca = await readFile(cert, 'utf8');
    const me = await askSecurely({
      base: secure,
      ca,
      method: 'POST',
      path: '/session/link',
      body: { token: tokenOf(link.out) },
    });
    const cookie = me.cookie;
    const seen = async (): Promise<string> => {
      const texts: string[] = [me.text];
      for (const at of [Date.now() - 3_600_000, Date.now()]) {
        for (const parameter of ['notes', 'project']) {
          const query = `day=${dayOf(at)}&parameter=${parameter}&purpose=own_data`;
          const path = `/people/${owner.person}/observations?${query}`;
          texts.push((await askSecurely({ base: secure, ca, method: 'GET', path, cookie })).text);
        }
      }
      return texts.join('\n');
    };
    await eventually('note and project arrive', async () => {
      const text = await seen();
      return text.includes(marked.note) && text.includes(marked.project);
    });
    // It all went through this wire: whoever may see it saw it, in answers that came the same way.
    expect(new Set(hitsIn('answers', Buffer.from(await seen()), marked).map(({ marker }) => marker))).toEqual(
      new Set(Object.keys(marked)),
    );
    expect(wire.heard().length).toBeGreaterThan(5_000);
    expect(hitsIn('wire', wire.heard(), marked)).toEqual([]);
  } finally {
    agent?.process.kill('SIGKILL');
    await agent?.exit;
    await server.kill();
    await wire.close();
  }
}, 180_000);

test.each(['http://192.0.2.7:4820', 'ws://daylight.example.com', 'http://localhost.example.com'])(
  'the agent does not go to %s without encryption, and says what to do instead',
  async (server) => {
    await using place = await scratch();
    const data = join(place.folder, 'agent');
    const code = '7K2QM-XV4ZD-N8TRC-0A5BE';
    const refused = await command(agentCli, [
      'enrol',
      '--data',
      data,
      '--server',
      server,
      '--code',
      code,
      '--of-age',
      '--later',
    ]);
    const host = new URL(server).host;
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toContain(`${host} would be reached without encryption, which is refused: use https://${host}`);
    expect(await readdir(data).catch(() => [])).toEqual([]);
  },
);

test.each(['ws://192.0.2.7:4820', 'http://192.0.2.7:4820'])(
  'an agent whose server was changed to %s in its folder stays away from it, and says why',
  async (address) => {
    await using place = await scratch();
    const [data, script, agentData] = ['server', 'day.json', 'agent'].map((name) => join(place.folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(script, JSON.stringify(idle));
    const token = await initialiseData(data);
    const server = await startServerProcess({ data, port: 0 });
    try {
      const owner = await signInOwner(server.url, token);
      await enrolAgent(agentData, owner, { url: server.url, person: owner.person, notice: 1 });
    } finally {
      await server.kill();
    }
    const file = join(agentData, 'identity.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace(server.url, address));
    expect(await readFile(file, 'utf8')).toContain(address);
    const agent = await runAgent(agentData, script);
    try {
      await eventually('the agent says why', () => agent.out().includes('without encryption'));
    } finally {
      agent.process.kill('SIGKILL');
      await agent.exit;
    }
  },
);

test.each(['0.0.0.0', '::', '192.0.2.7'])('the server does not listen on %s without TLS', async (host) => {
  await using place = await scratch();
  const refused = await command(serverCli, ['serve', '--data', place.folder, '--host', host, '--port', '0']);
  expect([refused.code, refused.out]).toEqual([3, '']);
  expect(refused.err).toMatch(
    /^daylight-server: without TLS .* not on .*--tls-cert.*--behind-proxy.*127\.0\.0\.1.*\n$/,
  );
});

/** A wire with an ear: what goes through it to the port of the server, in both directions. */
async function listenIn(
  to: number,
): Promise<{ port: number; heard(): Buffer; forget(): void; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  // What one side says is one piece, wherever the network cuts it.
  let streams: Buffer[][] = [];
  const wire = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      const stream: Buffer[] = [];
      streams.push(stream);
      sockets.add(from);
      from.on('data', (chunk: Buffer) => {
        stream.push(chunk);
        into.write(chunk);
      });
      from.on('error', () => into.destroy());
      from.on('close', () => into.destroy());
    }
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  return {
    port: (wire.address() as AddressInfo).port,
    heard: () => Buffer.concat(streams.flat()),
    forget: () => {
      streams = [];
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => wire.close(resolve));
    },
  };
}

interface Question {
  readonly base: string;
  readonly ca: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly cookie?: string;
}

/** One request over TLS that trusts only the certificate given. */
function askSecurely({ base, ca, method, path, body, cookie }: Question): Promise<{ text: string; cookie: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...{ 'x-daylight': 'test', 'content-type': 'application/json', connection: 'close' },
      ...(cookie === undefined ? {} : { cookie }),
    };
    const sent = request(`${base}/api/v1${path}`, { method, ca, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => {
        if ((answer.statusCode ?? 500) >= 300) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        else resolve({ text, cookie: (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '' });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function tokenOf(json: string): string {
  return (JSON.parse(json) as { token: string }).token;
}
