import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '../../agent/core/notice.ts';
import { systemClock } from '../../server/clock.ts';
import { acknowledgementPart } from '../../server/control/acknowledgements.ts';
import { openDocument } from '../../server/control/sealedDocument.ts';
import { openFoundation } from '../../server/foundation.ts';
import { systemRandom } from '../../server/random.ts';
import { OrgId, PersonId } from '../../shared/ids.ts';
import { factsOf, hashedText } from '../../shared/policy/notice.ts';
import { noticePlain } from '../../shared/policy/noticePage.ts';
import { german } from '../../shared/policy/phrases/de.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import { NoticeInLanguage, type NoticeView } from '../../shared/protocol/http/notice.ts';
import { addMember, type Member, publish, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { enrolRealAgent } from '../support/realAgent.ts';
import { PROCESSOR } from '../support/routeExamples.ts';

// PROMISES 51: the English text counts; a translation is bound to the hash of the one text that it translates, and is shown of no other.

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

const inLanguage = async (language: string): Promise<NoticeInLanguage> =>
  NoticeInLanguage.parse(await mia.client.ok('GET', `/notice/in/${language}`));

/** The text in force with other words, as somebody translates it by hand. */
function french({ hash: _, ...master }: NoticeView, words = 'Ce qui est recueilli') {
  return { ...master, language: 'fr', headings: { ...master.headings, collected: words } };
}

test('in German it has the same facts in German words, says that the English text counts, and has the hash of that', async () => {
  const master: NoticeView = await mia.client.ok('GET', '/notice');
  const { notice, is, languages } = await inLanguage('de');
  expect([is, languages]).toEqual(['translation', ['en', 'de']]);
  expect([notice.language, notice.hash, factsOf(notice)]).toEqual(['de', master.hash, factsOf(master)]);
  const page = noticePlain(notice).join('\n');
  for (const words of [german.prevails, german.headings.collected, german.never, master.hash]) {
    expect(page).toContain(words);
  }
  expect(await inLanguage('en')).toEqual({ notice: master, is: 'master', languages });
  expect(await inLanguage('it'), 'nobody has translated it').toEqual({ notice: master, is: 'none', languages });
});

test('an organisation puts its own translation of the text in force, and of no other', async () => {
  const master: NoticeView = await mia.client.ok('GET', '/notice');
  const put = (change: object, hash = master.hash) =>
    owner.client.send('PUT', '/notice/in/fr', { master: hash, content: { ...french(master), ...change } });
  expect((await put({}, '0'.repeat(64))).status, 'of another text').toBe(409);
  expect((await put({ language: 'en' })).status, 'in no other language').toBe(400);
  expect((await put({ version: 1 })).status).toBe(400);
  expect((await put({ collected: master.collected.slice(1) })).status, 'something is hidden').toBe(400);
  const [first, ...others] = master.collected;
  const longer = [{ ...first, retentionDays: 1 }, ...others];
  expect((await put({ collected: longer })).status, 'it promises more than the policy').toBe(400);
  expect((await put({})).status).toBe(200);
  const { notice, is, languages } = await inLanguage('fr');
  expect([is, languages]).toEqual(['translation', ['en', 'de', 'fr']]);
  const { translation, ...shown } = notice;
  expect(shown).toEqual({ ...french(master), hash: master.hash });
  expect(translation).toEqual({ by: 'organisation', hash: digestOf(hashedText(notice)) });
  const manager = await addMember(it, owner.client, 'manager', { name: 'Max', email: 'max@acme.example.com' });
  for (const { client } of [mia, manager]) {
    const refused = await client.send('PUT', '/notice/in/fr', { master: master.hash, content: null });
    expect(refused.status).toBe(403);
  }
});

test('in a language of Daylight an organisation gives the words that it wrote itself, and nothing else', async () => {
  const processor = { ...PROCESSOR, purpose: 'Wage slips' };
  await owner.client.ok('PUT', '/records/processors', {
    revision: 0,
    number: null,
    processor,
    reason: 'for this test',
  });
  const { notice } = await inLanguage('de');
  const { hash: master, translation: _, ...content } = notice;
  const inGerman = JSON.parse(JSON.stringify(content).replaceAll('Wage slips', 'Lohnabrechnung'));
  await owner.client.ok('PUT', '/notice/in/de', { master, content: inGerman });
  const shown = await inLanguage('de');
  expect(shown).toMatchObject({ is: 'translation', notice: { translation: { by: 'organisation' } } });
  expect(shown.notice.recipients?.processors[0]?.text).toContain('Lohnabrechnung');
  const page = noticePlain(shown.notice);
  expect(page[0]).toContain(english.reading.translatedBy('Acme'));
  expect(page[1]).toContain(german.reading.translatedBy('Acme'));
  // Only in one of the two places where it stands: then Daylight's sentence would not say what its table says.
  const processors = inGerman.recipients.processors.map((one: object) => ({ ...one, purpose: 'Wage slips' }));
  const torn = { ...inGerman, recipients: { ...inGerman.recipients, processors } };
  const refused = await owner.client.send('PUT', '/notice/in/de', { master, content: torn });
  expect([refused.status, refused.body.error.field]).toEqual([400, 'content.recipients.processors.0.text']);
});

test('a device shows it in the language that is asked for, and its acknowledgement names the English text and that language', async () => {
  await using made = await enrolRealAgent(it.url, mia, true);
  const { agent } = made;
  await publish(owner.client, { app: { level: 'name' } });
  const version = async () => ((await agent.handle({ command: 'notice' })) as { notice: NoticeView }).notice;
  await eventually('in the words of the server', async () => {
    const { edition, collected } = await version();
    return edition > 0 && collected.some(({ level }) => level === 'name');
  });
  const master: NoticeView = await mia.client.ok('GET', '/notice');
  const shown = await agent.handle({ command: 'notice', language: 'de' });
  expect(shown).toMatchObject({
    notice: { language: 'de', hash: master.hash, headings: german.headings },
    language: { is: 'translation' },
  });
  if (!('notice' in shown) || shown.notice?.translation === undefined) throw new Error('it is not a translation');
  const { hash: translationHash } = shown.notice.translation;
  const accepted = { command: 'accept_notice', version: master.version, hash: master.hash } as const;
  const another = await agent.handle({ ...accepted, language: 'de', translation: '0'.repeat(64) });
  expect(another, 'of words that were replaced since').toMatchObject({ ok: false });
  expect(await agent.handle({ ...accepted, language: 'de', translation: translationHash })).toMatchObject({ ok: true });
  await eventually('it counts', () => agent.status().notice?.acknowledged === true);
  expect(await signedBy(mia)).toContainEqual(
    expect.objectContaining({
      noticeVersion: master.version,
      noticeHash: master.hash,
      language: 'de',
      translationHash,
    }),
  );
  // What was read can be read for ever, by that hash: also once the organisation has another one.
  expect(await mia.client.ok('GET', `/notice/texts/${translationHash}`)).toEqual(shown.notice);
});

test('what a device could not show in a language is not said to have been shown in it', async () => {
  await using made = await enrolRealAgent(it.url, mia, true);
  await publish(owner.client, { title: { level: 'redacted' } });
  await eventually('it is here', () => made.agent.status().notice?.acknowledged === false);
  const version = made.agent.status().notice?.version ?? 0;
  expect(await made.agent.handle({ command: 'accept_notice', version, language: 'it' })).toMatchObject({ ok: true });
  await eventually('it counts', () => made.agent.status().notice?.acknowledged === true);
  const said = (await signedBy(mia)).filter(({ noticeVersion }) => noticeVersion === version);
  expect(said).toHaveLength(1);
  expect(said[0]).not.toHaveProperty('language');
});

/** What the devices of the person signed, as the store has it. */
async function signedBy({ person }: Member): Promise<Record<string, unknown>[]> {
  const foundation = await openFoundation({ data: it.data, clock: systemClock, random: systemRandom, create: false });
  try {
    const records = await foundation.store.acknowledgements(OrgId.parse(owner.org), PersonId.parse(person));
    const documents = await Promise.all(
      records.map((record) => {
        const kept = { device: record, part: acknowledgementPart(record), policyVersion: record.noticeVersion };
        return openDocument(foundation.vault, kept, record.acknowledgement);
      }),
    );
    return documents.map(({ payload }) => JSON.parse(payload));
  } finally {
    await foundation.close();
  }
}
