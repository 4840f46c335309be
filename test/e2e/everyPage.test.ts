import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processorFields } from '../../shared/protocol/http/processors.ts';
import { COPY } from '../../shared/rightsRequest.ts';
import { addDays, DAY, dayOf, HOUR } from '../../shared/time.ts';
import {
  addMember,
  type Client,
  type Json,
  type Member,
  PASSWORD,
  publish,
  startServer,
  type TestServer,
} from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { loaded, openConsole, seriousOn, showIn } from '../support/consolePage.ts';
import { recordDay } from '../support/recordedDay.ts';
import { PROCESSOR } from '../support/routeExamples.ts';

// Every page of the console and everything that opens on one, with names that are as long as real ones.

/** Each width and each scheme once: what is where depends on the one alone, and colours on the other. */
const looks = [
  { width: 1_280, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

interface View {
  readonly as: 'nobody' | 'owner' | 'manager' | 'officer' | 'employee';
  readonly path: string | ((of: Ids) => string);
  readonly heading: string;
  readonly purpose?: readonly string[];
  readonly open?: (page: Page) => Promise<unknown>;
}

interface Ids {
  readonly person: string;
  readonly team: string;
  /** Has a last day. */
  readonly leaves: string;
  readonly day: string;
}

const LONG = 'Maximiliane-Sophie Oberländer-Wolkenstein';
const EMAIL = 'maximiliane-sophie.oberlaender-wolkenstein@verwaltung.example.com';
const TEAM = 'Donaudampfschifffahrtsgesellschaft, Verwaltung und Buchhaltung';
/** As long as a name may be, without a place to break it. */
const UNBROKEN = 'Wolkenstein'.repeat(10);

const people = { as: 'owner', path: '/people', heading: 'People' } as const;
const person = { as: 'owner', path: (of: Ids) => `/people/${of.person}`, heading: LONG } as const;
const ends = { as: 'owner', path: (of: Ids) => `/people/${of.leaves}`, heading: UNBROKEN } as const;
const collection = { as: 'owner', path: '/collection', heading: 'Collection' } as const;
const looking = { as: 'manager', purpose: ['Working time', 'Project costing'] } as const;
const dayPath = (of: Ids) => `/people/${of.person}/day/${of.day}`;
const day = { ...looking, path: dayPath, heading: LONG } as const;
const link = { as: 'nobody', path: '/link/used-before', heading: 'Your one-time link' } as const;

const views: Readonly<Record<string, View>> = {
  'sign-in': { as: 'nobody', path: '/', heading: 'Sign in' },
  'a one-time link': link,
  'a link that is used up': { ...link, open: press('Sign in with this link', 'This link no longer works') },
  'first steps, organisation': { as: 'owner', path: '/begin/organisation', heading: 'First steps' },
  'first steps, policy': { as: 'owner', path: '/begin/policy', heading: 'First steps' },
  'first steps, people': { as: 'owner', path: '/begin/people', heading: 'First steps' },
  collection,
  'the notice beside it': { ...collection, open: pressForDialog('See the notice people get', 'Print') },
  'details of a rule': { ...collection, open: press(/^Details/, 'Who may see it') },
  'working hours that are changed': {
    ...{ ...collection, open: pressForDialog('Change working hours', 'Whose clock counts') },
  },
  'what a publication changes': {
    ...collection,
    async open(page) {
      await page.locator('[data-parameter=screenshot]').getByText('Full', { exact: true }).first().click();
      await pressForDialog('Review and publish', 'Why?')(page);
    },
  },
  people,
  'an invitation': { ...people, open: pressForDialog('Invite', 'E-mail') },
  'a new team': { ...people, open: pressForDialog('New team', 'Name') },
  'a person': person,
  'a person who is changed': { ...person, open: pressForDialog('Change', `Change ${LONG}`) },
  'somebody who is said not to be of age': {
    ...person,
    open: pressForDialog('Say that they are not of age', 'How you know'),
  },
  'a device that is added': { ...person, open: pressForDialog('Add a device', `Add a device for ${LONG}`) },
  'an account that is ended': { ...person, open: pressForDialog('End the account', 'There is no way back.') },
  endings: { as: 'owner', path: '/endings', heading: 'Endings' },
  'endings, one set ahead that is over': {
    ...{ as: 'owner', path: '/endings', heading: 'Endings' },
    open: answered('**/api/v1/leaving-dates', overdue, 'The clock of the server is in doubt'),
  },
  'a last day that is moved': { ...ends, open: pressForDialog('Move the last day', 'What stays, and until when') },
  'the organisation that is ended': {
    ...{ as: 'owner', path: '/endings', heading: 'Endings' },
    open: pressForDialog('End the organisation', 'no other owner is asked'),
  },
  'an export of the organisation': {
    ...{ as: 'owner', path: '/endings', heading: 'Endings' },
    open: pressForDialog('Take an export first', 'What is not in it'),
  },
  'what a device says': { ...person, open: press('What it says it does', 'Hide') },
  'a device that is retired': { ...person, open: pressForDialog('Retire', 'This cannot be undone.') },
  'a team': { as: 'owner', path: ({ team }) => `/teams/${team}`, heading: TEAM },
  backups: { as: 'owner', path: '/backups', heading: 'Backups' },
  'backups, the recovery set fails': {
    ...{ as: 'owner', path: '/backups', heading: 'Backups' },
    open: answered('**/api/v1/backups', failingSet, 'Cannot be written'),
  },
  'for how long security events are kept': {
    ...{ as: 'owner', path: '/retention', heading: 'Retention' },
    open: pressForDialog('Change: Security events', 'How long security events are kept'),
  },
  'a request that is taken down': {
    ...{ as: 'officer', path: '/requests', heading: 'Requests to answer' },
    open: press('Take down a request', 'How you made sure who asked'),
  },
  'security events': { as: 'owner', path: '/security', heading: 'Security events' },
  'security events, alarms are open': {
    ...{ as: 'owner', path: '/security', heading: 'Security events' },
    open: answered('**/api/v1/alarms', alarmed, 'Acknowledge'),
  },
  'an alarm that is acknowledged': {
    ...{ as: 'officer', path: '/security', heading: 'Security events' },
    open: async (page) => {
      await answered('**/api/v1/alarms', alarmed, 'Acknowledge')(page);
      await pressForDialog('Acknowledge', 'cannot be taken back')(page);
    },
  },
  account: { as: 'owner', path: '/account', heading: 'Account' },
  'no such page': { as: 'owner', path: '/nowhere', heading: 'No such page' },
  'what was brought along': { as: 'employee', path: '/brought-along', heading: 'Brought along from elsewhere' },
  'my data': { as: 'employee', path: '/my-data', heading: 'My data', open: showDays },
  'a copy that is withdrawn': {
    ...{ as: 'employee', path: '/my-data', heading: 'My data' },
    open: pressForDialog('Withdraw the copy', 'Nobody can download it then'),
  },
  'something that is restricted': {
    ...{ as: 'employee', path: '/my-data', heading: 'My data' },
    open: pressForDialog('Restrict something', 'In your words'),
  },
  'what can be corrected': {
    as: 'employee',
    path: ({ day: of }) => `/correct/${of}`,
    heading: 'Correct what is recorded',
  },
  'something that is corrected': {
    ...{ as: 'employee', path: ({ day: of }: Ids) => `/correct/${of}`, heading: 'Correct what is recorded' },
    open: pressForDialog(/^Correct it/, 'when it was corrected'),
  },
  'a restriction that is ended': {
    ...{ as: 'employee', path: '/my-data', heading: 'My data' },
    open: pressForDialog('End the restriction: Device', 'It is collected again'),
  },
  objections: { as: 'employee', path: '/my-objections', heading: 'Objections' },
  'an objection that is made': {
    ...{ as: 'employee', path: '/my-objections', heading: 'Objections' },
    open: pressForDialog('Object to: Time zone', 'Why (you do not have to say)'),
  },
  'an objection that is ended': {
    ...{ as: 'employee', path: '/my-objections', heading: 'Objections' },
    open: pressForDialog('End the objection: Device', 'it is recorded again'),
  },
  'why on or off': { as: 'employee', path: '/why', heading: 'Why on or off, for you', open: openWhy('screenshot') },
  'why on or off, of a person': {
    ...{ as: 'manager', path: (of) => `/people/${of.person}/why`, heading: `Why on or off: ${LONG}` },
    open: openWhy('device'), // nobody else is shown what rests on consent
  },
  'what is left out for a person': {
    ...{ ...person, as: 'manager' },
    open: pressForDialog('Change what is left out', 'What you give back later'),
  },
  'what is left out for a team': {
    ...{ as: 'manager', path: ({ team }: Ids) => `/teams/${team}`, heading: TEAM },
    open: pressForDialog('Change what is left out', 'It holds for whoever joins the team later'),
  },
  'what is coming': { as: 'employee', path: '/coming', heading: 'What is coming' },
  consents: { as: 'employee', path: '/my-consents', heading: 'Consents' },
  'my requests': { as: 'employee', path: '/my-requests', heading: 'My requests' },
  'requests to answer': { as: 'officer', path: '/requests', heading: 'Requests to answer' },
  'objections to answer': { as: 'officer', path: '/objections', heading: 'Objections to answer' },
  'an objection that is answered': {
    ...{ as: 'officer', path: '/objections', heading: 'Objections to answer' },
    open: pressForDialog(/^Answer/, 'Your answer'),
  },
  'a restriction that is to be lifted': {
    ...{ as: 'officer', path: '/objections', heading: 'Objections to answer' },
    open: pressForDialog(/^Say that it is to be lifted/, 'This lifts nothing.'),
  },
  'something disputed that is refused': {
    ...{ as: 'officer', path: '/requests', heading: 'Requests to answer' },
    open: pressForDialog(/^Refuse what/, 'to whom they can complain'),
  },
  records: { as: 'officer', path: '/records', heading: 'Record of processing' },
  'who is responsible, that is changed': {
    ...{ as: 'officer', path: '/records', heading: 'Record of processing' },
    open: pressForDialog('Change', 'Daylight cannot know this.'),
  },
  assessments: { as: 'officer', path: '/records/assessments', heading: 'Assessments' },
  'an assessment that is added': {
    ...{ as: 'officer', path: '/records/assessments', heading: 'Assessments' },
    open: pressForDialog('Add an assessment', 'Say what was found in a few sentences'),
  },
  processors: { as: 'officer', path: '/records/processors', heading: 'Processors' },
  'a processor that is added': {
    ...{ as: 'officer', path: '/records/processors', heading: 'Processors' },
    open: pressForDialog('Add a processor', 'Field by field, as in an export.'),
  },
  'private entries': { as: 'officer', path: '/records/private', heading: 'Private entries' },
  disclosures: { as: 'officer', path: '/records/disclosures', heading: 'Disclosures' },
  'a disclosure that is added': {
    ...{ as: 'officer', path: '/records/disclosures', heading: 'Disclosures' },
    open: pressForDialog('Add a disclosure', 'Another privacy officer or owner has to approve it.'),
  },
  'how long everything is kept': { as: 'officer', path: '/retention', heading: 'Retention' },
  'legal holds': { as: 'officer', path: '/records/holds', heading: 'Legal holds' },
  'a legal hold that is added': {
    ...{ as: 'officer', path: '/records/holds', heading: 'Legal holds' },
    open: pressForDialog('Add a hold', 'Another privacy officer or owner has to approve it'),
  },
  incidents: { as: 'officer', path: '/records/incidents', heading: 'Incidents' },
  'an incident that is put on record': {
    ...{ as: 'officer', path: '/records/incidents', heading: 'Incidents' },
    open: pressForDialog('Put an incident on record', 'Nobody is told by this.'),
  },
  'access logs': { as: 'officer', path: '/access-logs', heading: 'Access logs' },
  'team today, asked what for': { as: 'manager', path: '/today', heading: 'Team today' },
  'team today': { ...looking, path: '/today', heading: 'Team today' },
  'a day, asked what for': { as: 'manager', path: dayPath, heading: LONG },
  'a day': day,
  'a screenshot': {
    ...day,
    purpose: ['Workload review'],
    open: pressForDialog(/^Open the screenshot/, 'This picture cannot be shown.'),
  },
  'a week': { ...looking, path: (of) => `/people/${of.person}/week/${of.day}`, heading: `Week of ${LONG}` },
  'my day': { as: 'employee', path: '/my-day', heading: 'My day' },
  'my week': { as: 'employee', path: '/my-week', heading: 'My week' },
  'who looked': { as: 'employee', path: '/who-looked', heading: 'Who looked at my data' },
  'the history of the policy': { as: 'employee', path: '/notice/history', heading: 'History of the policy' },
  'the signing keys': { as: 'employee', path: '/notice/keys', heading: 'Signing keys' },
  'the signing key that is changed': {
    ...{ as: 'owner', path: '/notice/keys', heading: 'Signing keys' },
    open: pressForDialog('Change the key', 'There is no way back to it.'),
  },
  'the notice of a version': {
    ...{ as: 'employee', path: '/notice/versions/1', heading: 'What was collected: version 1' },
  },
  'what is collected': { as: 'employee', path: '/notice', heading: 'What is collected' },
  'a processor that is on record': {
    ...{ as: 'officer', path: '/records/processors', heading: 'Processors' },
    open: (page) => page.getByText('What is new may not begin before').waitFor(),
  },
  'what is collected, in German': {
    ...{ as: 'employee', path: '/notice', heading: 'What is collected' },
    open: async (page) => {
      await page.getByLabel('Language').selectOption('de');
      await page.getByText(/^Hinweis \d+ · Veröffentlicht .* · Zuletzt geändert /).waitFor();
    },
  },
};

let server: TestServer;
let browser: TestBrowser;
let clients: Readonly<Record<View['as'], Client | null>>;
let ids: Ids;

beforeAll(async () => {
  await buildConsole();
  server = await startServer();
  server.clock.advance(DAY - (server.clock.now() % DAY) + 10 * HOUR);
  const { client: owner, org } = await server.addOrganisation('Nordlicht');
  const team = await owner.ok('POST', '/teams', { name: TEAM });
  const manages = { name: 'Noor Dahl', email: 'noor@example.com', managesTeams: [team.id] };
  const manager = await addMember(server, owner, 'manager', manages);
  const officer = await addMember(server, owner, 'privacy_officer', { name: 'Otto', email: 'otto@example.com' });
  const employee = await addMember(server, owner, 'employee', { name: LONG, email: EMAIL, teams: [team.id] });
  await owner.ok('POST', '/people', { name: LONG, email: `b.${EMAIL}`, role: 'employee', teams: [team.id] });
  const unbroken = await owner.ok('POST', '/teams', { name: UNBROKEN });
  const leaves = await owner.ok('POST', '/people', {
    name: UNBROKEN,
    email: 'u@example.com',
    role: 'employee',
    teams: [unbroken.id],
  });
  await owner.ok('POST', `/people/${employee.person}/enrolment-codes`, {});
  const recorded = await recordDay(server.data, org, employee.person, server.clock.now() - 3 * HOUR);
  clients = { nobody: null, owner, manager: manager.client, officer: officer.client, employee: employee.client };
  ids = { person: employee.person, team: team.id, leaves: leaves.person.id, day: recorded.day };
  const last = { day: addDays(dayOf(server.clock.now()), 12), zone: 'Europe/Berlin', password: PASSWORD };
  await owner.ok('PUT', `/people/${leaves.person.id}/leaving-date`, last);
  const consent = { level: 'blurred', basis: 'consent' };
  await publish(owner, { device: { level: 'full' }, timezone: { level: 'on' }, screenshot: consent });
  const grounds = `${UNBROKEN} ${LONG}`;
  await employee.client.ok('PUT', `/people/${employee.person}/objections/device`, { grounds });
  const restriction = { ground: 'objection', words: grounds };
  await employee.client.ok('PUT', `/people/${employee.person}/restrictions/device`, restriction);
  const leaveOut = { baseRevision: 0, ceilings: { screenshot: 'off', app: 'category' }, words: grounds };
  await owner.ok('PUT', `/teams/${team.id}/left-out`, leaveOut);
  await owner.ok('PUT', `/people/${employee.person}/left-out`, leaveOut);
  await sayOf(employee, recorded.day, 'project', { kind: 'corrected', values: { project: UNBROKEN }, words: grounds });
  await sayOf(employee, recorded.day, 'app', { kind: 'disputed', values: { name: UNBROKEN }, words: grounds });
  const content = { kind: 'access', words: grounds };
  await employee.client.ok('POST', `/people/${employee.person}/requests`, { password: PASSWORD, content });
  await employee.client.ok('POST', `/people/${employee.person}/requests`, { password: PASSWORD, content: COPY });
  const processor = { ...PROCESSOR, name: UNBROKEN, fields: [...processorFields] };
  await owner.ok('PUT', '/records/processors', { revision: 0, number: null, processor, reason: grounds });
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test.each(Object.keys(views))(
  '%s: on a wide screen in light and on a phone in dark axe finds nothing serious and nothing reaches out',
  async (name) => {
    const { as, path, open, ...shown } = views[name] as View;
    const found: string[] = [];
    const place = typeof path === 'string' ? path : path(ids);
    const page = await openConsole(browser, server, { client: clients[as], path: place, ...shown });
    await loaded(page);
    await open?.(page);
    for (const { width, colorScheme } of looks) {
      await page.setViewportSize({ width, height: 800 });
      await showIn(page, colorScheme);
      found.push(...(await seriousOn(page, `${width} ${colorScheme}:`)), ...(await widerThan(page, width)));
    }
    await page.context().close();
    expect(found).toEqual([]);
  },
);

/** Of the first record of the day. */
async function sayOf({ client, person }: Member, of: string, parameter: string, said: object): Promise<void> {
  const { entries } = await client.ok('GET', `/people/${person}/entries?day=${of}&parameter=${parameter}`);
  const { session, stored: record } = entries[0];
  await client.ok('POST', `/people/${person}/corrections`, { day: of, session, record, said });
}

async function showDays(page: Page): Promise<void> {
  await page.getByRole('article').first().locator('summary').click();
}

function openWhy(parameter: string): (page: Page) => Promise<void> {
  return (page) => page.locator(`[data-parameter=${parameter}] summary`).click();
}

/** Shows the page once more with an answer that no server gives at once. */
function answered(route: string, change: (body: Json) => Json, shown: string): (page: Page) => Promise<void> {
  return async (page) => {
    await page.context().route(route, async (asked) => {
      const response = await asked.fetch();
      await asked.fulfill({ response, json: change(await response.json()) });
    });
    await page.reload();
    await page.getByText(shown).first().waitFor();
  };
}

function overdue({ people: all, ...rest }: Json): Json {
  return { ...rest, people: all.map((one: Json) => ({ ...one, isDue: true, obstacle: 'clock' })) };
}

function alarmed(view: Json): Json {
  const at = server.clock.now();
  const raised = { at, kind: 'alarm_mass_read', person: ids.person, detail: UNBROKEN, count: 2, acknowledged: null };
  const acknowledged = { by: ids.person, at, finding: 'handled', reason: `${UNBROKEN} ${LONG}` };
  const unknown = { ...raised, seq: 8, kind: 'alarm_failed_opens', person: null, count: 1 };
  return { ...view, open: 2, alarms: [{ ...raised, seq: 9 }, unknown, { ...raised, seq: 7, acknowledged }] };
}

function failingSet(view: Json): Json {
  const failing = { since: server.clock.now(), code: 'EROFS' };
  const file = `/mnt/${UNBROKEN}/recovery.age`;
  return { ...view, recovery: { state: 'failing', file, writtenAt: failing.since - DAY, failing } };
}

function press(name: string | RegExp, shown: string): (page: Page) => Promise<void> {
  return async (page) => {
    await page.getByRole('button', { name }).first().click();
    await page.getByText(shown).last().waitFor();
  };
}

function pressForDialog(name: string | RegExp, shown: string): (page: Page) => Promise<void> {
  return async (page) => {
    await page.getByRole('button', { name }).first().click();
    await page.getByRole('dialog').getByText(shown).first().waitFor();
  };
}

/** What reaches out of the window, unless it can be scrolled where it is. */
async function widerThan(page: Page, width: number): Promise<string[]> {
  const reaching = await page.evaluate((edge) => {
    const isScrolled = (one: Element): boolean => {
      for (let box: Element | null = one; box !== null && box !== document.body; box = box.parentElement)
        if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(box).overflowX)) return true;
      return false;
    };
    return [...document.body.querySelectorAll('*')]
      .filter((one) => one.getBoundingClientRect().right > edge + 1 && !isScrolled(one))
      .map((one) => `${one.tagName.toLowerCase()}.${one.className} "${one.textContent.slice(0, 40)}"`);
  }, width);
  return reaching.slice(0, 1).map((one) => `${width}: reaches out of the window: ${one}`);
}
