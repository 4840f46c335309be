import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { createNotices } from '../../server/control/notices.ts';
import { openDocument } from '../../server/control/sealedDocument.ts';
import { openFoundation } from '../../server/foundation.ts';
import { systemRandom } from '../../server/random.ts';
import { canonical } from '../../shared/canonical.ts';
import { OrgId, PersonId } from '../../shared/ids.ts';
import { noticePage, noticePlain } from '../../shared/policy/noticePage.ts';
import { german } from '../../shared/policy/phrases/de.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import { NoticeView } from '../../shared/protocol/http/notice.ts';
import {
  addMember,
  type Json,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { run } from '../support/brokenTable.ts';
import { eventually } from '../support/daylight.ts';
import { signAs, startServer as startKit } from '../support/ingestKit.ts';
import { enrolRealAgent } from '../support/realAgent.ts';

// PROMISES 48: what people were told can be read for ever, as they were told it, and it is what they acknowledged.

let it: TestServer;
let owner: TestOwner;
let mia: Member;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
});
afterAll(() => it.close());

const hashOf = ({ hash: _, ...content }: NoticeView): string =>
  createHash('sha256').update(canonical(content), 'utf8').digest('hex');

async function everyText(): Promise<NoticeView[]> {
  const { texts } = await mia.client.ok('GET', '/notice/texts');
  return Promise.all(texts.map(({ hash }: Json) => mia.client.ok('GET', `/notice/texts/${hash}`)));
}

/** The words of a Daylight of another day. */
const reworded = { ...english, never: 'Never at all: anything else.', mayPause: 'Take a break when you like.' };

test('every text stays as it was told, through new versions, new contacts and a Daylight that words it otherwise', async () => {
  const first = NoticeView.parse(await mia.client.ok('GET', '/notice'));
  await publish(owner.client, { app: { level: 'name' } });
  const second = await mia.client.ok('GET', '/notice');
  const privacy = { name: 'Paula', email: 'paula@acme.example.com' };
  await owner.client.ok('PUT', '/contacts', { baseRevision: 0, authority: null, privacy });
  const third = await mia.client.ok('GET', '/notice');
  expect([first, second, third].map(({ version, edition }) => [version, edition])).toEqual([
    [1, 1],
    [2, 1],
    [2, 2],
  ]);
  expect(third).toMatchObject({ appeal: expect.stringContaining('Paula'), collected: second.collected });
  expect(third.updatedAt).toBeGreaterThanOrEqual(second.updatedAt);
  expect(await everyText()).toEqual([first, second, third]);

  for (const text of await everyText()) expect([text.version, hashOf(text)]).toEqual([text.version, text.hash]);
  expect(await mia.client.ok('GET', '/notice/versions/1')).toEqual(first);
});

test('a Daylight that words it otherwise gives what was told as it was told, and its own words of what comes after', async () => {
  await using kit = await startKit();
  const [before, after] = [createNotices(kit), createNotices({ ...kit, phrases: reworded })];
  const policy = await kit.publish({ app: { level: 'name' } });
  const told = await before.of(policy, 'in_force');
  expect(await after.of(policy, 'in_force')).toEqual(told);
  const next = await kit.publish({ title: { level: 'full' } });
  const newer = await after.of(next, 'in_force');
  expect([told.never, newer.never]).toEqual([english.never, reworded.never]);
  expect(await before.of(next, 'in_force')).toEqual(newer);
  for (const text of [told, newer]) {
    expect(await after.byHash(kit.org, text.hash)).toEqual(text);
    expect(hashOf(text)).toBe(text.hash);
  }
  // A text that nobody was given cannot be what somebody acknowledged, nor can that of another version.
  const device = await kit.enrol();
  const saying = (noticeHash: string) =>
    signAs(device, 'daylight/acknowledgement/v1', {
      ...{ org: kit.org, person: device.record.person, device: device.record.device, at: next.publishedAt },
      ...{ noticeVersion: 3, policyHash: next.hash, noticeHash, terms: 0 },
    });
  for (const noticeHash of ['0'.repeat(64), told.hash])
    await expect(kit.control.acknowledge(device.record, saying(noticeHash))).rejects.toThrow(/noticeHash/);
  await kit.control.acknowledge(device.record, saying(newer.hash));
});

test('every translation that somebody was shown stays as it was shown, also once it was replaced or taken away', async () => {
  const { hash: master, ...content } = NoticeView.parse(await mia.client.ok('GET', '/notice'));
  const shown: NoticeView[] = [];
  for (const never of ['Jamais.', 'Plus jamais.']) {
    await owner.client.ok('PUT', '/notice/in/fr', { master, content: { ...content, language: 'fr', never } });
    shown.push((await mia.client.ok('GET', '/notice/in/fr')).notice);
  }
  await owner.client.ok('PUT', '/notice/in/fr', { master, content: null });
  expect(await mia.client.ok('GET', '/notice/in/fr')).toMatchObject({ is: 'none' });
  shown.push((await mia.client.ok('GET', '/notice/in/de')).notice);
  const { translations } = await mia.client.ok('GET', '/notice/texts');
  const kept = translations.map(({ hash }: Json) => mia.client.ok('GET', `/notice/texts/${hash}`));
  expect(await Promise.all(kept)).toEqual(shown);
  expect(shown.map(({ language, never, translation }) => [language, never, translation?.by])).toEqual([
    ['fr', 'Jamais.', 'organisation'],
    ['fr', 'Plus jamais.', 'organisation'],
    ['de', german.never, 'daylight'],
  ]);
  for (const { translation, ...text } of shown) {
    expect([text.hash, hashOf(text)]).toEqual([master, translation?.hash]);
  }
});

test('it prints: as a page that needs no network and runs no script, and as plain text, each with its dates and its hash', async () => {
  const notice = NoticeView.parse(await mia.client.ok('GET', '/notice/versions/2'));
  const page = noticePage(notice);
  expect(page).toContain('<html lang="en">');
  expect(page).toContain('@media print');
  expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
  for (const text of [page, noticePlain(notice).join('\n')]) {
    for (const line of notice.collected) expect(text).toContain(line.terms);
    for (const said of [notice.hash, 'Published ', 'Last updated ', 'What has passed its days is shown to nobody'])
      expect(text).toContain(said);
  }
  const evil = { ...notice, organisation: '<img onerror=alert(1)>' };
  expect(noticePage(evil)).not.toContain('<img');
});

test('what a device shows is a stored text, and its acknowledgement names the hash of it, at enrolment and after', async () => {
  await using made = await enrolRealAgent(it.url, mia, true);
  const { agent, shown } = made;
  const held = async () => (await agent.handle({ command: 'notice' })) as { notice: NoticeView };
  await eventually('the text has come', async () => (await held()).notice.edition > 0);
  expect((await held()).notice).toEqual(shown.notice);
  await publish(owner.client, { title: { level: 'redacted' } });
  await eventually('the next text has come', async () => (await held()).notice.version > shown.notice.version);
  await eventually('in the words of the server', async () => (await held()).notice.edition > 0);
  const { notice } = await held();
  const { version, hash } = notice;
  const wrong = await agent.handle({ command: 'accept_notice', version, hash: shown.notice.hash });
  expect(wrong).toMatchObject({ ok: false, problem: expect.stringContaining('have been replaced') });
  expect(await agent.handle({ command: 'accept_notice', version, hash })).toMatchObject({ ok: true });
  await eventually('it is acknowledged', () => agent.status().notice?.acknowledged === true);

  const acknowledged = await acknowledgedBy(mia);
  expect(acknowledged).toEqual([shown.notice.hash, hash]);
  const read = await Promise.all(acknowledged.map((one) => mia.client.ok('GET', `/notice/texts/${one}`)));
  expect(read).toEqual([shown.notice, notice]);
});

/** The hashes in what their devices signed, as the store has it. */
async function acknowledgedBy({ person }: Member): Promise<string[]> {
  const foundation = await openFoundation({ data: it.data, clock: systemClock, random: systemRandom, create: false });
  try {
    const org = OrgId.parse(owner.org);
    const records = (await foundation.store.acknowledgements(org, PersonId.parse(person))).toSorted(
      (a, b) => a.at - b.at,
    );
    const documents = records.map((record) => {
      const part = `acknowledgement at ${record.at}` as const;
      return openDocument(
        foundation.vault,
        { device: record, part, policyVersion: record.noticeVersion },
        record.acknowledgement,
      );
    });
    return (await Promise.all(documents)).map(({ payload }) => JSON.parse(payload).noticeHash);
  } finally {
    await foundation.close();
  }
}

test('a text that was changed in the store is given to nobody', async () => {
  const { texts } = await mia.client.ok('GET', '/notice/texts');
  const last = texts.at(-1);
  await run(
    it.data,
    `UPDATE notice SET sealed = (SELECT sealed FROM notice WHERE version = 1 LIMIT 1) WHERE version = ${last.version};`,
  );
  const reply = await mia.client.send('GET', `/notice/texts/${last.hash}`);
  expect([reply.status, reply.body.error.code]).toEqual([503, 'unavailable']);
  expect((await mia.client.send('GET', `/notice/texts/${'0'.repeat(64)}`)).status).toBe(404);
});
