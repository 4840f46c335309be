import { catalog, type ParameterId, parameterIds } from '../../catalog.ts';
import type { Phrases } from './phrases.ts';

/** The words that count; what is said of each parameter stands in the register. */
export const english: Phrases = {
  language: 'en',
  called: 'English',
  headings: {
    title: 'What Daylight collects',
    version: 'Notice',
    published: 'Published',
    updated: 'Last updated',
    collected: 'Collected while you track',
    nothing: 'Nothing.',
    notCollected: 'Not collected',
    everything: 'Nothing is left out.',
    never: 'What nobody can switch on',
    whomToAsk: 'Whom you can turn to',
    table: 'The same as a table',
    fingerprint: 'Fingerprint of this text (SHA-256)',
    level: 'Level',
    purpose: 'Purpose',
    basis: 'Lawful basis',
    retentionDays: 'Kept for days',
    viewers: 'Seen by, besides you',
  },
  parameters: Object.fromEntries(
    parameterIds.map((id) => [id, { label: catalog[id].label, levels: catalog[id].notice }]),
  ) as Pick<Phrases['parameters'], ParameterId>,
  purposes: {
    working_time: 'working time',
    workload_review: 'workload review',
    project_costing: 'project costing',
    security: 'security',
    support: 'support',
  },
  bases: {
    contract: 'contract',
    legal_obligation: 'legal obligation',
    legitimate_interest: 'legitimate interest',
    consent: 'your consent',
  },
  viewers: {
    owner: 'owners',
    admin: 'admins',
    manager: 'your managers',
    privacy_officer: 'privacy officers',
    employee: 'employees',
  },
  never:
    'Never, whatever the settings: which keys you press, pointer positions, the clipboard, camera, microphone, location, contents of files, windows in the background.',
  retention:
    'Daylight does not yet delete by itself what has passed its days. Until it does, you can delete parts of it yourself under "My data", and your organisation what is stored of something that it collects less of now, or everything, by ending its account on its server.',
  onlyYou: 'only you',
  youAnd: (roles) => `you, ${roles}`,
  terms: ({ purpose, basis, days, viewers }) => `For ${purpose} (${basis}) · kept ${days} · seen by ${viewers}`,
  mayPause: 'You can pause whenever you want; nothing is observed meanwhile.',
  mayNotPause: 'Your organisation does not let you pause: to have nothing observed, stop tracking.',
  weekdays: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  span: (days, from, to) => `${days} from ${from} to ${to}`,
  withinHours: (spans, zone) =>
    `Only in working hours: ${spans} (time in ${zone}, or where you have said that you are).`,
  untilReview: (day) => `It stops by itself on ${day} unless your organisation has assessed it again by then.`,
  screenshotAtOnce: 'It is sent at once: you cannot review it first.',
  screenshotReview: (time) => `You can review and drop each one for ${time} before it is sent.`,
  enteredGoesOn: (withoutServer) => `It goes on for up to ${withoutServer} without contact with the server.`,
  observedGoesOn: (withoutInput, withoutServer) =>
    `It goes on for up to ${withoutInput} without input and ${withoutServer} without contact with the server.`,
  seconds: (n) => `${n} seconds`,
  minutes: (n) => (n === 1 ? '1 minute' : `${n} minutes`),
  hours: (n) => (n === 1 ? '1 hour' : `${n} hours`),
  days: (n) => (n === 1 ? '1 day' : `${n} days`),
  theApps: (list) => `the applications ${list}`,
  theSites: (list) => `the sites ${list}`,
  and: (a, b) => `${a} and ${b}`,
  appHidden: (what) => `Of ${what} only that something private is in front.`,
  siteHidden: (what) => `Of ${what} only that something private is open.`,
  titleHidden: (what) => `None of ${what}.`,
  screenshotHidden: (what) => `None while one of ${what} is to be seen.`,
  question: ({ name, email }) => `About your data you can ask ${name} (${email}).`,
  complaint: (authority, where) =>
    `You can complain to the supervisory authority, ${authority}${where === '' ? '' : ` (${where})`}, at any time, free of charge, and go to court.`,
  complaintUnnamed:
    'You can complain to the data protection authority of the country where you live or work, at any time, free of charge, and go to court; your organisation has not named one here yet.',
  reading: {
    language: 'Language',
    acknowledge: 'I have read this and acknowledge it',
    acknowledged: 'You have acknowledged it.',
    ownWords:
      'These are the words of Daylight on this computer, made from the signed policy: it has not had the text from the server yet.',
  },
  prevails: '',
};
