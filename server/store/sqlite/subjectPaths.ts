import type { HeldKind } from '../../../shared/protocol/http/holdings.ts';

/**
 * How a row leads to the person whom it is about. Deleting, counting and looking again are made of these: a table or column that is not
 * in here fails `test/faults/28-a-table-nobody-registered.test.ts`, which reads the schema of a real file.
 */
export type SubjectPath =
  | { readonly of: 'person' | 'subject' }
  /** The person's computer, which the row names. */
  | { readonly of: 'device' }
  | { readonly of: 'nobody'; readonly why: string };

export interface TablePaths {
  readonly path: SubjectPath;
  /** What a person is told that there is so and so many of; null where the rows belong to those of another table. */
  readonly kind: HeldKind | null;
  /** Columns that name whoever did something: a random id, which leads to nobody once the account is gone. */
  readonly actors: readonly string[];
  readonly others: readonly string[];
}

const person = { of: 'person' } as const;
const device = { of: 'device' } as const;
const nobody = (why: string) => ({ of: 'nobody', why }) as const;

const hashes = nobody('Salted hashes: without the row and its salt, which go, a leaf says nothing of anybody.');

/** `daylight.db`, by table. Columns that lead to the person, and `org`, are not named again. */
export const storePaths = {
  organisation: {
    path: nobody('It is the organisation itself.'),
    ...{ kind: null, actors: [], others: ['created_at', 'profile'] },
  },
  person: {
    path: person,
    kind: 'account',
    actors: [],
    others: [
      ...['role', 'status', 'created_at', 'email_hash', 'has_second_factor', 'teams', 'manages_teams'],
      ...['profile', 'credentials'],
    ],
  },
  team: { path: nobody('A team is of the organisation.'), kind: null, actors: [], others: ['team', 'name'] },
  token: { path: person, kind: 'sign_ins', actors: [], others: ['token_hash', 'kind', 'expires_at'] },
  web_session: {
    path: person,
    kind: 'sign_ins',
    actors: [],
    others: ['id', 'created_at', 'last_seen_at', 'expires_at', 'second_factor', 'client', 'client_hash'],
  },
  device: {
    path: person,
    kind: 'devices',
    actors: [],
    others: [
      ...['device', 'public_key', 'status', 'enrolled_at', 'agent_version', 'clock_offset_ms', 'changed'],
      ...['lease_issued_at', 'lease_observed_until', 'lease_entered_until'],
      ...['previous_issued_at', 'previous_observed_until', 'previous_entered_until'],
    ],
  },
  device_progress: {
    path: device,
    ...{ kind: null, actors: [], others: ['committed_seq', 'last_seen_at', 'session_state'] },
  },
  receipt: {
    path: device,
    ...{ kind: 'receipts', actors: [], others: ['policy_version', 'latest', 'received_at', 'sealed'] },
  },
  latest_receipt: { path: device, kind: null, actors: [], others: ['policy_version'] },
  policy: {
    path: nobody('What was published holds for everybody; it goes with the organisation.'),
    kind: null,
    actors: ['author'],
    others: ['version', 'hash', 'payload', 'key_id', 'signature', 'published_at', 'reason'],
  },
  policy_key: {
    path: nobody('It proves what devices obey.'),
    kind: null,
    actors: ['author'],
    others: ['sequence', 'payload', 'previous', 'next', 'server', 'at'],
  },
  acknowledgement: {
    path: person,
    ...{ kind: 'acknowledgements', actors: [], others: ['device', 'notice_version', 'terms', 'at', 'sealed'] },
  },
  personal_decision: { path: person, kind: 'decisions', actors: [], others: ['revision', 'at', 'sealed'] },
  organisation_setting: {
    path: nobody(
      'What the organisation has set, its registers of disclosures among it: a random id in there leads to nobody any more, and what was typed in there is the organisation’s to keep or change.',
    ),
    ...{ kind: null, actors: [], others: ['name', 'revision', 'at', 'sealed'] },
  },
  rights_request: { path: person, kind: 'requests', actors: [], others: ['request', 'step', 'at', 'sealed'] },
  erasure: {
    path: person,
    ...{ kind: 'erasures', actors: [], others: ['number', 'ordered', 'at', 'state', 'changed_at', 'sealed'] },
  },
  notice: {
    path: nobody('What everybody was told, the same for all.'),
    ...{ kind: null, actors: [], others: ['version', 'edition', 'hash', 'at', 'sealed'] },
  },
  imported: { path: person, kind: 'imports', actors: [], others: ['import', 'epoch', 'at', 'expires', 'sealed'] },
  imported_piece: { path: person, kind: null, actors: [], others: ['import', 'place', 'sealed'] },
  segment: {
    path: person,
    kind: 'segments',
    actors: [],
    others: [
      ...['day', 'parameter', 'segment', 'device', 'epoch', 'policy_version', 'terms_version', 'expires', 'sealed'],
    ],
  },
  image: {
    path: person,
    kind: 'images',
    actors: [],
    others: ['image', 'day', 'segment', 'epoch', 'policy_version', 'terms_version', 'expires', 'file'],
  },
  discarded: { path: device, kind: 'not_kept', actors: [], others: ['parameter', 'reason', 'count'] },
  dropped: { path: device, kind: 'not_kept', actors: [], others: ['parameter', 'cause', 'count'] },
  access: {
    path: { of: 'subject' },
    kind: 'looks',
    actors: ['actor'],
    others: [
      'at',
      'actor_role',
      'action',
      'purpose',
      'day',
      'parameters',
      'refused',
      'count',
      'last_at',
      'seq',
      'salt',
    ],
  },
  security_event: {
    path: person,
    kind: 'security_events',
    actors: [],
    others: ['at', 'kind', 'detail', 'count', 'seq', 'salt'],
  },
  audit_leaf: { path: hashes, kind: null, actors: [], others: ['seq', 'leaf'] },
  audit_node: { path: hashes, kind: null, actors: [], others: ['level', 'place', 'hash'] },
  audit_head: { path: hashes, kind: null, actors: [], others: ['size', 'peaks'] },
  audit_checkpoint: { path: hashes, kind: null, actors: [], others: ['size', 'at', 'payload', 'key_id', 'signature'] },
} as const satisfies Readonly<Record<string, TablePaths>>;

const ofAll = nobody('It is of the whole server.');

/** `keys.db`, by table. */
export const keyPaths = {
  org_key: { path: nobody('It is of the organisation.'), kind: null, actors: [], others: ['version', 'wrapped'] },
  data_key: {
    path: person,
    ...{ kind: null, actors: [], others: ['parameter', 'epoch', 'org_key_version', 'wrapped'] },
  },
  root_check: { path: ofAll, kind: null, actors: [], others: ['one', 'text'] },
  mark: { path: ofAll, kind: null, actors: [], others: ['name', 'value'] },
  signing_key: { path: ofAll, kind: null, actors: [], others: ['name', 'public', 'wrapped'] },
  backup: {
    path: ofAll,
    ...{ kind: null, actors: [], others: ['backup', 'at', 'expires', 'state', 'changed_at', 'wrapped', 'detail'] },
  },
} as const satisfies Readonly<Record<string, TablePaths>>;

/** Which rows of a table are of the person `?2` in the organisation `?1`; null where none is of anybody. */
export function rowsOf({ path }: TablePaths): string | null {
  if (path.of === 'nobody') return null;
  if (path.of !== 'device') return `org = ?1 AND ${path.of} = ?2`;
  return 'org = ?1 AND device IN (SELECT device FROM device WHERE org = ?1 AND person = ?2)';
}

/** Every column that the table has, as it is registered. */
export function columnsOf({ path, actors, others }: TablePaths): readonly string[] {
  return [...(path.of === 'nobody' ? [] : [path.of]), ...actors, ...others];
}
