import type { RecordPart } from './portable.ts';

/**
 * Everything that the server keeps, and what of it a person is given in their export. A table or file that is not in here fails
 * `test/unit/server/lifecycle/dataMap.test.ts`, which reads the databases and the folder of a real server.
 */
export interface Registered {
  /** How a row leads to the person whom it is about; null where it is about nobody in particular. */
  readonly subject: string | null;
  /** The parts of the export that its rows are in; empty where none is. */
  readonly exported: readonly ExportedIn[];
  /** What is not given of it, and why; null where everything is. */
  readonly withheld: string | null;
}

/** A part with the rows of one kind, or one of those with parts of their own. */
export type ExportedIn = RecordPart | 'data' | 'images' | 'imported' | 'notices';

const org = 'It is of the organisation, and about nobody in it.';

const audit =
  'Hashes alone: nobody can tell from them, or check by guessing, who did what. Proofs of entries about you are in the console.';

/** `daylight.db`, by table. */
export const storeMap: Readonly<Record<string, Registered>> = {
  organisation: {
    subject: null,
    exported: [],
    withheld: 'Its name stands in the manifest; the rest is its signing keys.',
  },
  person: {
    subject: 'person',
    exported: ['profile'],
    withheld:
      'Password hash, secret of the second factor and hashes of recovery codes: whoever had them could sign in as you. The keyed hash of the e-mail address finds your account and says nothing else.',
  },
  team: { subject: 'person.teams, person.manages_teams', exported: ['profile'], withheld: null },
  token: {
    subject: 'person',
    exported: ['open-links'],
    withheld: 'The hash of the link or code, which proves that somebody has it.',
  },
  web_session: {
    subject: 'person',
    exported: ['sign-ins'],
    withheld: 'The hashes of the cookie and of the browser, which prove that somebody has it.',
  },
  device: { subject: 'person', exported: ['devices'], withheld: null },
  device_progress: { subject: 'device', exported: ['devices'], withheld: null },
  receipt: { subject: 'device', exported: ['receipts'], withheld: null },
  latest_receipt: { subject: 'device', exported: ['receipts'], withheld: null },
  policy: { subject: 'author', exported: ['policies', 'notices'], withheld: null },
  policy_key: {
    subject: 'author',
    exported: [],
    withheld:
      'Which keys have signed the policies is of the organisation, and everyone in it can read it in the console; that you changed one is among the security events.',
  },
  acknowledgement: { subject: 'person', exported: ['acknowledgements'], withheld: null },
  personal_decision: { subject: 'person', exported: ['decisions'], withheld: null },
  organisation_setting: {
    subject: 'the people whom a disclosure, a hold or an incident names, within what is sealed',
    exported: ['disclosures', 'holds', 'incidents'],
    withheld:
      'What the organisation has set for all and its registers; whom people can turn to stands on the first page of each export. A disclosure that somebody with authority had kept secret is told after its day.',
  },
  rights_request: { subject: 'person', exported: ['requests', 'corrections'], withheld: null },
  erasure: { subject: 'person', exported: ['erasures'], withheld: null },
  notice: {
    subject: null,
    exported: [],
    withheld: 'What all were told, the same for everybody: each text is among the notices of an export.',
  },
  segment: {
    subject: 'person',
    exported: ['data', 'corrections'],
    withheld: 'What is past the day until which it was kept: nobody can read it any more.',
  },
  image: {
    subject: 'person',
    exported: ['images'],
    withheld: 'What is past the day until which it was kept: nobody can read it any more.',
  },
  imported: {
    subject: 'person',
    exported: ['imports'],
    withheld: 'What you brought along and is past the day until which it is kept here.',
  },
  imported_piece: { subject: 'person', exported: ['imported'], withheld: null },
  discarded: { subject: 'device', exported: ['not-kept'], withheld: null },
  dropped: { subject: 'device', exported: ['not-kept'], withheld: null },
  access: {
    subject: 'subject, actor',
    exported: ['who-looked', 'looks'],
    withheld: 'Of your own looks at others, at whom: that is in the list of that person.',
  },
  security_event: { subject: 'person', exported: ['security-events'], withheld: null },
  audit_leaf: { subject: null, exported: [], withheld: audit },
  audit_node: { subject: null, exported: [], withheld: audit },
  audit_head: { subject: null, exported: [], withheld: audit },
  audit_checkpoint: { subject: null, exported: [], withheld: audit },
};

/** `keys.db`, by table. */
export const keyMap: Readonly<Record<string, Registered>> = {
  org_key: { subject: null, exported: [], withheld: org },
  data_key: {
    subject: 'person',
    exported: [],
    withheld:
      'The keys that your data is sealed with. They open nothing outside of this server, and are worth stealing.',
  },
  root_check: { subject: null, exported: [], withheld: org },
  mark: {
    subject: null,
    exported: [],
    withheld:
      'Numbers that only go up: of the whole server, and which decision on the last day of an account is the newest.',
  },
  signing_key: { subject: null, exported: [], withheld: 'What the server signs certificates with.' },
  backup: { subject: null, exported: [], withheld: 'Which backups there are, until when, and their keys.' },
};

/** The data folder, by name; what SQLite keeps beside a database is of that database. */
export const folderMap: Readonly<Record<string, Registered>> = {
  'daylight.db': { subject: 'see the tables', exported: [], withheld: null },
  'keys.db': { subject: 'see the tables', exported: [], withheld: null },
  blobs: { subject: 'image.file', exported: ['images'], withheld: null },
  'daylight.lock': { subject: null, exported: [], withheld: 'It holds nothing but a lock.' },
  'server.lock': { subject: null, exported: [], withheld: 'It holds nothing but a lock.' },
  'recovery.json': {
    subject: null,
    exported: [],
    withheld: 'Where the recovery set is written, and to whom it is encrypted.',
  },
  'recovery.lock': { subject: null, exported: [], withheld: 'It holds nothing but a lock.' },
  'root.json': { subject: null, exported: [], withheld: 'Where the key of all keys is.' },
  'root.key': { subject: null, exported: [], withheld: 'The key of all keys.' },
  address: { subject: null, exported: [], withheld: 'Where the server listens.' },
  'backup.lock': { subject: null, exported: [], withheld: 'It holds nothing but a lock.' },
  restore: {
    subject: 'see the tables',
    exported: [],
    withheld: 'While a backup is brought back: the database of it, until it takes the place of the present one.',
  },
  'before-restore': {
    subject: 'see the tables',
    exported: [],
    withheld: 'After that, until whoever runs the server has confirmed it: the database of before.',
  },
  'backup-work': {
    subject: 'see the tables',
    exported: [],
    withheld: 'While a backup is made or checked, a copy of the database, sealed as the database itself is.',
  },
  'ledger.ndjson': {
    subject: null,
    exported: [],
    withheld: 'Which organisations and accounts were ended here, by random ids; nobody of those is left.',
  },
  certificates: {
    subject: null,
    exported: [],
    withheld: 'What was destroyed of accounts that were ended, and when, by random ids; nobody of those is left.',
  },
};

/** What is kept in memory alone, until the server ends; nothing of it can be read by anybody. */
export const memoryMap: Readonly<Record<string, Registered>> = {
  'failed sign-ins': {
    subject: 'keyed hash of the e-mail address',
    exported: [],
    withheld: 'Counts of wrong guesses of the last fifteen minutes.',
  },
  'places of sign-in': {
    subject: 'keyed hash of the e-mail address',
    exported: [],
    withheld: 'From which addresses an account signed in, hashed; kept nowhere else.',
  },
  'opened keys, receipts and policies': {
    subject: 'person, device',
    exported: [],
    withheld: 'Copies of what the tables hold.',
  },
  'opened decisions': {
    subject: 'person',
    exported: [],
    withheld: 'Copies of what you objected to, with your words, and how it was answered: they are among the decisions.',
  },
  'opened erasures': {
    subject: 'person',
    exported: [],
    withheld: 'Copies of what was erased, by days and parameters: they are among the erasures.',
  },
  'downloads of the last hour': {
    subject: 'person',
    exported: [],
    withheld: 'When yours began, to bound how many there are: each is among the looks.',
  },
  'a file that you bring along': {
    subject: 'person',
    exported: [],
    withheld:
      'Until it is taken in or let go, a quarter of an hour after your last step at the latest, it is on the disk of the server under a key that is in memory alone; you have the file itself.',
  },
  'batches and images on their way': {
    subject: 'device',
    exported: [],
    withheld: 'Stored within moments, and exported then; what is still on your computer is shown by Daylight there.',
  },
};

/** What the person is told that is not in their export, and why. */
export function withheldFrom(): readonly { readonly what: string; readonly why: string }[] {
  return Object.entries({ ...storeMap, ...keyMap, ...memoryMap })
    .filter(([, { subject, withheld }]) => subject !== null && withheld !== null)
    .map(([what, { withheld }]) => ({ what: called[what] ?? what, why: withheld ?? '' }));
}

/** Tables as people call what is in them. */
const called: Readonly<Record<string, string>> = {
  person: 'of your account',
  token: 'of links and codes',
  web_session: 'of your sign-ins',
  segment: 'of what was recorded',
  imported: 'of what you brought along',
  image: 'of screenshots',
  access: 'of looks',
  data_key: 'keys',
};
