import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { WaitingRequest } from '../../shared/protocol/messages.ts';
import { type RequestContent, statementText } from '../../shared/rightsRequest.ts';
import { DAY, MINUTE } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  createClient,
  type Json,
  type Member,
  PASSWORD,
  setUpTotp,
  startServer,
  type TestOwner,
  type TestServer,
  totpCode,
} from './api.ts';
import { enrol } from './enrolled.ts';
import { type Dialling, dial, monoAt, type RawAgent, signAs, type TestDevice } from './ingestKit.ts';

/** An organisation with somebody who asks, whoever answers, and those who must not; and a computer that has been Mia's for some days. */
export interface RequestKit extends AsyncDisposable {
  readonly it: TestServer;
  readonly owner: TestOwner & { readonly secret: string };
  readonly mia: Member;
  readonly officer: Member;
  readonly manager: Member;
  readonly admin: Member;
  readonly laptop: TestDevice;
  /** So much time passes, and everybody signs in again. */
  later(ms: number): Promise<void>;
  /** Another computer, enrolled now by whoever `by` is. */
  enrol(by: Client): Promise<TestDevice>;
  /** Mia's request, filed in the console with her password. */
  file(content?: RequestContent): Promise<Json>;
  /** What Mia sees of one of hers. */
  seen(request: string): Promise<Json>;
  /** What the server asks on this computer when it connects; none where it says nothing of it. */
  asks(device: TestDevice, options?: Dialling): Promise<readonly WaitingRequest[]>;
  /** The word of this computer about what it is asked; resolves when the server has taken it. */
  says(device: TestDevice, request: string, answer: 'yes' | 'no', options?: Dialling): Promise<void>;
  /** This computer, connected and welcome. */
  connected(device: TestDevice): Promise<RawAgent>;
  /** Kinds of what is on record of Mia. */
  events(): Promise<readonly string[]>;
}

export const ACCESS: RequestContent = { kind: 'access', words: 'Everything about my breaks.' };

export async function startRequests(): Promise<RequestKit> {
  const it = await startServer();
  const owner = await it.addOrganisation('Acme');
  const secret = await setUpTotp(owner.client, it.clock);
  const { id: team } = await owner.client.ok('POST', '/teams', { name: 'Sales' });
  const join = (role: 'employee' | 'privacy_officer' | 'manager' | 'admin', name: string, more: object = {}) =>
    addMember(it, owner.client, role, { name, email: `${name.toLowerCase()}@acme.example.com`, ...more });
  const mia = await join('employee', 'Mia', { teams: [team] });
  const officer = await join('privacy_officer', 'Pia');
  const manager = await join('manager', 'Max', { managesTeams: [team] });
  const admin = await join('admin', 'Ada');
  const people = [mia, officer, manager, admin, { ...owner, secret }];

  async function signIn({ client, email, secret: totpSecret }: Pick<Member, 'client' | 'email' | 'secret'>) {
    const fresh = createClient(it.url);
    const totp = totpSecret === null ? {} : { totp: totpCode(totpSecret, it.clock.now()) };
    await fresh.ok('POST', '/session', { email, password: PASSWORD, ...totp });
    client.cookie = fresh.cookie;
  }
  async function later(ms: number): Promise<void> {
    it.clock.advance(ms);
    for (const person of people) await signIn(person);
    it.clock.advance(MINUTE); // the next code is a new one
  }
  const enrolBy = (by: Client): Promise<TestDevice> => enrol(it.url, by, mia.person, it.clock.now());
  async function asks(device: TestDevice, options?: Dialling): Promise<readonly WaitingRequest[]> {
    await using agent = await connected(it, device, options);
    const asked = agent.take('requests').then(({ waiting }) => waiting);
    const silence = setTimeout(SILENCE_MS).then(() => []);
    void asked.catch(() => undefined); // by then nobody listens
    return await Promise.race([asked, silence]);
  }
  const laptop = await enrolBy(mia.client);
  await later(4 * DAY);

  return {
    ...{ it, owner: { ...owner, secret }, mia, officer, manager, admin, laptop, later, enrol: enrolBy, asks },
    file: (content = ACCESS) =>
      mia.client.ok('POST', `/people/${mia.person}/requests`, { password: PASSWORD, content }),
    async seen(request) {
      const { requests } = await mia.client.ok('GET', `/people/${mia.person}/requests`);
      return requests.find((one: Json) => one.request === request);
    },
    says: (device, request, answer, options) => sayOn(it, device, request, answer, options),
    connected: (device) => connected(it, device),
    async events() {
      const { events } = await officer.client.ok('GET', '/security-events');
      return events.filter(({ person }: Json) => person === mia.person).map(({ kind }: Json) => kind);
    },
    [Symbol.asyncDispose]: () => it.close(),
  };
}

/** Whoever is asked nothing is not told so. */
const SILENCE_MS = 800;

async function connected(
  it: Pick<TestServer, 'url' | 'clock'>,
  device: TestDevice,
  options: Dialling = {},
): Promise<RawAgent> {
  const agent = await dial(Number(new URL(it.url).port), options);
  const now = it.clock.now();
  await agent.hello(device, { at: now, mono: monoAt(now) });
  await agent.take('welcome');
  return agent;
}

/** The word of this computer about what it is asked; resolves when the server has taken it. */
export async function sayOn(
  it: Pick<TestServer, 'url' | 'clock'>,
  device: TestDevice,
  request: string,
  answer: 'yes' | 'no',
  options?: Dialling,
): Promise<void> {
  await using agent = await connected(it, device, options);
  const { waiting } = await agent.take('requests');
  const asked = waiting.find((one) => one.request === request);
  if (asked === undefined) throw new Error('the server does not ask about it');
  agent.send({ type: 'answer_request', answer: answerBy(device, asked, answer, it.clock.now()) });
  await agent.take('requests');
}

/** What an agent signs that has shown this to the person. */
export function answerBy(device: TestDevice, asked: WaitingRequest, answer: 'yes' | 'no', at: number) {
  const { org, person, device: id } = device.record;
  const text = statementText({ org, person, ...asked });
  const content = createHash('sha256').update(text, 'utf8').digest('hex');
  return signAs(device, 'daylight/request/v1', {
    ...{ org, person, device: id, request: asked.request, content, answer, at },
  });
}
