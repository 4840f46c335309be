import type { RouteShape } from '../../shared/protocol/http/route.ts';
import { type RouteName, routes } from '../../shared/protocol/http.ts';

/** A request of each route that passes its schemas. A route without one does not compile. */
export interface Example {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface Ids {
  readonly person: string;
  readonly device: string;
  readonly image: string;
  readonly day: string;
  /** Id of an enrolment code. */
  readonly code?: string;
}

const token = 'A'.repeat(43);
const enrolmentCode = '7K2QM-XV4ZD-N8TRC-0A5BE';
const signed = { payload: '{}', keyId: '0'.repeat(64), signature: 'A'.repeat(86) };

export function examples({
  person,
  device,
  image,
  day,
  code = '0'.repeat(64),
}: Ids): Readonly<Record<RouteName, Example>> {
  const purpose = 'workload_review';
  return {
    signIn: { body: { email: 'nobody@example.com', password: 'not the right one' } },
    signInWithLink: { body: { token } },
    readInvitation: { body: { token } },
    acceptInvitation: { body: { token, name: 'Someone', password: 'a long enough password' } },
    me: {},
    signOut: {},
    setPassword: { body: { current: 'not the right one', password: 'a long enough password' } },
    beginTotp: { body: {} },
    confirmTotp: { body: { totp: '000000' } },
    secondFactor: {},
    removeTotp: {},
    renewRecoveryCodes: { body: {} },
    sessions: {},
    endOtherSessions: {},
    endSession: { params: { id: '0'.repeat(64) } },
    people: {},
    invite: { body: { name: 'New', email: 'new@example.com', role: 'employee', teams: [], managesTeams: [] } },
    invitations: {},
    renewInvitation: { params: { person }, body: {} },
    withdrawInvitation: { params: { person } },
    changePerson: { params: { person }, body: { name: 'Changed', role: 'employee', teams: [], managesTeams: [] } },
    teams: {},
    createTeam: { body: { name: 'A team' } },
    changeTeam: { params: { team: person }, body: { name: 'Another name' } },
    devices: { params: { person } },
    createEnrolmentCode: { params: { person }, body: {} },
    enrolmentCodes: { params: { person } },
    withdrawEnrolmentCode: { params: { person, code } },
    retireDevice: { params: { person, device } },
    enrolmentNotice: { body: { code: enrolmentCode } },
    enrol: { body: { enrolment: signed } },
    objections: { params: { person } },
    openObjections: {},
    object: { params: { person, parameter: 'title' }, body: { grounds: 'It shows whom I write to.' } },
    endObjection: { params: { person, parameter: 'title' }, query: { revision: '1' } },
    answerObjection: {
      params: { person, parameter: 'title' },
      body: { revision: 1, answer: 'upheld', words: 'Right.' },
    },
    policy: {},
    policyVersion: { params: { version: '1' } },
    policyHistory: { query: { before: '9999' } },
    publishPolicy: {
      body: {
        baseVersion: 9_999,
        reason: 'to see what happens',
        parameters: { title: { level: 'off' } },
        screenshotReviewSeconds: 300,
        idleSeconds: 300,
        leaseHours: { observed: 24, entered: 720 },
      },
    },
    proof: {},
    proofStream: {},
    deviceReceipt: { params: { person, device } },
    notice: {},
    noticeVersion: { params: { version: '1' } },
    day: { params: { person }, query: { day, zone: 'UTC', purpose } },
    week: { params: { person }, query: { from: day, zone: 'UTC', purpose } },
    today: { query: { zone: 'UTC', purpose } },
    todayStream: { query: { zone: 'UTC', purpose } },
    observations: { params: { person }, query: { day, parameter: 'app', purpose } },
    screenshot: { params: { person, image }, query: { purpose } },
    held: { params: { person } },
    exportData: { params: { person }, body: { password: 'not the right one' } },
    accessLogs: {},
    accesses: { params: { person }, query: { before: '4000000000000' } },
    securityEvents: {},
  };
}

export function pathOf(name: RouteName, { params = {}, query = {} }: Example): string {
  const filled = routes[name].path.replace(/:(\w+)/g, (_whole, key: string) => encodeURIComponent(params[key] ?? ''));
  const search = new URLSearchParams(query).toString();
  return search === '' ? filled : `${filled}?${search}`;
}

export const routeNames = Object.keys(routes) as RouteName[];

export function shapeOf(name: RouteName): RouteShape {
  return routes[name];
}
