import { DaylightError } from '../../shared/errors.ts';
import { type OrgId, type PersonId, RequestId } from '../../shared/ids.ts';
import type { RequestAnswer, RequestState } from '../../shared/protocol/http/requests.ts';
import { RequestAnswerPayload, type WaitingRequest } from '../../shared/protocol/messages.ts';
import {
  type AnsweredContent,
  beforeCopies,
  type IdentityCheck,
  type ReceivedThrough,
  type Representative,
  type RequestContent,
  type RequestStatement,
  statementText,
  WAITING_OWN_MOST,
  WAITING_REPRESENTED_MOST,
} from '../../shared/rightsRequest.ts';
import type { Digest, Signed } from '../../shared/signed.ts';
import { DAY, dayOf, HOUR, type UnixMs } from '../../shared/time.ts';
import type { Authorized } from '../authorize.ts';
import type { Clock } from '../clock.ts';
import { createLanes } from '../lanes.ts';
import type { Random } from '../random.ts';
import type { DeviceRecord, NewSecurityEvent, RequestStepRecord, Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import { contactsOf } from './contacts.ts';
import type { Connections } from './control.ts';
import { openStep, type RequestStep, sealStep, type Taken } from './requestStep.ts';
import { dueOf, isProvedWeakly, isWaiting, type RightsRequest, requestOf, stateOf } from './rightsRequest.ts';
import { payloadHash, readSigned } from './signer.ts';
import { isYoung, YOUNG_MS } from './youngDevice.ts';

/**
 * What people ask of their organisation about their own data. Each step is on record as a security event before it is taken, and
 * durable when its promise resolves. Throws DaylightError `not_found` for a request that this person has not, `conflict` for a
 * step that cannot be taken now.
 */
export interface RightsRequests {
  /** Of one person, or of everyone in the organisation, oldest first. */
  of(org: OrgId, person?: PersonId): Promise<Requests>;
  one(org: OrgId, person: PersonId, request: RequestId): Promise<RightsRequest>;
  /** The caller has made sure that the very person asks. It counts only when a device has said the same. */
  file(leave: Authorized<'request.make'>, content: RequestContent): Promise<RightsRequest>;
  represent(
    leave: Authorized<'request.represent'>,
    content: AnsweredContent,
    representative: Representative,
  ): Promise<RightsRequest>;
  /** It came outside the console. As `file`, it counts only when the person has proved that it is theirs. */
  receive(
    leave: Authorized<'request.represent'>,
    content: AnsweredContent,
    how: { readonly through: ReceivedThrough; readonly words: string },
  ): Promise<RightsRequest>;
  /** Throws DaylightError `conflict` unless it counts, is not answered, and the computer that said yes is still theirs. */
  requireOpen(leave: Authorized<'request.answer'>, request: RequestId): Promise<RightsRequest>;
  /** As `requireOpen`, and no step of the person is taken until `work` is done. */
  whileOpen<T>(leave: Authorized<'request.answer'>, request: RequestId, work: () => Promise<T>): Promise<T>;
  /** As `file`. */
  agree(leave: Authorized<'request.make'>, request: RequestId): Promise<RightsRequest>;
  withdraw(leave: Authorized<'request.make'>, request: RequestId): Promise<RightsRequest>;
  identify(
    leave: Authorized<'request.answer'>,
    request: RequestId,
    check: { readonly how: IdentityCheck; readonly words: string },
  ): Promise<RightsRequest>;
  extend(leave: Authorized<'request.answer'>, request: RequestId, words: string): Promise<RightsRequest>;
  answer(leave: Authorized<'request.answer'>, request: RequestId, answer: RequestAnswer): Promise<RightsRequest>;
  /**
   * Whether everything that is held of a person may be given out to them. Throws DaylightError `conflict`, with what to do, where no
   * computer of theirs has said yes and no officer has seen them.
   */
  opened(org: OrgId, person: PersonId): Promise<OpenedCopy>;
  /** Whether what `opened` gave is not withdrawn since. */
  isStillOpen(org: OrgId, person: PersonId, opened: OpenedCopy): Promise<boolean>;
  /** What the person of this device is to be asked about there; in older words where its agent does not know copies. */
  waiting(device: Asked, knows: { readonly copies: boolean }): Promise<readonly WaitingRequest[]>;
  /**
   * Takes the word of a device: yes or no. One that comes too late changes nothing. Throws DaylightError `bad_request` when signature,
   * ids or content do not fit.
   */
  hear(device: DeviceRecord, answer: Signed): Promise<void>;
  /** This computer was retired: what it alone has opened, or would open, is not given out any more. */
  retired(device: Asked): Promise<void>;
}

type Asked = Pick<DeviceRecord, 'org' | 'person' | 'device'>;

/** A copy that was asked for and counts; or a person who never had a computer, which leaves none to be asked. */
export type OpenedCopy =
  | { readonly kind: 'asked'; readonly request: RequestId }
  | { readonly kind: 'never_had_a_computer' };

export interface Requests {
  readonly requests: readonly RightsRequest[];
  readonly unreadable: number;
}

export interface RightsRequestsDeps {
  readonly store: Pick<
    Store,
    'putRequestStep' | 'requestSteps' | 'device' | 'devices' | 'recordSecurityEvent' | 'setting'
  >;
  readonly vault: Vault;
  readonly connections: Connections;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'uuid'>;
}

/**
 * So long can the person stop what was proved by less than a computer that has been theirs for some time: by an officer who saw
 * them, or by a computer that somebody may have enrolled in their name a moment ago.
 */
export const STOPPABLE_MS = YOUNG_MS;
const FILED_IN_A_DAY = 20;

export function createRightsRequests(deps: RightsRequestsDeps): RightsRequests {
  const { store, vault, connections, clock, random } = deps;
  const lanes = createLanes<PersonId>();

  async function of(org: OrgId, person?: PersonId): Promise<Requests> {
    const byRequest = new Map<RequestId, { readonly person: PersonId; readonly taken: Taken[] }>();
    for (const record of await store.requestSteps(org, person)) {
      const known = byRequest.get(record.request) ?? { person: record.person, taken: [] };
      byRequest.set(record.request, known);
      known.taken.push(await openStep(vault, record));
    }
    const asked = [...byRequest].filter(([, { taken }]) => taken[0]?.said?.kind !== 'correction');
    const each = asked.map(([request, { person: whose, taken }]) => requestOf(whose, request, taken));
    const requests = each.filter((one) => one !== null).toSorted((a, b) => a.filedAt - b.filedAt);
    return { requests, unreadable: each.length - requests.length };
  }

  async function one(org: OrgId, person: PersonId, request: RequestId): Promise<RightsRequest> {
    const found = (await of(org, person)).requests.find((each) => each.request === request);
    if (found === undefined) throw new DaylightError('not_found', 'there is no such request of this person');
    return found;
  }

  async function put(whose: Whose, request: RequestId, step: number, said: AskedStep, at: UnixMs): Promise<void> {
    const place = { ...whose, request, step, at };
    await store.recordSecurityEvent({ org: whose.org, at, person: whose.person, ...eventOf(said) });
    const record: RequestStepRecord = { ...place, sealed: await sealStep(vault, place, said) };
    await store.putRequestStep(record);
  }

  function tellDevices({ org, person }: Whose): void {
    for (const connection of connections.ofPerson(org, person)) connection.tellRequests();
  }

  async function begin(whose: Whose, said: FiledStep): Promise<RightsRequest> {
    const request = RequestId.parse(random.uuid());
    await lanes.run(whose.person, async () => {
      const now = clock.now();
      requireFew((await of(whose.org, whose.person)).requests, said, now);
      await put(whose, request, 1, said, now);
    });
    tellDevices(whose);
    return one(whose.org, whose.person, request);
  }

  /** One step of a person after the other. `make` throws when there is none to be taken now, and gives null for none at all. */
  async function take(
    whose: Whose,
    request: RequestId,
    make: (now: RightsRequest, state: RequestState, at: UnixMs) => AskedStep | null | Promise<AskedStep | null>,
  ): Promise<RightsRequest> {
    await lanes.run(whose.person, async () => {
      const before = await one(whose.org, whose.person, request);
      const at = Math.max(clock.now(), before.changedAt);
      const said = await make(before, stateOf(before, at), at);
      if (said !== null) await put(whose, request, before.steps + 1, said, at);
    });
    tellDevices(whose);
    return one(whose.org, whose.person, request);
  }

  /** A yes is worth as much as the computer that said it: who had that one retired does not stand by it. */
  async function isProvedStill({ proof }: RightsRequest): Promise<boolean> {
    return proof?.kind !== 'device' || (await store.device(proof.device))?.status === 'active';
  }

  async function openOf({ org, person }: Whose, request: RequestId): Promise<RightsRequest> {
    const now = await one(org, person, request);
    requireCounts(now, stateOf(now, clock.now()));
    if (await isProvedStill(now)) return now;
    throw new DaylightError('conflict', 'the computer that said yes to this request is retired', {
      remedy: 'Ask the person; if it is theirs, take it down again and let them say yes on a computer that they have.',
    });
  }

  async function everHadComputer(org: OrgId, person: PersonId): Promise<boolean> {
    return (await store.devices(org, [person])).length > 0;
  }

  async function requireNoComputer({ org, person }: Whose, at: UnixMs): Promise<void> {
    const computers = await store.devices(org, [person]);
    if (!computers.some((one) => one.status === 'active' && !isYoung(one, at))) return;
    throw new DaylightError('conflict', 'this person has a computer with Daylight, which is to say that it is them', {
      remedy: 'Ask the person to confirm it there. If the computer is gone, let an admin retire it first.',
    });
  }

  return {
    of,
    one,
    async file(leave, content) {
      const whose = subjectOf(leave);
      if (content.kind === 'copy' && !(await everHadComputer(whose.org, whose.person))) throw noneToAsk();
      return begin(whose, { kind: 'filed', content, representation: null });
    },
    represent: (leave, content, representative) =>
      begin(subjectOf(leave), {
        kind: 'filed',
        content,
        representation: { by: leave.actor.person, representative },
      }),
    receive: (leave, content, { through, words }) =>
      begin(subjectOf(leave), {
        kind: 'filed',
        content,
        representation: null,
        received: { by: leave.actor.person, through, words },
      }),
    requireOpen: (leave, request) => openOf(subjectOf(leave), request),
    whileOpen: (leave, request, work) =>
      lanes.run(subjectOf(leave).person, async () => {
        await openOf(subjectOf(leave), request);
        return work();
      }),
    agree: (leave, request) =>
      take(subjectOf(leave), request, (_, state) => {
        requireState(state, ['awaiting_person'], 'it does not wait for your agreement');
        return { kind: 'agreed' };
      }),
    withdraw: (leave, request) =>
      take(subjectOf(leave), request, (_, state) => {
        requireState(state, UNANSWERED, 'it has been answered or withdrawn already, or is over');
        return { kind: 'withdrawn' };
      }),
    identify: (leave, request, { how, words }) =>
      take(subjectOf(leave), request, async (_, state, at) => {
        requireState(state, ['awaiting_device'], 'it does not wait for a proof of who the person is');
        await requireNoComputer(subjectOf(leave), at);
        return { kind: 'identified', by: leave.actor.person, how, words, countsFrom: at + STOPPABLE_MS };
      }),
    extend: (leave, request, words) =>
      take(subjectOf(leave), request, (now, state, at) => {
        requireCounts(now, state);
        requireFirstMonth(now, at);
        return { kind: 'extended', by: leave.actor.person, words };
      }),
    async answer(leave, request, answer) {
      const { appeal } = await contactsOf(store, vault, leave.actor.org);
      return take(subjectOf(leave), request, (now, state) => {
        requireCounts(now, state);
        const { words } = answer;
        const by = leave.actor.person;
        if (answer.answer === 'fulfilled') return { kind: 'fulfilled', by, words };
        return { kind: 'refused', by, reason: answer.reason, words, appeal };
      });
    },
    async opened(org, person) {
      const now = clock.now();
      const ready = (await of(org, person)).requests.find((each) => stateOf(each, now) === 'ready');
      if (ready !== undefined) {
        if (await isProvedStill(ready)) return { kind: 'asked', request: ready.request };
        throw new DaylightError('conflict', 'the computer that said yes to this copy is retired', {
          remedy: 'Withdraw the copy under “My data”, ask for it again, and say yes on a computer that you have.',
        });
      }
      if (!(await everHadComputer(org, person))) return { kind: 'never_had_a_computer' };
      throw notOpen((await of(org, person)).requests.findLast(({ content }) => content.kind === 'copy') ?? null, now);
    },
    async isStillOpen(org, person, opened) {
      if (opened.kind === 'never_had_a_computer') return !(await everHadComputer(org, person));
      const asked = await one(org, person, opened.request);
      return asked.ending === null && (await isProvedStill(asked));
    },
    async waiting({ org, person, device }, { copies }) {
      const now = clock.now();
      const asked = (await of(org, person)).requests.filter(
        (each) => isAsked(each, stateOf(each, now)) && !isAnsweredBy(device, each),
      );
      return asked.map((each) => {
        const statement = statementOf(org, each);
        const { request, filedAt, content, representative } = copies ? statement : beforeCopies(statement);
        return { request, filedAt, content, representative };
      });
    },
    async hear(device, answer) {
      const said = readSigned('daylight/request/v1', RequestAnswerPayload, answer, device.publicKey);
      const whose: Whose = device;
      if (said.org !== whose.org || said.person !== whose.person || said.device !== device.device)
        throw new DaylightError('bad_request', 'request answer: org, person and device must be those of this device');
      const { requests } = await of(whose.org, whose.person);
      if (!requests.some(({ request }) => request === said.request))
        throw new DaylightError('bad_request', 'request answer: request: there is no such request of this person');
      await take(whose, said.request, async (now, state, at) => {
        // When it is this one's turn: it may have been retired while it waited for that.
        const enrolled = await store.device(device.device);
        if (enrolled?.status !== 'active') return null;
        if (!contentHashes(whose.org, now).includes(said.content))
          throw new DaylightError('bad_request', 'request answer: content: it is not the digest of this request');
        const young = isYoung(enrolled, at);
        const { doubts } = now;
        if (state === 'ready') {
          // What is given out already: a "no" of any still ends it, and one "yes" of each that is asked is heard.
          if (said.answer === 'no') return { kind: 'denied', device: device.device, signed: answer };
          if (!isAsked(now, state) || isAnsweredBy(device.device, now)) return null;
          return { kind: 'proved', device: device.device, signed: answer, countsFrom: at };
        }
        if (!isAsked(now, state)) return null;
        if (said.answer === 'no') {
          if (young && doubts.some((one) => one.device === device.device)) return null;
          return { kind: young ? 'doubted' : 'denied', device: device.device, signed: answer };
        }
        // Two computers of which neither proves anything yet disagree: another proof has to decide.
        if (young && doubts.length > 0) return null;
        const countsFrom = Math.max(at, enrolled.enrolledAt + STOPPABLE_MS);
        if (now.proof !== null && now.proof.countsFrom <= countsFrom) return null;
        return { kind: 'proved', device: device.device, signed: answer, countsFrom };
      });
    },
    async retired(device) {
      const copies = (await of(device.org, device.person)).requests.filter(({ content }) => content.kind === 'copy');
      for (const { request, ending } of copies) {
        if (ending !== null) continue;
        await take(device, request, ({ proof }, state) => {
          const isOfIt = proof?.kind === 'device' && proof.device === device.device;
          return isOfIt && UNANSWERED.includes(state) ? { kind: 'withdrawn' } : null;
        });
      }
    },
  };
}

type AskedStep = Exclude<RequestStep, { kind: 'correction' }>;
type FiledStep = Extract<RequestStep, { kind: 'filed' }>;

interface Whose {
  readonly org: OrgId;
  readonly person: PersonId;
}

function subjectOf({ actor, subject }: Authorized<'request.make' | 'request.represent' | 'request.answer'>): Whose {
  if (subject === null) throw new Error('a request is about a person');
  return { org: actor.org, person: subject };
}

function statementOf(org: OrgId, { person, request, filedAt, content, representation }: RightsRequest) {
  const representative = representation?.representative ?? null;
  return { org, person, request, filedAt, content, representative } satisfies RequestStatement;
}

/** What a device must have signed, one of these: a digest of all that it was shown. */
function contentHashes(org: OrgId, request: RightsRequest): readonly Digest[] {
  const statement = statementOf(org, request);
  return [statement, beforeCopies(statement)].map((one) => payloadHash(statementText(one)));
}

/**
 * The person is asked until it counts: what was proved in a weaker way can still be stopped. A copy that was proved so is asked about
 * for as long as it is given out, on each computer that comes back meanwhile.
 */
function isAsked(request: RightsRequest, state: RequestState): boolean {
  if (state === 'ready') return isProvedWeakly(request);
  return state === 'awaiting_device' || state === 'awaiting_time';
}

/** It said yes, and nobody has contradicted it since. */
function isAnsweredBy(device: DeviceRecord['device'], { saidYes, proof }: RightsRequest): boolean {
  return proof !== null && saidYes.includes(device);
}

const UNANSWERED: readonly RequestState[] = ['awaiting_person', 'awaiting_device', 'awaiting_time', 'open', 'ready'];

function requireState(state: RequestState, expected: readonly RequestState[], problem: string): void {
  if (!expected.includes(state))
    throw new DaylightError('conflict', problem, { remedy: 'Look at the request as it is now.' });
}

function requireCounts({ content, proof }: RightsRequest, state: RequestState): void {
  if (state === 'open') return;
  if (content.kind === 'copy')
    throw new DaylightError('conflict', 'a copy is given out by Daylight itself, and nobody answers it', {
      remedy: 'Leave it to the person: they download it once it is proved that it is them.',
    });
  if (state === 'awaiting_time' && proof !== null) {
    const day = dayOf(proof.countsFrom);
    const problem =
      proof.kind === 'device'
        ? `a computer that was enrolled on ${dayOf(proof.countsFrom - STOPPABLE_MS)} said yes; the request counts on ${day}`
        : `who the person is was confirmed on ${dayOf(proof.at)}; the request counts on ${day}`;
    throw new DaylightError('conflict', problem, { remedy: 'Answer it then, if nobody has stopped it.' });
  }
  const problem = isWaiting(state)
    ? 'nothing proves yet that this request is the person’s own'
    : 'this request has been answered or withdrawn already';
  throw new DaylightError('conflict', problem, { remedy: 'Look at the request as it is now.' });
}

/** Nobody else's filing takes a place of the person's own. */
function isByOthers({
  representation,
  received = null,
}: Pick<RightsRequest, 'representation'> & { readonly received?: RightsRequest['received'] | undefined }): boolean {
  return representation !== null || received !== null;
}

function requireFirstMonth(now: RightsRequest, at: UnixMs): void {
  if (now.extension !== null)
    throw new DaylightError('conflict', 'two further months have been taken for this request already');
  const due = dueOf(now);
  if (due !== null && dayOf(at) <= due) return;
  throw new DaylightError('conflict', 'further months can only be taken within the first one, and that is over', {
    remedy: 'Answer the request.',
  });
}

function noneToAsk(): DaylightError {
  return new DaylightError('conflict', 'no computer was ever yours here, so that none has to say yes', {
    remedy: 'Download it under “My data”, with your password.',
  });
}

/** What the newest copy that was asked for still waits for; null: there was none. */
function notOpen(copy: RightsRequest | null, now: UnixMs): DaylightError {
  const state = copy === null ? null : stateOf(copy, now);
  const from = copy?.proof?.countsFrom;
  if (state === 'awaiting_time' && from !== undefined)
    return new DaylightError('conflict', `what was said to this copy counts from ${new Date(from).toISOString()}`, {
      remedy: 'Wait until then, or say yes on a computer that has been yours for longer.',
    });
  if (state === 'over')
    return new DaylightError('conflict', 'the time in which this copy could be downloaded is over', {
      remedy: 'Ask for it again under “My data”, then say yes in Daylight on your computer.',
    });
  return new DaylightError('conflict', 'no computer of yours has said that it is you who wants this copy', {
    remedy: 'Ask for the copy under “My data”, then say yes in Daylight on your computer.',
  });
}

function requireFew(requests: readonly RightsRequest[], said: FiledStep, now: UnixMs): void {
  const byOthers = isByOthers(said);
  const unended = requests.filter((one) => UNANSWERED.includes(stateOf(one, now)));
  if (said.content.kind === 'copy' && unended.some(({ content }) => content.kind === 'copy'))
    throw new DaylightError('conflict', 'a copy has been asked for already', {
      remedy: 'Say yes to it on your computer, download it, or withdraw it first.',
    });
  // As many as one frame to a device holds, so that what is asked there without waiting counts as well.
  const waiting = unended.filter((one) => {
    const state = stateOf(one, now);
    return isByOthers(one) === byOthers && (isWaiting(state) || isAsked(one, state));
  });
  const most = byOthers ? WAITING_REPRESENTED_MOST : WAITING_OWN_MOST;
  if (waiting.length >= most) {
    throw new DaylightError('conflict', `${most} requests of this person wait for their confirmation already`, {
      remedy: 'Confirm or withdraw one of them first.',
    });
  }
  const recent = requests.filter(({ filedAt }) => filedAt > now - DAY);
  const [oldest] = recent;
  if (oldest === undefined || recent.length < FILED_IN_A_DAY) return;
  const retryAfterMs = oldest.filedAt + DAY - now;
  throw new DaylightError('rate_limited', `${FILED_IN_A_DAY} requests of this person were filed within a day`, {
    retryAfterMs,
    remedy: `File it in ${Math.ceil(retryAfterMs / HOUR)} hours, or write to your privacy officer.`,
  });
}

/** On record of the person, and nothing that anybody wrote. */
function eventOf(said: AskedStep): Pick<NewSecurityEvent, 'kind' | 'detail'> {
  const events = {
    filed: ['rights_request_filed', 'a request about their data was filed in the console; it does not count yet'],
    agreed: ['rights_request_agreed', 'this person agreed to a request that a representative made for them'],
    proved: ['rights_request_proved', 'a device of this person signed that a request is theirs'],
    denied: ['rights_request_denied', 'a device of this person signed that a request is not theirs; it is withdrawn'],
    doubted: [
      'rights_request_doubted',
      'a device that was enrolled less than 72 hours before signed that a request is not this person’s; the request stays',
    ],
    withdrawn: [
      'rights_request_withdrawn',
      'a request of this person was withdrawn or stopped in the console, or the computer that had said yes to a copy was retired',
    ],
    identified: [
      'rights_request_identified',
      'who this person is was confirmed in person for a request; it counts in 72 hours unless they stop it',
    ],
    extended: ['rights_request_extended', 'two further months were taken to answer a request of this person'],
    fulfilled: ['rights_request_answered', 'a request of this person was answered'],
    refused: ['rights_request_refused', 'a request of this person was refused, with a reason'],
    represented: [
      'rights_request_represented',
      'a request was filed for this person on the authority of a representative; it does not count yet',
    ],
    received: [
      'rights_request_received',
      'a request that this person is said to have made outside the console was filed for them; it does not count yet',
    ],
  } as const;
  const [kind, detail] = events[said.kind === 'filed' ? filedHow(said) : said.kind];
  return { kind, detail };
}

function filedHow({ representation, received }: FiledStep): 'filed' | 'represented' | 'received' {
  if (received !== undefined) return 'received';
  return representation === null ? 'filed' : 'represented';
}
