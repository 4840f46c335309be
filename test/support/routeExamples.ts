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
/** Nobody’s. */
const request = '6a0e8f0c-1f1f-4a55-9d5c-0c6f9b3d2a11';
const signed = { payload: '{}', keyId: '0'.repeat(64), signature: 'A'.repeat(86) };

const CONTROLLER = {
  name: 'Acme',
  address: '',
  jointControllers: '',
  representative: '',
  dataProtectionOfficer: '',
};

/** Its date is the earliest that can be: a test gives another where it must hold. */
export const ASSESSMENT = {
  title: 'Screens',
  parameters: ['screenshot'],
  findings: 'Pictures show more than work.',
  measures: 'They are blurred, and people may drop them.',
  assessor: 'Pia',
  assessedOn: '2026-01-15',
  document: 'https://intranet.example/dpia/3',
  reviewBy: '2026-01-15',
  state: 'holds',
};

export const PROCESSOR = {
  name: 'Payroll Ltd',
  contact: 'privacy@payroll.example',
  region: 'DE',
  purpose: 'Wages',
  fields: ['session.event', 'session.at'],
  contractOn: '2026-01-01',
  safeguard: 'Standard contractual clauses of 2021',
  state: 'holds',
};

export const DISCLOSURE = {
  recipient: 'Court of Leeds',
  basis: 'Order 12/2026',
  why: 'It was ordered.',
  people: 'everyone',
  parameters: ['session'],
  from: '2026-01-01',
  to: '2026-01-31',
  what: 'Hours as a table.',
  givenOn: '2026-02-02',
  secrecy: null,
};

export const INCIDENT = {
  what: 'A laptop was stolen.',
  effects: ['confidentiality'],
  noticedAt: 1_760_000_000_000,
  scope: { kind: 'everyone' },
};

/** Without the person. */
export const HOLD = {
  parameters: ['session'],
  from: '2026-01-01',
  to: '2026-01-31',
  why: 'A claim about overtime.',
  authority: 'Case 7/2026',
  until: '2027-01-31',
};

const record = { parameter: 'notes', level: 'on', at: 1_790_000_000_000, mono: 1, span: 0, note: 'a note' };

export function examples({
  person,
  device,
  image,
  day,
  code = '0'.repeat(64),
}: Ids): Readonly<Record<RouteName, Example>> {
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
    noticeTexts: {},
    noticeText: { params: { hash: '0'.repeat(64) } },
    noticeIn: { params: { language: 'de' } },
    translateNotice: { params: { language: 'de' }, body: { master: '0'.repeat(64), content: null } },
    contacts: {},
    changeContacts: { body: { baseRevision: 999, authority: null, privacy: null } },
    objections: { params: { person } },
    openObjections: {},
    object: { params: { person, parameter: 'title' }, body: { grounds: 'It shows whom I write to.' } },
    endObjection: { params: { person, parameter: 'title' }, query: { revision: '1' } },
    answerObjection: {
      params: { person, parameter: 'title' },
      body: { revision: 1, answer: 'upheld', words: 'Right.' },
    },
    entries: { params: { person }, query: { day, parameter: 'notes' } },
    corrections: { params: { person } },
    allCorrections: {},
    correct: {
      params: { person },
      body: { day, session: person, record, said: { kind: 'stated', words: 'It was another note.' } },
    },
    withdrawDispute: { params: { person, correction: device, number: '1' } },
    answerDispute: {
      params: { person, correction: device, number: '1' },
      body: { answer: 'accepted', words: 'Right.' },
    },
    tellRecipient: {
      params: { person, correction: device, number: '1' },
      body: { outcome: 'impossible', words: 'They are gone.' },
    },
    restrictions: { params: { person } },
    allRestrictions: {},
    restrict: {
      params: { person, parameter: 'title' },
      body: { ground: 'objection', words: 'It was never answered.' },
    },
    endRestriction: { params: { person, parameter: 'title' }, query: { revision: '1' } },
    tellLift: { params: { person, parameter: 'title' }, body: { revision: 1, words: 'It has been checked.' } },
    readLift: { params: { person, parameter: 'title' }, body: { revision: 1 } },
    liftRestriction: { params: { person, parameter: 'title' }, body: { revision: 1 } },
    age: { params: { person } },
    sayAge: {
      params: { person },
      body: { minor: false, words: 'She is nineteen.', password: 'not the right one' },
    },
    consents: { params: { person } },
    giveConsent: { params: { person, parameter: 'title' }, body: { shown: 'a'.repeat(64) } },
    withdrawConsent: { params: { person, parameter: 'title' } },
    layers: { params: { person } },
    leftOutOfPerson: { params: { person } },
    leaveOutOfPerson: {
      params: { person },
      body: { baseRevision: 999, ceilings: { title: 'off' }, words: 'It is confidential.' },
    },
    // No team has the id of a person.
    leftOutOfTeam: { params: { team: person } },
    leaveOutOfTeam: {
      params: { team: person },
      body: { baseRevision: 999, ceilings: { title: 'off' }, words: 'It is confidential.' },
    },
    specialSearch: {},
    searchSpecial: { body: { mode: 'erase', password: 'not the right one' } },
    ownExclusions: { params: { person } },
    leaveOutOwn: { params: { person }, body: { baseRevision: 999, exclusions: { apps: [], sites: ['example.com'] } } },
    chooseZone: { params: { person }, body: { zone: 'Asia/Tokyo' } },
    requests: { params: { person } },
    allRequests: {},
    fileRequest: {
      params: { person },
      body: { password: 'not the right one', content: { kind: 'access', words: '' } },
    },
    representRequest: {
      params: { person },
      body: {
        content: { kind: 'access', words: '' },
        representative: { name: 'Rita Counsel', reference: 'Letter of 2 March', words: 'A power of attorney.' },
      },
    },
    receiveRequest: {
      params: { person },
      body: {
        password: 'not the right one',
        content: { kind: 'access', words: '' },
        through: 'letter',
        words: 'Her signature, as in her file.',
      },
    },
    previewRequestedErasure: { params: { person, request }, body: { zone: 'UTC' } },
    carryOutErasure: { params: { person, request }, body: { password: 'not the right one', zone: 'UTC' } },
    carryOutCorrection: {
      params: { person, request },
      body: {
        password: 'not the right one',
        parameter: 'notes',
        day,
        reads: { note: 'Teh call' },
        values: { note: 'The call' },
        words: 'As she wrote.',
      },
    },
    agreeToRequest: { params: { person, request }, body: { password: 'not the right one' } },
    withdrawRequest: { params: { person, request }, body: {} },
    confirmIdentity: { params: { person, request }, body: { how: 'identity_document', words: 'Her passport.' } },
    extendRequest: { params: { person, request }, body: { words: 'There is a lot of it.' } },
    answerRequest: { params: { person, request }, body: { answer: 'fulfilled', words: 'Here it is.' } },
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
    policyDraft: {},
    savePolicyDraft: { body: { revision: 9_999, change: { baseVersion: 9_999 } } },
    discardPolicyDraft: { query: { revision: '9999' } },
    proposals: {},
    propose: { body: { change: { baseVersion: 9_999, reason: 'to see what happens' }, publishAt: null } },
    answerProposal: {
      params: { number: '9999' },
      body: { hash: '0'.repeat(64), answer: 'refused', reason: 'for this test' },
    },
    requireSecond: { body: { required: false, reason: 'for this test' } },
    coming: {},
    policyKeys: {},
    rotatePolicyKey: { body: { sequence: 9_999, reason: 'scheduled', password: 'not the right one' } },
    proof: {},
    proofStream: {},
    deviceReceipt: { params: { person, device } },
    selfTest: { params: { person, device }, body: { parameter: 'screenshot' } },
    notice: {},
    noticeVersion: { params: { version: '1' } },
    day: { params: { person }, query: { day, zone: 'UTC', purpose: 'project_costing,workload_review' } },
    week: { params: { person }, query: { from: day, zone: 'UTC', purpose: 'working_time,project_costing' } },
    today: { query: { zone: 'UTC', purpose: 'working_time' } },
    todayStream: { query: { zone: 'UTC', purpose: 'working_time,project_costing' } },
    observations: { params: { person }, query: { day, parameter: 'app', purpose: 'project_costing' } },
    screenshot: { params: { person, image }, query: { purpose: 'workload_review' } },
    held: { params: { person } },
    exportData: { params: { person }, body: { password: 'not the right one' } },
    imports: { params: { person } },
    arrival: { params: { person } },
    beginArrival: { params: { person }, body: { bytes: 1_000_000_000_000 } },
    sendPart: { params: { person, arrival: image, part: '0' }, body: {} },
    dropArrival: { params: { person, arrival: image } },
    takeArrival: { params: { person, arrival: image }, body: { password: 'not the right one' } },
    importedDay: { params: { person, import: image, day } },
    eraseImport: { params: { person, import: image }, body: { days: null, password: 'not the right one' } },
    erasures: { params: { person } },
    previewErasure: {
      params: { person },
      body: { kind: 'days', parameters: ['notes'], from: day, to: day, zone: 'UTC' },
    },
    erase: { params: { person }, body: { what: { kind: 'screenshot', image }, password: 'not the right one' } },
    storedAbove: {},
    eraseStored: {
      body: { version: 9_999, parameters: [{ parameter: 'title', which: 'all' }], password: 'not the right one' },
    },
    orderedErasures: {},
    accessLogs: {},
    accesses: { params: { person }, query: { before: '4000000000000' } },
    accessProof: { params: { person, seq: '9000000000' } },
    auditCheckpoint: {},
    auditConsistency: { query: { from: '0', to: '0' } },
    processingRecord: {},
    processingRecordPage: {},
    processingRecordTable: {},
    disclosures: {},
    disclosuresPage: {},
    disclosuresTable: {},
    proposeDisclosure: { body: { revision: 9_999, content: DISCLOSURE, reason: 'for this test' } },
    answerDisclosure: {
      params: { number: '1' },
      body: { revision: 9_999, answer: 'approved', reason: 'for this test' },
    },
    incidents: {},
    openIncident: { body: { revision: 9_999, content: INCIDENT, reason: 'for this test' } },
    changeIncident: {
      params: { number: '1' },
      body: { revision: 9_999, step: { kind: 'close' }, reason: 'for this test' },
    },
    incidentEvidence: { params: { number: '9999' } },
    ownIncidents: { params: { person } },
    holds: {},
    proposeHold: { body: { revision: 9_999, content: { ...HOLD, person }, reason: 'for this test' } },
    answerHold: {
      params: { number: '1' },
      body: { revision: 9_999, answer: 'approved', reason: 'for this test' },
    },
    ownHolds: { params: { person } },
    ownDisclosures: { params: { person } },
    ownDisclosuresPage: { params: { person } },
    ownDisclosuresTable: { params: { person } },
    processors: {},
    recordProcessor: { body: { revision: 9_999, number: null, processor: PROCESSOR, reason: 'for this test' } },
    assessments: {},
    recordAssessment: { body: { revision: 9_999, number: null, assessment: ASSESSMENT, reason: 'for this test' } },
    selfCheck: {},
    retention: {},
    clock: {},
    previewRetention: { query: { parameter: 'title', days: '5' } },
    previewEntries: { query: { kind: 'access', days: '1000' } },
    keepEntries: { body: { kind: 'access', days: 1_500, password: 'not the password of anybody' } },
    releaseClock: { body: { password: 'not the password of anybody' } },
    backups: {},
    makeBackup: {},
    endings: {},
    certificate: { params: { ending: request } },
    previewEnding: { params: { person } },
    leavingDates: {},
    leavingDate: { params: { person } },
    setLeavingDate: {
      params: { person },
      body: { day: '2090-01-01', zone: 'UTC', password: 'not the password of anybody' },
    },
    postponeLeavingDate: { params: { person }, body: { day: '2090-01-01' } },
    cancelLeavingDate: { params: { person } },
    endAccount: { params: { person }, body: { name: 'Nobody', password: 'not the password of anybody' } },
    previewOrganisationExport: {},
    exportOrganisation: { body: { password: 'not the password of anybody' } },
    previewOrganisationEnding: {},
    endOrganisation: { body: { name: 'Nobody', password: 'not the password of anybody' } },
    changeController: { body: { revision: 9_999, details: CONTROLLER, reason: 'for this test' } },
    securityEvents: {},
    alarms: {},
    acknowledgeAlarm: { params: { seq: '900000000000' }, body: { finding: 'explained', reason: 'for this test' } },
    securityEventProof: { params: { seq: '9000000000' } },
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
