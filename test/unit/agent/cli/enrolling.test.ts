import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EnrolOptions, enrolCommand } from '../../../../agent/cli/enrolCommand.ts';
import { exitCodes } from '../../../../agent/cli/exit.ts';
import type { Terminal } from '../../../../agent/cli/terminal.ts';
import { createSystemClock } from '../../../../agent/platform/system.ts';
import { scratch, systemRandom } from '../../../support/agentKit.ts';
import { addMember, type Member, startServer, type TestServer } from '../../../support/api.ts';

const OF_AGE = 'Are you of age (18, or as the law of your country has it)? [yes / no] ';
const READ = 'Have you read this and do you acknowledge it? [yes / later / cancel] ';
const NONE = 'That is none of the answers: nothing is decided yet.';

let server: TestServer;
let mia: Member;

beforeAll(async () => {
  server = await startServer();
  const owner = await server.addOrganisation('Nordlicht');
  mia = await addMember(server, owner.client, 'employee', { name: 'Mia', email: 'mia@example.com' });
});
afterAll(() => server.close());

/** A person who types these lines, or nobody. */
function typing(answers: readonly string[] | null) {
  const left = [...(answers ?? [])];
  const [asked, said]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    visible: () => true,
    say: (line) => void said.push(line),
    complain: (line) => void said.push(line),
    repeat: () => () => undefined,
    interactive: answers !== null,
    async ask(question) {
      asked.push(question);
      const answer = left.shift();
      if (answer === undefined) throw new Error(`nothing is left to answer "${question}"`);
      return answer;
    },
    read: async () => '',
  };
  return { terminal, asked, said };
}

async function enrolling(answers: readonly string[] | null, change: Partial<EnrolOptions> = {}) {
  const place = await scratch();
  const code = async () => (await mia.client.ok('POST', `/people/${mia.person}/enrolment-codes`, {})).code as string;
  const { terminal, asked, said } = typing(answers);
  const deps = { terminal, clock: createSystemClock(), random: systemRandom };
  const options = { server: server.url, code: change.code ?? (await code()), ...change };
  const end = await enrolCommand(deps, place.folder, options).catch((cause: unknown) => cause);
  const files = await readdir(place.folder);
  await place[Symbol.asyncDispose]();
  return { end, asked, said: said.filter((line) => line === NONE), isEnrolled: files.includes('identity.json') };
}

it('a typing error at each question of enrolment is asked again, and what is answered then counts', async () => {
  const { end, asked, said, isEnrolled } = await enrolling(['yess', '', 'Yes', 'acknowledge', 'n', 'Y']);
  expect([end, isEnrolled]).toEqual([undefined, true]);
  expect(asked).toEqual([OF_AGE, OF_AGE, OF_AGE, READ, READ, READ]);
  expect(said).toEqual([NONE, NONE, NONE, NONE]);
});

it('after five answers that nobody understands enrolment ends, and the code can still be used', async () => {
  const wrong = ['?', 'yes please', 'si', 'ja', 'nope', 'yes'];
  const { end, asked, isEnrolled } = await enrolling(wrong);
  expect(end).toMatchObject({ code: exitCodes.usage, message: expect.stringContaining('the code can still be used') });
  expect([asked.length, isEnrolled]).toEqual([5, false]);
});

it.each([
  ['no', ['no'], 'not of age'],
  ['cancel', ['y', 'cance', 'c'], 'the code can still be used'],
])('"%s" is an answer and no typing error: enrolment ends with it', async (_what, answers, words) => {
  const { end, asked, isEnrolled } = await enrolling(answers);
  expect(end).toMatchObject({ code: exitCodes.refused, message: expect.stringContaining(words) });
  expect([asked.length, isEnrolled]).toEqual([answers.length, false]);
});

it.each([
  ['the age', {}, '--of-age'],
  ['the notice', { ofAge: true }, '--accept-notice 1'],
])(
  'where there is no terminal enrolment ends at once, without a question, with the option that answers %s',
  async (_what, options, remedy) => {
    const { end, asked, isEnrolled } = await enrolling(null, options);
    expect(end).toMatchObject({ code: exitCodes.usage, remedy: expect.stringContaining(remedy) });
    expect([asked, isEnrolled]).toEqual([[], false]);
  },
);
