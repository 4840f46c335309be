import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { catalog } from '../../shared/catalog.ts';
import { noticePage, noticePlain } from '../../shared/policy/noticePage.ts';
import { german } from '../../shared/policy/phrases/de.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import { languages } from '../../shared/policy/phrases/languages.ts';
import { classOfProcessor, judges, recipientsPart, tellsOfAll } from '../../shared/policy/recipients.ts';
import { NoticeContent, NoticeInLanguage, NoticeView } from '../../shared/protocol/http/notice.ts';
import { Processor, processorFields } from '../../shared/protocol/http/processors.ts';
import { KNOWS_ALL, KNOWS_HEADER, Notice } from '../../shared/protocol/messages.ts';
import { DAY, dayOf } from '../../shared/time.ts';
import {
  addMember,
  type Json,
  type Member,
  publish,
  startServer,
  type TestOwner,
  type TestServer,
} from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { enrol as enrolDevice } from '../support/enrolled.ts';
import { dial } from '../support/ingestKit.ts';
import { enrolRealAgent } from '../support/realAgent.ts';
import { PROCESSOR } from '../support/routeExamples.ts';

// PROMISES 49, 47: the notice names exactly who is in the register of processors, with what each may get, and from when it is new.

const bare = Processor.parse(PROCESSOR);
const told = { ...bare, number: 1, from: 30 * DAY };

/** Of each field of an entry, another value. Or the reason why people are not told of it. */
const others: Readonly<Record<keyof Processor, Partial<Processor> | string>> = {
  name: { name: 'Wages GmbH' },
  purpose: { purpose: 'Payslips' },
  region: { region: 'FR' },
  fields: { fields: ['session.at'] },
  safeguard: { safeguard: 'An adequacy decision' },
  state: 'one that is ended is not named at all',
  contact: 'how the organisation reaches them is between the two',
  contractOn: 'the contract is between the two',
};

test.each(languages.map((phrases) => [phrases.called, phrases] as const))(
  'in %s every field of an entry is told, or stands here with the reason why not, and so is every field that can be given',
  (_, phrases) => {
    const textOf = (change: object) =>
      JSON.stringify(recipientsPart({ processors: [{ ...told, ...change }], unreadable: 0 }, phrases).processors);
    expect(Object.keys(Processor.shape).toSorted()).toEqual(Object.keys(others).toSorted());
    for (const [field, change] of Object.entries(others)) {
      if (typeof change === 'string') continue;
      expect([field, textOf(change) === textOf({})]).toEqual([field, false]);
    }
    expect(textOf({ from: 31 * DAY })).not.toBe(textOf({}));
    const words = processorFields.map((field) => textOf({ fields: [field] }).split('"text":')[1]);
    expect(new Set(words).size).toBe(processorFields.length);
    for (const text of words) expect(text).not.toMatch(/\b[a-z]+\.[a-zA-Z]+\b/);
  },
);

test('whoever is new, is elsewhere, gets more, or gets it for something else is significant; less is minor', () => {
  const of = (change: Partial<Processor>) => classOfProcessor(bare, { ...bare, ...change });
  expect([classOfProcessor(null, bare), of({ state: 'ended' }), of({})]).toEqual(['significant', 'minor', null]);
  expect(classOfProcessor({ ...bare, state: 'ended' }, bare)).toBe('significant');
  expect(of({ region: 'FR' })).toBe('significant');
  expect(of({ region: 'DE-BE' })).toBe('minor');
  expect(of({ fields: [...bare.fields, 'app.name'] })).toBe('significant');
  expect(of({ fields: ['session.at'] })).toBe('minor');
  expect(of({ fields: ['app.name'] }), 'less of one thing and more of another').toBe('significant');
  expect([of({ purpose: 'Other' }), of({ name: 'Other' })]).toEqual(['significant', 'significant']);
  expect([of({ safeguard: '' }), of({ safeguard: 'Better' })]).toEqual(['significant', 'minor']);
  expect([of({ contact: 'x' }), of({ contractOn: '2026-02-02' })]).toEqual([null, null]);
  // What people are not told of is no change to them, and what they are told of always is one.
  for (const [field, other] of Object.entries(others))
    if (field !== 'state')
      expect([field, judges[field as keyof Processor] === null]).toEqual([field, typeof other === 'string']);
});

test('a text from before lacks nothing where nobody is in the register, and a register that was damaged is not called empty', () => {
  expect(tellsOfAll(undefined, { processors: [], unreadable: 0 })).toBe(true);
  expect(tellsOfAll(undefined, { processors: [told], unreadable: 0 })).toBe(false);
  expect(tellsOfAll(undefined, { processors: [], unreadable: 1 })).toBe(false);
  for (const phrases of languages) {
    const { said } = recipientsPart({ processors: [], unreadable: 1 }, phrases);
    expect(said).toContain(phrases.recipients.unreadable);
    expect(said).not.toContain(phrases.recipients.nothing);
  }
});

let it: TestServer;
let owner: TestOwner;
let mia: Member;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
  mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: 'mia@acme.example.com' });
  await publish(owner.client, { app: { level: 'name' } }, { reactionDays: 14 });
});
afterAll(() => it.close());

async function write(more: object, number: number | null = null): Promise<Json> {
  const { revision } = await owner.client.ok('GET', '/records/processors');
  const body = { revision, number, processor: { ...PROCESSOR, ...more }, reason: 'for this test' };
  return owner.client.ok('PUT', '/records/processors', body);
}

const notice = async (): Promise<NoticeView> => NoticeView.parse(await mia.client.ok('GET', '/notice'));

/** Fails when the notice in force tells of anything else than the register has. */
async function requireNoDrift(): Promise<NoticeView> {
  const { processors, unreadable } = await owner.client.ok('GET', '/records/processors');
  const holding = processors.filter(({ state }: Json) => state === 'holds');
  const inForce = await notice();
  const { recipients } = inForce;
  if (recipients === undefined) throw new Error('the notice tells nothing of processors');
  const facts = ({ number, name, purpose, region, fields, safeguard, from }: Json) => {
    return { number, name, purpose, region, fields: [...fields].toSorted(), safeguard, from };
  };
  expect(recipients.processors.map(facts)).toEqual(holding.map(facts));
  expect(recipients.unreadable).toBe(unreadable);
  return inForce;
}

test('nobody is named where nobody is in the register, and that is said', async () => {
  const { recipients } = await requireNoDrift();
  expect(recipients).toMatchObject({ said: 'Nothing is given to any processor.', processors: [] });
});

test('each change of the register is another edition of the notice, which names exactly who is in it, and nobody writes it', async () => {
  const before = await notice();
  const added = Date.now();
  await write({});
  const first = await requireNoDrift();
  expect([first.version, first.edition]).toEqual([before.version, before.edition + 1]);
  const [one] = first.recipients?.processors ?? [];
  expect(one).toMatchObject({ name: 'Payroll Ltd', region: 'DE', fields: ['session.at', 'session.event'] });
  expect(one?.from).toBeGreaterThanOrEqual(added + 14 * DAY - 60_000);
  expect(one?.text).toBe(
    `In Germany (DE). What for: Wages. May get: ${catalog.session.label} (when, start, stop and pauses). What protects it there: Standard contractual clauses of 2021. Not before ${dayOf(one?.from ?? 0)}: you are told first.`,
  );
  expect(first.recipients?.said).toContain('Daylight itself sends nothing to any of them.');
  expect(JSON.stringify(first)).not.toContain(PROCESSOR.contact);

  // Less, and what people are not told of: the day stays, and what they are not told of makes no other text.
  await write({ fields: ['session.at'] }, 1);
  const second = await requireNoDrift();
  expect(second.recipients?.processors[0]?.from).toBe(one?.from);
  await write({ fields: ['session.at'], contact: 'other@payroll.example' }, 1);
  expect(await notice()).toEqual(second);

  await write({ fields: ['session.at', 'app.name'] }, 1);
  const third = await requireNoDrift();
  expect(third.recipients?.processors[0]?.from).toBeGreaterThanOrEqual(one?.from ?? 0);
  await write({ state: 'ended' }, 1);
  const fourth = await requireNoDrift();
  expect(fourth.recipients?.processors).toEqual([]);
  expect(fourth.edition).toBe(first.edition + 3);
  for (const text of [before, first, second, third, fourth])
    expect(await mia.client.ok('GET', `/notice/texts/${text.hash}`)).toEqual(text);
});

test('it stands in the page, in plain text, in German, and on the device that is shown the notice', async () => {
  await write({
    name: 'Mailer <b>',
    purpose: 'E-mail.\nTo people',
    region: 'FR',
    fields: processorFields.filter((one) => one.startsWith('app.')),
  });
  const master = await requireNoDrift();
  const page = noticePage(master);
  expect(page).toContain('Mailer &#60;b&#62;');
  expect(noticePlain(master).join('\n')).toContain(
    'What for: E-mail. To people. May get: Active application (all of it).',
  );
  for (const head of Object.values(english.recipients.columns)) expect(page).toContain(`<th scope="col">${head}</th>`);

  const inGerman = NoticeInLanguage.parse(await mia.client.ok('GET', '/notice/in/de'));
  expect(inGerman.is).toBe('translation');
  expect(noticePlain(inGerman.notice).join('\n')).toContain(german.recipients.these);
  expect(inGerman.notice.recipients?.processors[0]?.text).toMatch(
    /^Land: Frankreich \(FR\)\. .*Aktives Programm \(alles davon\)/,
  );

  // A translation that hides one of them is none.
  const { hash, ...content } = master;
  const french = { ...content, language: 'fr' };
  const hiding = { ...french, recipients: { ...content.recipients, processors: [] } };
  const { recipients: _, ...silent } = french;
  for (const one of [hiding, silent])
    expect((await owner.client.send('PUT', '/notice/in/fr', { master: hash, content: one })).status).toBe(400);
  expect((await owner.client.send('PUT', '/notice/in/fr', { master: hash, content: french })).status).toBe(200);

  await using made = await enrolRealAgent(it.url, mia, true);
  expect(made.shown.notice.recipients).toEqual(master.recipients);
  const held = async () => (await made.agent.handle({ command: 'notice' })) as { notice: NoticeView };
  await eventually('the text has come', async () => (await held()).notice.edition > 0);
  expect((await held()).notice).toEqual(master);
  const shown = await made.agent.handle({ command: 'notice', language: 'de' });
  expect(shown).toMatchObject({ notice: { recipients: { heading: german.recipients.heading } } });
});

test('an agent from before notices named processors is sent none that it could not read, and is told to be updated before it enrols', async () => {
  const { hash, ...master } = await requireNoDrift();
  await owner.client.ok('PUT', '/notice/in/fr', { master: hash, content: { ...master, language: 'fr' } });
  const before = NoticeContent.omit({ recipients: true });
  expect(before.safeParse(master).success, 'it refuses the whole text').toBe(false);
  const frameBefore = Notice.extend({
    notice: before.extend({ hash: z.string() }).nullable(),
    translations: z.array(z.strictObject({ master: z.string(), content: before })).optional(),
  });
  const device = await enrolDevice(it.url, owner.client, mia.person, Date.now());
  const port = Number(new URL(it.url).port);
  const asks = async (knows: string) => {
    await using raw = await dial(port, { knows });
    await raw.hello(device);
    await raw.take('welcome');
    raw.send({ type: 'read_notice', have: null });
    return await raw.take('notice');
  };
  const frame = await asks('copies, coming');
  expect([frameBefore.safeParse(frame).success, frame]).toEqual([true, { type: 'notice', notice: null }]);
  const now = await asks(KNOWS_ALL);
  expect(now.notice?.recipients).toEqual(master.recipients);
  expect(now.translations).toHaveLength(1);

  const { code } = await mia.client.ok('POST', `/people/${mia.person}/enrolment-codes`, {});
  const refused = await mia.client.send('POST', '/enrolment/notice', { code }, { [KNOWS_HEADER]: 'copies, coming' });
  expect([refused.status, refused.body.error]).toEqual([
    400,
    expect.objectContaining({ field: KNOWS_HEADER, remedy: expect.stringContaining('Update the agent') }),
  ]);
  expect((await mia.client.ok('POST', '/enrolment/notice', { code })).notice.recipients).toEqual(master.recipients);
});

test('a computer that is connected shows another edition at once, and no earlier one where it does not fit into a frame', async () => {
  await using made = await enrolRealAgent(it.url, mia, true);
  const held = async () => ((await made.agent.handle({ command: 'notice' })) as { notice: NoticeView }).notice;
  await eventually('the text has come', async () => (await held()).edition > 0);
  const before = await held();
  for (let n = 1; n <= 20; n += 1) await write({ name: `Archive ${n} Ltd` });
  const after = await requireNoDrift();
  expect(after.edition).toBe(before.edition + 20);
  await eventually('the newest has come', async () => (await held()).hash === after.hash);
  for (let n = 1; n <= 10; n += 1) await write({ purpose: 'ä'.repeat(1_000), safeguard: 'ä'.repeat(500) });
  await eventually('it shows words of its own', async () => (await held()).edition === 0);
});
