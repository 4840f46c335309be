import { writeFile } from 'node:fs/promises';
import { ParameterId, parameterIds } from '../../shared/catalog.ts';
import { ImageId } from '../../shared/ids.ts';
import { noticePlain } from '../../shared/policy/noticePage.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import { LanguageTag } from '../../shared/protocol/http/notice.ts';
import type { AgentStatus, WindowAnswer, WindowRequest } from '../../shared/protocol/window.ts';
import { notEnrolled } from '../core/agent.ts';
import { codeOf, openFolder } from '../core/files.ts';
import { IDENTITY_FILE } from '../core/identity.ts';
import { askAgent } from '../core/localSocket.ts';
import { requestLines } from '../core/requestWords.ts';
import { idleLines, statusLines, whenSent } from '../core/statusWords.ts';
import { acknowledgedWords } from '../strings/acknowledged.ts';
import { agreementLines } from '../strings/agreement.ts';
import { newsLines, newsSummary } from '../strings/coming.ts';
import { consentLine } from '../strings/consent.ts';
import { firstUseLine } from '../strings/firstUse.ts';
import { languageRemark } from '../strings/languageRemark.ts';
import { say } from '../strings/say.ts';
import { termsWords } from '../strings/terms.ts';
import { CliEnd, exitCodes, refusedBy } from './exit.ts';
import { type Terminal, timeWords } from './terminal.ts';

type Granted = Extract<WindowAnswer, { ok: true }>;

/** Asks the running agent; every way in which that can fail has its own sentence and exit code. */
export async function ask(folder: string, request: WindowRequest): Promise<Granted> {
  const answer = await askAgent(folder, request);
  if (answer === null) {
    const files = await openFolder(folder);
    if ((await files.read(IDENTITY_FILE)) === null) throw await notEnrolled(folder, files);
    throw new CliEnd(
      exitCodes.notRunning,
      'no agent is running on this computer',
      'start it with "daylight-agent run" in a terminal',
    );
  }
  if (!answer.ok) throw refusedBy(answer);
  return answer;
}

/** Asks and prints what the agent says. */
export async function tell(terminal: Terminal, folder: string, request: WindowRequest): Promise<void> {
  terminal.say((await ask(folder, request)).said);
}

export async function showStatus(terminal: Terminal, folder: string, json: boolean, now: number): Promise<void> {
  const status = await statusOf(folder);
  const lines = json ? JSON.stringify(status, null, 2).split('\n') : statusLines(status, now, timeWords(now));
  for (const line of lines) terminal.say(line);
}

/** The question about time away: what is held back for it, and until when. */
export async function showIdle(terminal: Terminal, folder: string, now: number): Promise<void> {
  const status = await statusOf(folder);
  const lines = idleLines(status, timeWords(now));
  for (const line of lines.length === 0 ? ['There is no time away to decide about.'] : lines) terminal.say(line);
}

/** Requests in the person's name that wait for their word. */
export async function showRequests(terminal: Terminal, folder: string, now: number): Promise<void> {
  const lines = requestLines(await statusOf(folder), timeWords(now));
  for (const line of lines.length === 0 ? [say('requests.none')] : lines.slice(1)) terminal.say(line);
}

/** Signs what is shown of it here, first: nobody answers what they have not seen. */
export async function answerRequest(
  terminal: Terminal,
  folder: string,
  { id, answer, now }: { readonly id: string; readonly answer: 'yes' | 'no'; readonly now: number },
): Promise<void> {
  const { requests } = await statusOf(folder);
  const asked = requests.find(({ request }) => request === id);
  if (asked === undefined) {
    const remedy = 'see "daylight-agent requests"; the server asks only while this computer is connected to it';
    throw new CliEnd(exitCodes.refused, 'nothing is asked about such a request now', remedy);
  }
  for (const line of requestLines({ requests: [asked] }, timeWords(now)).slice(1, -1)) terminal.say(line);
  const { request, digest } = asked;
  await tell(terminal, folder, { command: 'answer_request', request, digest, answer });
}

/** Throws CliEnd for what is no parameter. */
export function parameterNamed(command: string, what: string): ParameterId {
  const parameter = ParameterId.safeParse(what);
  if (parameter.success) return parameter.data;
  throw new CliEnd(exitCodes.usage, `${command}: expected one of ${parameterIds.join(', ')}, not "${what}"`);
}

/** What rests on the person's consent, and whether they gave it. */
export async function showConsents(terminal: Terminal, folder: string): Promise<void> {
  const { consents } = await statusOf(folder);
  for (const asked of consents) {
    terminal.say(consentLine(asked));
    terminal.say(`  ${termsWords(asked.terms)}`);
    terminal.say(`  ${say('consents.terminal', { id: asked.parameter })}`);
  }
  if (consents.length === 0) terminal.say(say('consents.nothing'));
}

/** Shows first what is consented to: nobody consents to what they have not seen. */
export async function giveConsent(terminal: Terminal, folder: string, what: string): Promise<void> {
  const { consents } = await statusOf(folder);
  const asked = consents.find(({ parameter }) => parameter === what);
  if (asked === undefined) {
    throw new CliEnd(exitCodes.refused, `nothing is asked about "${what}"`, 'see "daylight-agent consent"');
  }
  terminal.say(consentLine(asked));
  terminal.say(`  ${termsWords(asked.terms)}`);
  await tell(terminal, folder, { command: 'consent', parameter: asked.parameter, shown: asked.shown });
}

/** What waits for its first use on this computer. */
export async function showFirstUse(terminal: Terminal, folder: string): Promise<void> {
  const { firstUse } = await statusOf(folder);
  for (const view of firstUse) terminal.say(firstUseLine(view));
  if (firstUse.length === 0) terminal.say(say('firstUse.nothing'));
}

/** Shows it first: nobody says that they have seen what they have not. */
export async function seeFirstUse(terminal: Terminal, folder: string, parameter: ParameterId): Promise<void> {
  const view = (await statusOf(folder)).firstUse.find((one) => one.parameter === parameter);
  if (view === undefined) {
    throw new CliEnd(exitCodes.refused, say('firstUse.nothing'), say('answer.notFirstRemedy'));
  }
  terminal.say(firstUseLine(view));
  await tell(terminal, folder, { command: 'first_use', parameter, shown: view.shown, how: 'seen' });
}

/** Time away in two parts: kept up to a time of the day, cut out after it. */
export async function keepIdleUntil(
  terminal: Terminal,
  folder: string,
  answer: string | undefined,
  until: string,
): Promise<void> {
  if (answer !== 'keep') throw new CliEnd(exitCodes.usage, 'idle: --until goes with "keep"');
  const time = timeOfDay(until);
  if (time === null) throw new CliEnd(exitCodes.usage, `--until: expected a time like 14:05, not "${until}"`);
  const { idle } = await statusOf(folder);
  if (idle === null)
    throw new CliEnd(
      exitCodes.refused,
      'there is no time away to decide about',
      'see "daylight-agent idle" when you are asked',
    );
  await tell(terminal, folder, { command: 'split_idle', at: firstAfter(idle.since, time) });
}

interface TimeOfDay {
  readonly hours: number;
  readonly minutes: number;
}

/** `HH:MM`; null for anything else. */
function timeOfDay(text: string): TimeOfDay | null {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined || minutes === undefined ? null : { hours: Number(hours), minutes: Number(minutes) };
}

/** The first moment after `since` at which clocks here show this time. */
function firstAfter(since: number, { hours, minutes }: TimeOfDay): number {
  const at = new Date(since);
  at.setHours(hours, minutes, 0, 0);
  if (at.getTime() <= since) at.setDate(at.getDate() + 1);
  return at.getTime();
}

export async function listScreenshots(terminal: Terminal, folder: string, now: number): Promise<void> {
  const { screenshots } = await statusOf(folder);
  if (screenshots.length === 0) terminal.say('No screenshot waits for your review.');
  const time = timeWords(now);
  for (const screenshot of screenshots) {
    const { image, at, level, width, height } = screenshot;
    terminal.say(`${image}  ${time(at)}  ${level}  ${width}×${height}  ${whenSent(screenshot, now)}`);
  }
}

export async function saveScreenshot(terminal: Terminal, folder: string, id: string, out: string): Promise<void> {
  const { image } = await ask(folder, { command: 'show_screenshot', image: imageId(id) });
  await writeFile(out, Buffer.from(image ?? '', 'base64'), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    throw new CliEnd(
      exitCodes.failed,
      `--out: ${out} could not be written (${codeOf(error)})`,
      'name a new file in a folder of yours',
    );
  });
  terminal.say(`Saved as ${out}. This copy is yours to delete.`);
}

export async function dropScreenshot(terminal: Terminal, folder: string, id: string): Promise<void> {
  await tell(terminal, folder, { command: 'drop_screenshot', image: imageId(id) });
}

export async function showNotice(terminal: Terminal, folder: string, chosen?: string): Promise<void> {
  const { notice, news, language } = await ask(folder, { command: 'notice', language: languageTag(chosen) });
  if (notice === undefined) return;
  const remark = chosen === undefined || language === undefined ? '' : languageRemark(language.is, chosen);
  for (const line of newsLines(news)) terminal.say(line);
  for (const line of noticePlain(notice, { remark })) terminal.say(line);
  if (notice.translation?.by === 'organisation') terminal.say(say('notice.englishHere'));
  const { notice: state } = await statusOf(folder);
  terminal.say('');
  terminal.say(
    state?.acknowledged === true
      ? acknowledgedWords(state, english)
      : `You have not acknowledged it; what is new in it is off until you do: "daylight-agent notice accept ${notice.version}".`,
  );
  if (state === null) return;
  for (const line of agreementLines(state)) terminal.say(line);
  if (state.agreement?.pending === null) {
    terminal.say(say('agreement.terminal', { version: String(notice.version) }));
  }
}

/** Shows what is new in it, as `showNotice` does, and then gives the person's word. */
export async function answerNotice(
  terminal: Terminal,
  folder: string,
  answer: Extract<WindowRequest, { command: 'accept_notice' | 'agree' }>,
): Promise<void> {
  const { notice, news } = await ask(folder, { command: 'notice', language: answer.language });
  // Of another number it is refused, and nothing of this one was asked for.
  if (notice?.version === answer.version) for (const line of newsSummary(news)) terminal.say(line);
  await tell(terminal, folder, answer);
}

/** As somebody typed it. */
export function languageTag(typed: string | undefined): string | undefined {
  if (typed === undefined || LanguageTag.safeParse(typed).success) return typed;
  throw new CliEnd(exitCodes.usage, `--language: expected a language tag, not "${typed}"`, 'say it like "de"');
}

async function statusOf(folder: string): Promise<AgentStatus> {
  const { status } = await ask(folder, { command: 'status' });
  if (status !== undefined) return status;
  throw new CliEnd(exitCodes.failed, 'the agent answered without its status', 'stop it and start it again');
}

function imageId(text: string): ImageId {
  const id = ImageId.safeParse(text);
  if (id.success) return id.data;
  throw new CliEnd(
    exitCodes.usage,
    `"${text}" is not the id of a screenshot`,
    'list them with "daylight-agent screenshots"',
  );
}
