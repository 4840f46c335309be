import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { canonical } from '../../shared/canonical.ts';
import { catalog, type ParameterId } from '../../shared/catalog.ts';
import { assertNever, DaylightError } from '../../shared/errors.ts';
import { BootId, type ImageId } from '../../shared/ids.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import type { NoticeView } from '../../shared/protocol/http/notice.ts';
import { SelfTestReport } from '../../shared/protocol/selfTest.ts';
import type { AgentStatus, WindowAnswer, WindowRequest, WipeCause, WipeReport } from '../../shared/protocol/window.ts';
import type { UnixMs } from '../../shared/time.ts';
import { date } from '../strings/format.ts';
import { askedAloud } from '../strings/request.ts';
import { type PlainKey, say } from '../strings/say.ts';
import { type AuditTrust, openAuditTrust, whileTrusted } from './auditTrust.ts';
import { auditWords } from './auditWords.ts';
import type { CommandResult } from './commands.ts';
import { createDated, type Dated } from './dated.ts';
import { type EndedNote, noteOf, readEnded, type WipeOrder, writeEnded } from './ended.ts';
import { type Folder, openFolder } from './files.ts';
import { type Finishing, finishWipe } from './finishWipe.ts';
import { introduceBy } from './firstUse.ts';
import type { Gate, GateDeps } from './gate/gate.ts';
import { createPolicyCache, type PolicyCache } from './gate/policyCache.ts';
import { type Heard, openHeard } from './heard.ts';
import { type EnrolledDevice, readIdentity } from './identity.ts';
import { removeLeftovers } from './leftovers.ts';
import { listenLocally } from './localSocket.ts';
import { newsOf } from './news.ts';
import { createNoticeBox, type NoticeBox } from './noticeBox.ts';
import type { Clock, Indicator, Platform, Random } from './ports.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createRecorderJournal } from './recorderJournal.ts';
import { selfTestSentence } from './selfTest/selfTestWords.ts';
import { publicKeyOf, signPayload } from './signing.ts';
import type { Sealer } from './spool/batchFile.ts';
import type { SpoolBounds } from './spool/bounds.ts';
import { openSpool } from './spool/diskSpool.ts';
import type { Spool } from './spool/spool.ts';
import { keyFile, type SpoolKey } from './spool/spoolKey.ts';
import { isToldOf, statusOf } from './status.ts';
import { watchStatus } from './statusWatch.ts';
import { createAcknowledgementBox } from './uplink/acknowledgementBox.ts';
import { retireDevice } from './uplink/retire.ts';
import { createUplink, type Uplink, type UplinkState } from './uplink/uplink.ts';
import { createWindowServer, type WindowServer } from './windowServer.ts';
import { wipeFolder } from './wipe.ts';
import { whyOffHere } from './words.ts';

export interface AgentOptions {
  /** The data folder: only this user's, and only this agent's. */
  readonly folder: string;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly random: Random;
  readonly indicator: Indicator;
  readonly agentVersion: string;
  /** The folder of the built page for a browser; left out where the window is the shell's own. */
  readonly windowPage?: string;
  /** Makes of the commands in a message what can be typed where the agent was started; for the page in a browser. */
  readonly typed?: (line: string) => string;
  /** Where the key of the spool is kept; a file in the folder unless the desktop shell has a keychain. */
  readonly spoolKey?: SpoolKey;
  readonly spoolBounds?: SpoolBounds;
  /** Only for proving what an agent with another gate would have to admit. */
  readonly gate?: (deps: GateDeps) => Gate;
  /** Called when what is recorded, or the connection, has changed. */
  readonly onChange?: () => void;
}

export interface Agent {
  /** Begins to connect. Recording works without it, within the lease. */
  start(): void;
  status(): AgentStatus;
  /** Calls back with the status at once, whenever it has changed, and every REPEAT_MS anyway, until it is stopped. */
  watch(onStatus: (status: AgentStatus) => void): () => void;
  /** The indicator has come or gone, or the computer is about to sleep or has woken: looks at once instead of in seconds. */
  lookNow(): Promise<void>;
  /** What the window and the command line may ask; see shared/protocol/window.ts. */
  handle(request: WindowRequest): Promise<WindowAnswer>;
  /** Closes the session (cause `shutdown`), sends what it can within a few seconds, and lets go of the folder. */
  close(): Promise<void>;
  /** Resolves when the agent has wiped itself, by the employee's or the server's order; it is closed then. */
  readonly wiped: Promise<WipeReport & { readonly by: 'employee' | 'server' }>;
}

const DRAIN_MS = 4_000;
const RETIRE_MS = 8_000;

/**
 * Composes the agent of an enrolled folder. Throws DaylightError `not_found` when it is not enrolled, `conflict` when
 * another agent runs for it, `unavailable` when its keys or files cannot be used.
 */
export async function createAgent(options: AgentOptions): Promise<Agent> {
  const { folder } = options;
  const files = await openFolder(folder);
  if ((await readIdentity(folder, files)) === null) throw await notEnrolled(folder, files);
  let ready: (agent: Agent) => void = () => undefined;
  const agent = new Promise<Agent>((resolve) => {
    ready = resolve;
  });
  // First the socket: from here on this is the only agent of the folder.
  const socket = await listenLocally(folder, async (request) => (await agent).handle(request));
  try {
    await removeLeftovers(folder);
    const composed = await compose(options, socket.close);
    ready(composed);
    return composed;
  } catch (error) {
    await socket.close();
    throw error;
  }
}

/** And why, where the account that it was enrolled for has ended, or its organisation. */
export async function notEnrolled(folder: string, files: Pick<Folder, 'read'>): Promise<DaylightError> {
  const note = await readEnded(files);
  if (note !== null && note.ended !== null) return endedHere(note, note.ended);
  return new DaylightError('not_found', `this computer is not enrolled (nothing in ${folder})`, {
    field: 'identity',
    remedy: 'run "daylight-agent enrol --server ADDRESS" and enter the code that you were given',
  });
}

function endedHere({ reason, isGone, orderedAt }: EndedNote, { ending, certificate }: NonNullable<EndedNote['ended']>) {
  const at = date(orderedAt);
  const [here, unfinished] =
    reason === 'organisation_ended'
      ? (['organisationEnded.here', 'organisationEnded.unfinished'] as const)
      : (['accountEnded.here', 'accountEnded.unfinished'] as const);
  const of = { field: 'identity', remedy: say(isGone ? 'accountEnded.remedy' : 'accountEnded.unfinishedRemedy') };
  if (!isGone) return new DaylightError('not_found', say(unfinished, { date: at }), of);
  const words =
    certificate === null ? say('accountEnded.reference', { ending }) : say('accountEnded.certificate', { certificate });
  return new DaylightError('not_found', say(here, { date: at, words }), of);
}

interface Parts {
  readonly options: AgentOptions;
  readonly device: EnrolledDevice;
  readonly boot: BootId;
  readonly policies: PolicyCache;
  readonly notices: NoticeBox;
  readonly heard: Heard;
  readonly audit: AuditTrust;
  readonly dated: Dated;
  readonly spool: Spool;
  readonly recorder: Recorder;
  readonly key: SpoolKey;
  readonly connectedUntil: () => UnixMs | null;
  readonly window: WindowServer | null;
}

async function compose(given: AgentOptions, closeSocket: () => Promise<void>): Promise<Agent> {
  const { folder, clock, random, platform, agentVersion, gate } = given;
  const composed: { agent?: Running } = {};
  const window = await windowOf(given, composed);
  const options = { ...given, indicator: eitherSeen(given.indicator, window) };
  const { indicator } = options;
  const files = await openFolder(folder);
  const device = await readIdentity(folder, files);
  if (device === null) throw await notEnrolled(folder, files);
  const { org, person, device: id, serverKey, policyKey, policyKeySequence } = device.identity;
  const key = options.spoolKey ?? keyFile(join(folder, 'spool.key'), random);
  const bounds = options.spoolBounds === undefined ? {} : { bounds: options.spoolBounds };
  const pace = platform.pace === undefined ? {} : { batchMs: platform.pace.batchMs };
  const spool = await openSpool({ folder: join(folder, 'spool'), key, clock, random, ...bounds, ...pace });
  const boot = BootId.parse(random.uuid());
  const sealer = await journalSealer(key, random);
  const journal = createRecorderJournal(files, sealer);
  const keys = { org, person, device: id, serverKey, policyKey, policyKeySequence };
  const trusting: { lookNow?: () => void } = {};
  const audit = await openAuditTrust({
    files,
    identity: { org, serverKey },
    onChange(restored) {
      if (restored !== null) indicator.say(say('audit.accepted', { date: date(restored.at) }));
      const why = audit.fault();
      if (why !== null) indicator.say(auditWords(why));
      trusting.lookNow?.();
    },
  });
  const cache = await createPolicyCache({ files, keys, clock, memory: (await journal.read()).policy });
  const policies = whileTrusted(cache, audit);
  const recorder = await createRecorder({
    ...{ platform, policies, spool, journal, indicator, clock, random, boot, agentVersion },
    ...(gate === undefined ? {} : { gate }),
  });
  // What an ended process left behind is whole now, its session's stop included: nothing more would close its batch.
  await spool.flush();
  const connection = followConnection(clock);
  const { connectedUntil } = connection;
  const notices = createNoticeBox(device.identity.organisation, () => policies.policy());
  const heard = await openHeard(files, sealer);
  const parts: Parts = {
    options,
    device,
    boot,
    policies,
    notices,
    heard,
    audit,
    dated: createDated(policies, heard),
    spool,
    recorder,
    key,
    connectedUntil,
    window,
  };
  const closeDoors = async (cause: WipeCause, report: WipeReport): Promise<void> => {
    await window?.close({ kind: 'wiped', cause, report });
    await closeSocket();
  };
  const wiping = new Wiping(parts, closeDoors);
  const uplink = createUplink({
    ...handshakeDeps(parts),
    policies,
    spool,
    recorder,
    acknowledgements: createAcknowledgementBox(files),
    notices,
    heard,
    audit,
    onWipe: async (order) => void wiping.begin(order, uplink),
    onChange: (state) => {
      connection.changed(state);
      options.onChange?.();
    },
    onTold: () => options.onChange?.(),
    onAsked: ({ content }) => {
      indicator.say(askedAloud(content));
      options.onChange?.();
    },
  });
  trusting.lookNow = () => {
    void recorder.lookNow().then(() => options.onChange?.());
    uplink.nudge();
  };
  const agent: Running = { ...parts, uplink, wiping };
  composed.agent = agent;
  const forget = recorder.onReceiptChange(() => options.onChange?.());
  const close = once(async () => {
    forget();
    await window?.close();
    await recorder.close('shutdown');
    await spool.flush();
    await uplink.drain(DRAIN_MS);
    await uplink.close();
    await spool.close();
    await closeSocket();
  });
  return {
    start: () => uplink.start(),
    status: () => statusOf(agent),
    watch: (onStatus) => watchStatus(clock, () => statusOf(agent), onStatus),
    lookNow: () => recorder.lookNow(),
    handle: (request) => handle(agent, request),
    close: () => (wiping.begun ? wiping.done.then(() => undefined) : close()),
    wiped: wiping.done,
  };
}

/** The journal is read with the key of the spool, which `openSpool` has made or found. */
async function journalSealer(key: SpoolKey, random: Random): Promise<Sealer> {
  const bytes = await key.load();
  if (bytes === null) throw new DaylightError('unavailable', 'the key of the spool is gone');
  return { key: bytes, nonce: () => random.bytes(12) };
}

interface Running extends Parts {
  readonly uplink: Uplink;
  readonly wiping: Wiping;
}

/** `composed` is filled later: the recorder needs this as its indicator, and this asks the recorder. */
async function windowOf(options: AgentOptions, composed: { readonly agent?: Running }): Promise<WindowServer | null> {
  const { folder, clock, random, typed, windowPage: page } = options;
  if (page === undefined) return null;
  const agent = (): Running => {
    if (composed.agent === undefined) throw new DaylightError('unavailable', 'the agent is still starting');
    return composed.agent;
  };
  return createWindowServer({
    ...{ folder, page, clock, random, ...(typed === undefined ? {} : { typed }) },
    handle: (request) => handle(agent(), request),
    watch: (onStatus) => watchStatus(clock, () => statusOf(agent()), onStatus),
    onSeen: () => void composed.agent?.recorder.lookNow(),
  });
}

/** The terminal, or the page that the employee has open and can see (DESIGN, section 5). */
function eitherSeen(indicator: Indicator, window: WindowServer | null): Indicator {
  return {
    visible: () => indicator.visible() || window?.isSeen() === true,
    say: (line) => indicator.say(line),
    // What stands where nobody looks is shown to nobody; the page says itself what it has shown.
    introduce: (lines) => (indicator.visible() ? introduceBy(indicator, lines) : 'nowhere'),
  };
}

/** When the connection last ended. */
function followConnection(clock: Clock) {
  let wasOnline = false;
  let until: UnixMs | null = null;
  return {
    changed({ kind }: UplinkState): void {
      if (wasOnline && kind !== 'online') until = clock.now();
      wasOnline = kind === 'online';
    },
    connectedUntil: () => until,
  };
}

async function handle(agent: Running, request: WindowRequest): Promise<WindowAnswer> {
  const { recorder } = agent;
  switch (request.command) {
    case 'status':
      return { ok: true, said: '', status: statusOf(agent) };
    case 'start':
      return afterwards(agent, recorder.start({ project: request.project, task: request.task }));
    case 'stop':
      return afterwards(agent, recorder.stop());
    case 'pause':
      return afterwards(agent, recorder.pause());
    case 'resume':
      return afterwards(agent, recorder.resume());
    case 'project':
      return answerOf(await recorder.setWork({ project: request.project, task: request.task }));
    case 'note':
      return answerOf(await recorder.note(request.text));
    case 'answer_idle':
      return answerOf(await recorder.answerIdle(request.answer));
    case 'split_idle':
      return answerOf(await recorder.splitIdle(request.at));
    case 'show_screenshot':
      return showScreenshot(agent, request.image);
    case 'drop_screenshot':
      return answerOf(await recorder.dropScreenshot(request.image));
    case 'notice':
      return showNotice(agent, request.language);
    case 'accept_notice':
      return acceptNotice(agent, request);
    case 'agree':
      return acceptNotice(agent, request);
    case 'consent':
      return consent(agent, request);
    case 'withdraw_consent':
      return withdrawConsent(agent, request.parameter);
    case 'first_use':
      return answerOf(await recorder.firstUse(request.parameter, request.shown, request.how));
    case 'prove':
      return prove(agent, request.parameter);
    case 'answer_request':
      return answerRequest(agent, request);
    case 'window':
      return openWindow(agent);
    case 'wipe': {
      const wiped = await agent.wiping.begin('employee', agent.uplink);
      return { ok: true, said: say('tray.wiped'), wiped };
    }
    default:
      return assertNever(request);
  }
}

/** A session that begins or ends is sent at once, so that what others see is fresh. */
async function afterwards({ spool, uplink }: Running, result: Promise<CommandResult>): Promise<WindowAnswer> {
  const settled = await result;
  if (settled.ok) {
    await spool.flush();
    uplink.nudge();
  }
  return answerOf(settled);
}

function answerOf(result: CommandResult): WindowAnswer {
  if (result.ok) return { ok: true, said: result.said };
  return { ok: false, kind: 'refused', problem: result.problem, remedy: result.remedy };
}

/** For whoever sits here: with a nonce of this computer's own, and without the half of the server. */
async function prove({ recorder, device, options, policies }: Running, parameter: ParameterId): Promise<WindowAnswer> {
  const { org, device: id } = device.identity;
  const nonce = Buffer.from(options.random.bytes(32)).toString('base64url');
  const said = SelfTestReport.parse({ device: id, org, nonce, ...(await recorder.selfTest(parameter)) });
  const report = signPayload('daylight/self-test/v1', device.deviceKey, canonical(said));
  const proof = { said, report, devicePublicKey: publicKeyOf(device.deviceKey) };
  const why = said.decidedBy === null ? '' : whyOffHere(policies, parameter, said.decidedBy, options.clock.now());
  return { ok: true, said: selfTestSentence(said), proof, why };
}

async function showScreenshot({ spool }: Running, image: ImageId): Promise<WindowAnswer> {
  const bytes = await spool.heldImage(image);
  if (bytes !== null) return { ok: true, said: '', image: Buffer.from(bytes).toString('base64') };
  return {
    ok: false,
    kind: 'refused',
    problem: 'there is no such screenshot waiting on this computer',
    remedy: 'list those that wait with "daylight-agent screenshots"',
  };
}

async function openWindow({ window }: Running): Promise<WindowAnswer> {
  if (window !== null) return { ok: true, said: '', window: await window.open() };
  return {
    ok: false,
    kind: 'refused',
    problem: 'this agent has a window of its own',
    remedy: 'open it from its icon in the tray',
  };
}

function showNotice({ policies, notices, heard }: Running, language: string = english.language): WindowAnswer {
  const policy = policies.policy();
  if (policy === null) return noPolicy;
  const lease = policies.lease();
  const { notice, is, languages } = notices.inLanguage(language, policy, lease?.terms);
  const isNew = !isToldOf(policy, lease);
  const news = isNew ? { news: newsOf(policy, lease?.terms, heard.lastNotice(), notice.language) } : {};
  return { ok: true, said: '', notice, ...news, language: { is, languages: [...languages] } };
}

async function acceptNotice(
  agent: Running,
  { command, version, hash, language, translation }: Extract<WindowRequest, { command: 'accept_notice' | 'agree' }>,
): Promise<WindowAnswer> {
  const { uplink } = agent;
  const notice = noticeInForce(agent);
  if (notice === null) return noPolicy;
  if (notice.version !== version) {
    return {
      ok: false,
      kind: 'refused',
      problem: `the notice in force is number ${notice.version}, not ${version}`,
      remedy: 'read it with "daylight-agent notice" and accept that number',
    };
  }
  const translated = language === undefined ? undefined : shownIn(agent, language)?.hash;
  if ((hash !== undefined && notice.hash !== hash) || (translation !== undefined && translation !== translated)) {
    return {
      ok: false,
      kind: 'refused',
      problem: `the words of notice ${version} have been replaced since it was opened`,
      remedy: 'read it again, and accept what it says now',
    };
  }
  const { policyHash, edition } = notice;
  const read = translated === undefined ? {} : { language };
  const stored = edition === 0 ? {} : { noticeHash: notice.hash, translationHash: translated };
  const shown = { version, policyHash, ...read, ...stored };
  await uplink.acknowledge(command === 'agree' ? { ...shown, agreed: true } : shown);
  const online = uplink.state().kind === 'online';
  const what = command === 'agree' ? 'agreed' : 'acknowledged';
  const said = say(online ? `answer.${what}` : `answer.${what}Later`, { version: String(version) });
  return { ok: true, said };
}

/** The translation in which the notice in force can be read here; undefined: what cannot be was not shown in it. */
function shownIn({ policies, notices }: Running, language: string): NoticeView['translation'] {
  const policy = policies.policy();
  return policy === null ? undefined : notices.inLanguage(language, policy, policies.lease()?.terms).notice.translation;
}

/** For what they were shown, and nothing that has come since. */
async function consent(
  agent: Running,
  { parameter, shown }: Extract<WindowRequest, { command: 'consent' }>,
): Promise<WindowAnswer> {
  const asked = statusOf(agent).consents.find((one) => one.parameter === parameter);
  if (asked?.shown !== shown) return refusedSaying('answer.consentAsked', 'answer.consentAskedRemedy');
  if (!(await agent.uplink.consent(parameter, shown))) {
    return refusedSaying('answer.consentOffline', 'answer.consentOfflineRemedy');
  }
  return { ok: true, said: say('answer.consented', { what: asked.label }) };
}

async function withdrawConsent(agent: Running, parameter: ParameterId): Promise<WindowAnswer> {
  if (agent.policies.consents()[parameter] === undefined) {
    return refusedSaying('answer.noConsent', 'answer.noQuestionRemedy');
  }
  await agent.uplink.consent(parameter, null);
  const online = agent.uplink.state().kind === 'online';
  return {
    ok: true,
    said: say(online ? 'answer.withdrawn' : 'answer.withdrawnLater', { what: catalog[parameter].label }),
  };
}

function refusedSaying(problem: PlainKey, remedy: PlainKey): WindowAnswer {
  return { ok: false, kind: 'refused', problem: say(problem), remedy: say(remedy) };
}

/** Signed here, for what the person was shown here: nothing else can say that a request is theirs. */
async function answerRequest(
  { uplink }: Running,
  { request, digest, answer }: Extract<WindowRequest, { command: 'answer_request' }>,
): Promise<WindowAnswer> {
  const asked = uplink.asked().find((one) => one.request === request);
  const isSent = await uplink.answerRequest({ request, digest }, answer);
  const yes = asked?.content.kind === 'copy' ? 'answer.copyYes' : 'answer.requestYes';
  if (isSent) return { ok: true, said: say(answer === 'yes' ? yes : 'answer.requestNo') };
  return {
    ok: false,
    kind: 'refused',
    problem: 'nothing is asked about that request now',
    remedy: 'see "daylight-agent requests"; the server asks only while this computer is connected to it',
  };
}

const noPolicy: WindowAnswer = {
  ok: false,
  kind: 'refused',
  problem: 'this computer has no policy that it can trust, so nothing is collected and there is no notice',
  remedy: 'connect to the network, and see "daylight-agent status"',
};

function noticeInForce({ policies, notices }: Running): NoticeView | null {
  const policy = policies.policy();
  return policy === null ? null : notices.of(policy, policies.lease()?.terms);
}

/** The end of this installation: at most once, whoever orders it. */
class Wiping {
  readonly done: Promise<WipeReport & { by: 'employee' | 'server' }>;
  begun = false;
  readonly #parts: Parts;
  readonly #closeDoors: (cause: WipeCause, report: WipeReport) => Promise<void>;
  #finish: (report: WipeReport & { by: 'employee' | 'server' }) => void = () => undefined;

  constructor(parts: Parts, closeDoors: (cause: WipeCause, report: WipeReport) => Promise<void>) {
    this.#parts = parts;
    this.#closeDoors = closeDoors;
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  async begin(order: 'employee' | WipeOrder, uplink: Uplink): Promise<WipeReport> {
    if (this.begun) return this.done;
    this.begun = true;
    const { recorder, spool, options, device } = this.#parts;
    const files = await openFolder(options.folder);
    const note = order === 'employee' ? null : noteOf(device, order);
    // A disk that is full holds nothing up: then only a crash is not made up for.
    if (note !== null) await writeEnded(files, note).catch(() => undefined);
    await recorder.close('shutdown').catch(() => undefined);
    // Not awaited yet: an order of the server arrives on the very connection that this closes.
    const closed = uplink.close();
    await spool.wipe().catch(() => undefined);
    const report = note === null ? await this.#wipeForPerson(closed) : await finishWipe(this.#finishing(files), note);
    // The socket was the last thing in the folder.
    void this.#closeDoors(order === 'employee' ? order : order.reason, report)
      .then(() => rmdir(options.folder).catch(() => undefined))
      .then(() => this.#finish({ ...report, by: order === 'employee' ? order : 'server' }));
    return report;
  }

  async #wipeForPerson(closed: Promise<void>): Promise<WipeReport> {
    const { folder, platform } = this.#parts.options;
    const retired = await closed.then(() => retireDevice(handshakeDeps(this.#parts), RETIRE_MS));
    return { retired, ...(await wipeFolder(folder, platform.places)) };
  }

  #finishing(files: Folder): Finishing {
    const { folder, platform, clock } = this.#parts.options;
    return { folder, files, places: platform.places, clock };
  }
}

function handshakeDeps({ device, options, boot, policies }: Parts) {
  const { clock, random, agentVersion } = options;
  const { identity, deviceKey } = device;
  const policyVersion = (): number => policies.policy()?.version ?? 0;
  const { policyKey } = policies;
  return { identity, deviceKey, clock, random, boot, agentVersion, policyVersion, policyKey };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => (running ??= work());
}
