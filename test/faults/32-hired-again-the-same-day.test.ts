import { randomUUID } from 'node:crypto';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFolder } from '../../agent/core/files.ts';
import { readIdentity } from '../../agent/core/identity.ts';
import { segmentScope } from '../../server/ingest/scopes.ts';
import { decodeSegment } from '../../server/ingest/segment.ts';
import { DeviceId, OrgId, PersonId } from '../../shared/ids.ts';
import { scratch } from '../support/agentKit.ts';
import { agentCli, command, runningAgent, startAgent } from '../support/agentProcess.ts';
import { cancel, enrolNew, recordOffline } from '../support/awayAgent.ts';
import {
  eventually,
  freePort,
  initialiseData,
  publishLevels,
  signInOwner,
  startServerProcess,
} from '../support/daylight.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';

// FAULTS 32: the address of somebody whose account ended is invited again the same day, while computers of before still have a spool.

const [BEFORE, NOW, LATER] = ['before', 'now', 'later'].map((when) => `${when} ${randomUUID()}`) as [
  string,
  string,
  string,
];

test('the same address hired again the same day is somebody new: nothing of before comes back, and no spool of before is sent as theirs or stored', async () => {
  await using place = await scratch();
  const [data, port] = [join(place.folder, 'server'), await freePort()];
  const folder = (name: string) => join(place.folder, name);
  const [old, kept, stray, again] = [folder('old'), folder('kept'), folder('stray'), folder('again')];
  const token = await initialiseData(data);
  let server = await startServerProcess({ data, port });
  try {
    const owner = await signInOwner(server.url, token);
    const notice = await publishLevels(owner, { session: 'on', notes: 'on' });
    const before = await enrolNew(server.url, owner, { data: old, notice, name: 'Bob' });
    await server.stop();
    await recordOffline(old, BEFORE);
    const isEnrolled = (path: string) => /(identity\.json|device\.key|policy\.json|\.sock)$/.test(path);
    for (const copy of [kept, stray]) await cp(old, copy, { recursive: true, filter: (path) => !isEnrolled(path) });
    await cancel(data, 'bob@example.com');

    server = await startServerProcess({ data, port });
    const person = await enrolNew(server.url, owner, { data: again, notice, name: 'Bob' });
    expect(person).not.toBe(before);
    const people = (await owner.ok('GET', '/people')).people as { id: string; email: string }[];
    expect(people.flatMap(({ id, email }) => (email === 'bob@example.com' ? [id] : []))).toEqual([person]);

    // Where only the spool of before is left, nobody is enrolled: its key lies beside it, and it would be sent as theirs.
    const { code } = await owner.ok('POST', `/people/${person}/enrolment-codes`, {});
    const asked = ['enrol', '--data', stray, '--server', server.url, '--code', code, '--of-age'];
    const accepted = [...asked, '--accept-notice', String(notice)];
    const was = (await readdir(stray, { recursive: true })).sort();
    expect(was.some((name) => name.startsWith('spool/batch-'))).toBe(true);
    const refused = await command(agentCli, accepted);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('wipe') });
    expect((await readdir(stray, { recursive: true })).sort()).toEqual(was);
    expect(await command(agentCli, ['wipe', '--yes', '--data', stray])).toMatchObject({ code: 0, err: '' });
    expect(await command(agentCli, accepted)).toMatchObject({ code: 0, err: '' });

    // The computer of before comes back, and is told to wipe.
    const back = startAgent(old);
    expect(await back.exit).toBe(0);
    expect(back.out()).toContain('By order of your organisation');
    expect(await readdir(old)).toEqual(['ended.json']);

    await recordAndSend(stray, NOW);

    // Somebody puts the spool of before, with its key, into the folder of the new account: it is sent, and the server keeps nothing of it.
    for (const name of ['spool', 'spool.key']) await cp(join(kept, name), join(again, name), { recursive: true });
    await recordAndSend(again, LATER);
    await server.stop();

    const foundation = await openFoundationIn(data);
    const device = await readIdentity(again, await openFolder(again));
    const org = OrgId.parse(device?.identity.org);
    const notesOf = async (whose: string): Promise<string[]> => {
      const notes: string[] = [];
      for (const one of await foundation.store.segments(
        org,
        PersonId.parse(whose),
        'notes',
        '2020-01-01',
        '2099-12-31',
      )) {
        const { parts } = decodeSegment(await foundation.vault.open(segmentScope(one), one.sealed));
        for (const seen of parts.flatMap(({ observations }) => observations))
          if (seen.parameter === 'notes') notes.push(seen.note);
      }
      return notes;
    };
    expect([await notesOf(before), (await notesOf(person)).sort()]).toEqual([[], [LATER, NOW]]);
    expect(await foundation.store.discards(org, DeviceId.parse(device?.identity.device))).toContainEqual({
      ...{ parameter: 'notes', reason: 'notice_not_acknowledged', count: 1 },
    });
    expect(await foundation.store.person(org, PersonId.parse(before))).toBeNull();
    await foundation.close();
  } finally {
    await server.stop();
  }
}, 60_000);

async function recordAndSend(data: string, text: string): Promise<void> {
  const started = startAgent(data);
  await eventually('the agent runs', () => started.out().includes('Daylight runs for'));
  const agent = runningAgent(data, started);
  await agent.tell('start');
  await agent.tell('note', text);
  expect(await agent.stop()).toBe(0);
  expect((await readdir(join(data, 'spool'))).filter((name) => name.startsWith('batch-'))).toEqual([]);
}
