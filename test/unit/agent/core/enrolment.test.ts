import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { notEnrolled } from '../../../../agent/core/agent.ts';
import { writeEnded } from '../../../../agent/core/ended.ts';
import { askNotice, enrol, finishEnrolment } from '../../../../agent/core/enrolment.ts';
import { openFolder } from '../../../../agent/core/files.ts';
import { createPolicyCache } from '../../../../agent/core/gate/policyCache.ts';
import { readIdentity } from '../../../../agent/core/identity.ts';
import { createSystemClock } from '../../../../agent/platform/system.ts';
import { ErasureId } from '../../../../shared/ids.ts';
import { filesWith, scratch, systemRandom } from '../../../support/agentKit.ts';
import { agentCli, command, start } from '../../../support/agentProcess.ts';
import { addMember, type Json, startServer } from '../../../support/api.ts';
import { publishLevels } from '../../../support/daylight.ts';
import { until } from '../../../support/scriptedServer.ts';

test('an enrolment whose answer is lost on its way is sent again as it was, and finds the device that it made', async () => {
  await using it = await workplace((path, nth) => (path === ENROL && nth === 1 ? 'lose' : null));
  const identity = await enrol(it.deps, it.invitation, await askNotice(it.invitation), true);
  expect([it.sent.length, it.sent[0] === it.sent[1]]).toEqual([2, true]);
  expect(await it.devices()).toEqual([identity.device]);
});

test('the command waits for a server whose answer was lost, and takes its code from a pipe', async () => {
  await using it = await workplace((path, nth) => (path === ENROL && nth === 1 ? 'lose' : null));
  const enrolled = await command(agentCli, it.command, {}, it.invitation.code);
  expect(enrolled).toMatchObject({ code: 0, err: '' });
  expect(enrolled.out).toMatch(/"node \S*cli\.js notice accept 1 --data \S+"/);
  expect([it.sent.length, (await it.devices()).length]).toEqual([2, 1]);
  expect((await readdir(it.folder)).sort()).toEqual(['device.key', 'identity.json', 'policy.json']);
});

test('a command that is killed before the answer arrives costs no code: the next one finishes what it began', async () => {
  await using it = await workplace((path, nth) => (path === ENROL && nth === 1 ? 'hold' : null));
  const first = start(agentCli, it.command, {}, it.invitation.code);
  await until(() => it.sent.length === 1 && it.answered() === 2);
  first.process.kill('SIGKILL');
  await first.exit;
  expect((await readdir(it.folder)).sort()).toEqual(['device.key', 'enrolment.sealed']);
  expect(await filesWith(it.folder, [it.invitation.code, 'Mia'])).toEqual([]);

  const second = await command(agentCli, it.command);
  expect(second).toMatchObject({ code: 0, err: '', out: expect.stringContaining('It is finished now') });
  expect(it.sent[1]).toBe(it.sent[0]);
  const device = await readIdentity(it.folder, it.deps.files);
  expect(await it.devices()).toEqual([device?.identity.device]);
  expect((await readdir(it.folder)).sort()).toEqual(['device.key', 'identity.json', 'policy.json']);
});

test('the key of a device that may exist is kept when the server will not look, and is gone when it says that there is none', async () => {
  const busy = { status: 429, body: { error: { code: 'rate_limited', message: 'too many wrong codes' } } };
  const gone = { status: 410, body: { error: { code: 'gone', message: 'this code has expired' } } };
  const answers = ['lose', busy, gone] as const;
  await using it = await workplace((path, nth) => (path === ENROL ? (answers[nth - 1] ?? null) : null));
  const shown = await askNotice(it.invitation);
  await expect(enrol(it.deps, it.invitation, shown, true)).rejects.toMatchObject({ code: 'rate_limited' });
  expect((await readdir(it.folder)).sort()).toEqual(['device.key', 'enrolment.sealed']);
  expect(await finishEnrolment(it.deps)).toBeNull();
  expect(await readdir(it.folder)).toEqual([]);
  expect(it.sent.every((one) => one === it.sent[0])).toBe(true);
});

test('a server that enrols with more than it has shown enrols nothing', async () => {
  const harmless = (body: Json): Json => ({
    ...body,
    notice: { ...body.notice, collected: [], notCollected: [] },
  });
  const other = (body: Json): Json => ({ ...body, notice: { ...body.notice, policyHash: '0'.repeat(64) } });
  for (const [lie, isNewer] of [
    [harmless, false],
    [other, false],
    [harmless, true],
  ] as const) {
    await using it = await workplace((path, _, answer) =>
      path === NOTICE ? { status: 200, body: lie(answer) } : null,
    );
    const shown = await askNotice(it.invitation);
    if (isNewer) await publishLevels(it.owner, { app: 'name' });
    const refused = enrol(it.deps, it.invitation, shown, true);
    await expect(refused).rejects.toThrow('is not the one of the notice that was shown');
    expect(await readdir(it.folder)).toEqual([]);
  }
});

test('a policy that is published while the notice is read counts only as far as the notice went', async () => {
  await using it = await workplace(() => null);
  const shown = await askNotice(it.invitation);
  await publishLevels(it.owner, { app: 'name' });
  const keys = await enrol(it.deps, it.invitation, shown, true);
  const cache = await createPolicyCache({ ...it.deps, keys });
  expect(cache.policy()?.version).toBe(shown.notice.version + 1);
  expect(cache.lease()?.acknowledged).toMatchObject({ session: 'on', app: 'off' });
});

test('of two enrolments at once in one folder one is made, the other is told so in one sentence, and its code stays good', async () => {
  for (let round = 0; round < 3; round += 1) {
    await using it = await workplace(() => null);
    const codes = [it.invitation.code, await it.newCode()];
    const outcomes = await Promise.allSettled(
      codes.map(async (code) => {
        const invitation = { ...it.invitation, code };
        return enrol({ ...it.deps, files: await openFolder(it.folder) }, invitation, await askNotice(invitation), true);
      }),
    );
    const made = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.device] : []));
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(made).toHaveLength(1);
    expect(refused).toEqual([expect.objectContaining({ code: 'conflict', remedy: expect.stringContaining('wipe') })]);
    expect([(await readIdentity(it.folder, it.deps.files))?.identity.device]).toEqual(made);
    expect(await it.devices()).toEqual(made);
    expect((await readdir(it.folder)).sort()).toEqual(['device.key', 'identity.json', 'policy.json']);

    await using elsewhere = await scratch();
    const unused = { ...it.invitation, code: codes[outcomes.findIndex(({ status }) => status === 'rejected')] ?? '' };
    const deps = { ...it.deps, folder: elsewhere.folder, files: await openFolder(elsewhere.folder) };
    await enrol(deps, unused, await askNotice(unused), true);
    expect(await it.devices()).toHaveLength(2);
  }
});

test('where a wipe that the server ordered is not finished nobody is enrolled, and the server hears nothing; where it is, the note goes', async () => {
  await using it = await workplace(() => null);
  const shown = await askNotice(it.invitation);
  const orderedAt = it.deps.clock.now();
  const note = { schema: 1, reason: 'person_removed', orderedAt, ended: null, answer: null } as const;
  await writeEnded(it.deps.files, { ...note, isGone: false });
  await expect(enrol(it.deps, it.invitation, shown, true)).rejects.toMatchObject({
    ...{ code: 'conflict', remedy: expect.stringContaining('daylight-agent run') },
  });
  expect([it.sent, await readdir(it.folder)]).toEqual([[], ['ended.json']]);
  await writeEnded(it.deps.files, { ...note, isGone: true });
  const { device } = await enrol(it.deps, it.invitation, shown, true);
  expect(await it.devices()).toEqual([device]);
  expect((await readdir(it.folder)).sort()).toEqual(['device.key', 'identity.json', 'policy.json']);
});

test.each([
  ['person_removed', 'your account was ended on 23 Nov 2026'],
  ['organisation_ended', 'your organisation was ended on 23 Nov 2026'],
] as const)('whoever asks a computer that was wiped because of %s is told: %s', async (reason, words) => {
  await using place = await scratch();
  const files = await openFolder(place.folder);
  const ended = { ending: ErasureId.parse('77777777-7777-4777-8777-777777777777'), certificate: null };
  const note = { schema: 1, reason, orderedAt: Date.UTC(2026, 10, 23, 12), ended, answer: null } as const;
  for (const isGone of [false, true]) {
    await writeEnded(files, { ...note, isGone });
    expect((await notEnrolled(place.folder, files)).message).toContain(words);
  }
});

test.each(['spool/batch-000000000001.spool', 'spool/state.spool', 'recorder.sealed', 'heard.sealed', 'audit.json'])(
  'where %s of an earlier account is left nobody is enrolled, and it stays for its owner to delete',
  async (left) => {
    await using it = await workplace(() => null);
    const shown = await askNotice(it.invitation);
    await mkdir(join(it.folder, 'spool'), { recursive: true });
    await writeFile(join(it.folder, left), 'of before');
    await expect(enrol(it.deps, it.invitation, shown, true)).rejects.toMatchObject({
      ...{ code: 'conflict', remedy: expect.stringContaining('daylight-agent wipe') },
    });
    expect([it.sent, await readFile(join(it.folder, left), 'utf8')]).toEqual([[], 'of before']);
  },
);

test('a server whose clock is ahead enrols all the same: nothing is collected until the clocks agree, and the code is not lost', async () => {
  await using it = await workplace(() => null);
  const slow = { ...it.deps.clock, now: () => it.deps.clock.now() - 20 * 60_000 };
  const keys = await enrol({ ...it.deps, clock: slow }, it.invitation, await askNotice(it.invitation), true);
  const cache = await createPolicyCache({ ...it.deps, clock: slow, keys });
  expect([await it.devices(), cache.policy()?.version, cache.lease()]).toEqual([[keys.device], 1, null]);
});

const NOTICE = '/api/v1/enrolment/notice';
const ENROL = '/api/v1/enrolment';

/** What becomes of the server's nth answer to a path: it is lost, held for ever, replaced, or (null) passed on. */
type Fate = (path: string, nth: number, answer: Json) => 'lose' | 'hold' | { status: number; body: Json } | null;

/** A real server with a member who has a code, and between it and the agent somebody who decides what arrives. */
async function workplace(fate: Fate) {
  const place = await scratch();
  const it = await startServer();
  const owner = await it.addOrganisation('Lossy');
  const member = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@lossy.example.com' });
  const { code } = await member.client.ok('POST', `/people/${member.person}/enrolment-codes`, {});
  const sent: string[] = [];
  const counts = new Map<string, number>();
  let answered = 0;
  const between = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    const onward = request(`http://127.0.0.1:${new URL(it.url).port}${url}`, { method, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => {
        answered += 1;
        const nth = (counts.get(url) ?? 0) + 1;
        counts.set(url, nth);
        const instead = fate(url, nth, JSON.parse(text));
        if (instead === 'lose') incoming.socket.destroy();
        if (typeof instead === 'string') return;
        const status = instead?.status ?? answer.statusCode ?? 500;
        outgoing.writeHead(status, { 'content-type': 'application/json' });
        outgoing.end(instead === null ? text : JSON.stringify(instead.body));
      });
    });
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      if (url === ENROL) sent.push(body);
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const server = `http://localhost:${(between.address() as AddressInfo).port}`;
  const { folder } = place;
  return {
    owner: owner.client,
    folder,
    sent,
    answered: () => answered,
    invitation: { server, code, ca: null },
    command: ['enrol', '--data', folder, '--server', server, '--code', '-', '--of-age', '--later'],
    newCode: async () =>
      (await member.client.ok('POST', `/people/${member.person}/enrolment-codes`, {})).code as string,
    deps: { folder, files: await openFolder(folder), clock: createSystemClock(), random: systemRandom },
    devices: async () =>
      (await member.client.ok('GET', `/people/${member.person}/devices`)).devices.map(({ id }: Json) => id),
    async [Symbol.asyncDispose]() {
      between.closeAllConnections();
      await new Promise((resolve) => between.close(resolve));
      await it.close();
      await place[Symbol.asyncDispose]();
    },
  };
}
