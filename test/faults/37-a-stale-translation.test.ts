import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '../../agent/core/notice.ts';
import { languageRemark } from '../../agent/strings/languageRemark.ts';
import { noticePage, noticePlain } from '../../shared/policy/noticePage.ts';
import { german } from '../../shared/policy/phrases/de.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import { noticeIn } from '../../shared/policy/translation.ts';
import type { NoticeView } from '../../shared/protocol/http/notice.ts';
import { addMember, type Member, publish, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { enrolRealAgent } from '../support/realAgent.ts';

// A translation that was right once: what it says is shown of no later text, in no face, even where the facts are still the same.

let it: TestServer;
let owner: TestOwner;
let mia: Member;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  await publish(owner.client, { app: { level: 'category' } });
});
afterAll(() => it.close());

const masterNow = (): Promise<NoticeView> => mia.client.ok('GET', '/notice');

async function translate(): Promise<void> {
  const { hash: master, ...content } = await masterNow();
  await owner.client.ok('PUT', '/notice/in/fr', { master, content: { ...content, language: 'fr', never: 'Jamais.' } });
}

test('once another policy is published the English text is shown, and said to be, on the console and on each device', async () => {
  await translate();
  await using made = await enrolRealAgent(it.url, mia, true);
  const { agent } = made;
  const shown = () => agent.handle({ command: 'notice', language: 'fr' });
  await eventually('the device has it', async () => JSON.stringify(await shown()).includes('Jamais.'));
  expect(await shown()).toMatchObject({ language: { is: 'translation' }, notice: { language: 'fr' } });

  await publish(owner.client, { app: { level: 'name' } });
  const master = await masterNow();
  expect(await mia.client.ok('GET', '/notice/in/fr')).toMatchObject({ is: 'stale', notice: master });
  await eventually('so has the device', async () => JSON.stringify(await shown()).includes(master.hash));
  expect(await shown()).toMatchObject({ language: { is: 'stale' }, notice: master });
  expect(languageRemark('stale', 'fr')).toContain('The English one counts');
});

test('also where only whom people can turn to has changed: the facts are the same, and the text is another', async () => {
  await translate();
  expect(await mia.client.ok('GET', '/notice/in/fr')).toMatchObject({ is: 'translation' });
  const { revision } = await owner.client.ok('GET', '/contacts');
  const privacy = { name: 'Paula Officer', email: 'privacy@acme.example.com' };
  await owner.client.ok('PUT', '/contacts', { baseRevision: revision, authority: null, privacy });
  const stale = await mia.client.ok('GET', '/notice/in/fr');
  expect(stale).toMatchObject({ is: 'stale', notice: await masterNow() });
  expect(stale.notice.appeal).toContain('Paula Officer');
});

test('a translation that claims to be of this text and hides something of it is stale, whoever stored it', async () => {
  const { policy } = await mia.client.ok('GET', '/policy');
  const master = await masterNow();
  const { hash, ...content } = master;
  const lying = { ...content, language: 'fr', collected: [] };
  expect(noticeIn('fr', master, [{ master: hash, content: lying }], { policy, digest: digestOf })).toEqual({
    notice: master,
    is: 'stale',
  });
  const another = { master: '0'.repeat(64), content: { ...content, language: 'fr' } };
  expect(
    noticeIn('fr', master, [another], { policy, digest: digestOf }),
    'of another text that says the same',
  ).toMatchObject({
    is: 'stale',
  });
  const other = noticeIn('de', master, [], { policy: { ...policy, parameters: {} }, digest: digestOf });
  expect(other, 'nor do words of this Daylight about another policy').toEqual({ notice: master, is: 'stale' });
});

/** What a newcomer found: false words for each sentence of Daylight's own German. */
function falseGerman({ hash: _, translation: __, ...german }: NoticeView) {
  return {
    ...german,
    prevails: 'Es gilt allein der deutsche Text.',
    never: 'Sie haben keine Rechte.',
    collected: german.collected.map((line) => ({ ...line, text: 'Davon wird gar nichts aufgezeichnet.' })),
  };
}

test('nobody gives Daylight’s own sentences other words: what differs is refused with its field, whoever stored it is not shown', async () => {
  const master = await masterNow();
  const { notice }: { notice: NoticeView } = await mia.client.ok('GET', '/notice/in/de');
  const content = falseGerman(notice);
  const put = (one: object) => owner.client.send('PUT', '/notice/in/de', { master: master.hash, content: one });
  const { hash: _, translation: __, ...own } = notice;
  for (const [field, one] of [
    ['content.collected.0.text', content],
    ['content.prevails', { ...own, prevails: content.prevails }],
    ['content.never', { ...own, never: content.never }],
    ['content.headings.collected', { ...own, headings: { ...own.headings, collected: 'Nichts' } }],
    ['content', { ...own, organisation: 'Somebody else' }],
    ['content', { ...own, privacy: { name: 'Nobody', email: 'nobody@acme.example.com' } }],
  ] as const) {
    const refused = await put(one);
    expect([refused.status, refused.body.error.field], field).toEqual([400, field]);
  }
  const { policy } = await mia.client.ok('GET', '/policy');
  const telling = { policy, digest: digestOf };
  const stored = noticeIn('de', master, [{ master: master.hash, content }], telling);
  expect(stored).toMatchObject({ is: 'translation', notice: { never: german.never, translation: { by: 'daylight' } } });
});

test('an organisation’s own that is out of date does not hide Daylight’s own correct words in that language', async () => {
  const before = await masterNow();
  const { notice }: { notice: NoticeView } = await mia.client.ok('GET', '/notice/in/de');
  const { hash: _, translation: __, ...content } = notice;
  const now = { ...before, hash: '1'.repeat(64), edition: before.edition + 1 };
  const { policy } = await mia.client.ok('GET', '/policy');
  const old = [{ master: before.hash, content }];
  const shown = noticeIn('de', now, old, { policy, digest: digestOf });
  expect(shown).toMatchObject({ is: 'translation', notice: { edition: now.edition, translation: { by: 'daylight' } } });
  // In a language that Daylight does not have there is nothing but the text that counts.
  const french = [{ master: before.hash, content: { ...content, language: 'fr' } }];
  expect(noticeIn('fr', now, french, { policy, digest: digestOf })).toEqual({ notice: now, is: 'stale' });
});

test('before a translation that is the organisation’s stands, in every face, that Daylight has not checked it, whatever it says itself', async () => {
  const { hash: master, ...content } = await masterNow();
  const lying = {
    ...falseGerman({ ...content, hash: master }),
    language: 'fr',
    headings: { ...content.headings, title: 'X' },
  };
  await owner.client.ok('PUT', '/notice/in/fr', { master, content: lying });
  const { notice }: { notice: NoticeView } = await mia.client.ok('GET', '/notice/in/fr');
  const said = english.reading.translatedBy('Acme');
  expect(noticePlain(notice)[0]).toBe(`${said} (SHA-256: ${master})`);
  const page = noticePage(notice);
  expect(page.indexOf(said)).toBeGreaterThan(0);
  expect(page.indexOf(said)).toBeLessThan(page.indexOf('<h1>'));
  const inGerman: { notice: NoticeView } = await mia.client.ok('GET', '/notice/in/de');
  expect(noticePlain(inGerman.notice).join(), 'Daylight’s own needs no such line').not.toContain('Acme übersetzt');
  expect(inGerman.notice.translation?.by).toBe('daylight');
});
