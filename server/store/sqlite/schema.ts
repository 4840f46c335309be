/** What a database file of ours must look like. */
export interface Schema {
  /** For messages: "a Daylight store". */
  readonly what: string;
  /** SQLite's application_id: tells our two kinds of file apart, and both from any other. */
  readonly application: number;
  /** The format: SQLite's user_version. */
  readonly version: number;
  readonly sql: string;
  /**
   * From each earlier format that can be brought here, what makes it the next one, in the very words of `sql`: a file that was
   * brought here and a new one are the same. A format stays in the list for as long as somebody may have it.
   */
  readonly steps: ReadonlyMap<number, string>;
  readonly tables: readonly string[];
}

function schema(
  what: string,
  application: number,
  version: number,
  sql: string,
  steps: Schema['steps'] = new Map(),
): Schema {
  const tables = [...sql.matchAll(/CREATE TABLE (\w+)/g)].map((match) => match[1] ?? '');
  return { what, application, version, sql, steps, tables };
}

const PERSONAL_DECISION = `CREATE TABLE personal_decision (
    org BLOB NOT NULL, person BLOB NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, revision)
  ) STRICT;`;

const ORGANISATION_SETTING = `CREATE TABLE organisation_setting (
    org BLOB NOT NULL, name TEXT NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, name, revision)
  ) STRICT;`;

const RIGHTS_REQUEST = `CREATE TABLE rights_request (
    org BLOB NOT NULL, person BLOB NOT NULL, request BLOB NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, request, step)
  ) STRICT;`;
const ACKNOWLEDGEMENT = `CREATE TABLE acknowledgement (
    org BLOB NOT NULL, person BLOB NOT NULL, device BLOB NOT NULL, notice_version INTEGER NOT NULL,
    terms INTEGER NOT NULL, at INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, device, notice_version, terms)
  ) STRICT;`;

/** Under the same name, so that its words are those of a new file. */
const ACKNOWLEDGEMENT_OF_TERMS = `CREATE TEMP TABLE earlier AS SELECT * FROM acknowledgement ORDER BY rowid;
  DROP TABLE acknowledgement;
  ${ACKNOWLEDGEMENT}
  INSERT INTO acknowledgement SELECT org, person, device, notice_version, 0, at, sealed FROM earlier ORDER BY rowid;
  DROP TABLE earlier;`;

const POLICY_KEY = `-- One row for each change of the key: previous, next and server are signatures of payload.
  CREATE TABLE policy_key (
    org BLOB NOT NULL, sequence INTEGER NOT NULL, payload TEXT NOT NULL, previous TEXT NOT NULL, next TEXT NOT NULL,
    server TEXT NOT NULL, at INTEGER NOT NULL, author BLOB,
    PRIMARY KEY (org, sequence)
  ) STRICT;`;

const ERASURE = `CREATE TABLE erasure (
    org BLOB NOT NULL, person BLOB NOT NULL, number INTEGER NOT NULL, ordered BLOB NOT NULL, at INTEGER NOT NULL,
    state TEXT NOT NULL, changed_at INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, number)
  ) STRICT;`;

const IMPORTED = `CREATE TABLE imported (
    org BLOB NOT NULL, person BLOB NOT NULL, import BLOB NOT NULL, epoch INTEGER NOT NULL, at INTEGER NOT NULL,
    expires INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, import)
  ) STRICT;
  -- Pieces come before their import, which is there when its row is.
  CREATE TABLE imported_piece (
    org BLOB NOT NULL, person BLOB NOT NULL, import BLOB NOT NULL, place INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, import, place)
  ) STRICT;`;

const NOTICE = `CREATE TABLE notice (
    org BLOB NOT NULL, version INTEGER NOT NULL, edition INTEGER NOT NULL, hash BLOB NOT NULL, at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (org, version, edition)
  ) STRICT;
  CREATE INDEX notice_hash ON notice (org, hash);`;

const ACCESS = `CREATE TABLE access (
    org BLOB NOT NULL, subject BLOB NOT NULL, at INTEGER NOT NULL, actor BLOB NOT NULL, actor_role TEXT NOT NULL,
    action TEXT NOT NULL, purpose TEXT NOT NULL, day INTEGER, parameters BLOB NOT NULL, refused INTEGER NOT NULL,
    count INTEGER NOT NULL, last_at INTEGER NOT NULL, seq INTEGER, salt BLOB
  ) STRICT;`;
const ACCESS_INDEXES = `CREATE INDEX access_subject ON access (org, subject, at);
  -- seq: its leaf in the audit tree; null until what is of before there was one is taken into it.
  CREATE UNIQUE INDEX access_seq ON access (org, seq);`;

const SECURITY_EVENT = `CREATE TABLE security_event (
    org BLOB NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, person BLOB, detail TEXT NOT NULL, count INTEGER NOT NULL,
    seq INTEGER, salt BLOB
  ) STRICT;`;
const SECURITY_EVENT_INDEXES = `CREATE INDEX security_event_at ON security_event (org, at);
  CREATE UNIQUE INDEX security_event_seq ON security_event (org, seq);`;

/** The few among the many, so that those that nobody has acknowledged are counted on every page. */
const SECURITY_EVENT_ALARM = `CREATE INDEX security_event_alarm ON security_event (org, seq) WHERE kind GLOB 'alarm_*';`;

const AUDIT_TREE = `CREATE TABLE audit_leaf (
    org BLOB NOT NULL, seq INTEGER NOT NULL, leaf TEXT NOT NULL,
    PRIMARY KEY (org, seq)
  ) STRICT;

  -- Perfect nodes of level 4 and above: each below is hashed from at most eight leaves.
  CREATE TABLE audit_node (
    org BLOB NOT NULL, level INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (org, level, place)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit_head (
    org BLOB NOT NULL PRIMARY KEY, size INTEGER NOT NULL, peaks BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit_checkpoint (
    org BLOB NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL, payload TEXT NOT NULL, key_id BLOB NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (org, size)
  ) STRICT, WITHOUT ROWID;`;

/** Under the same names, so that their words are those of a new file; each index goes with the table that it was made on. */
const ENTRIES_OF_THE_TREE = `ALTER TABLE access RENAME TO earlier;
  ${ACCESS}
  INSERT INTO access SELECT *, NULL, NULL FROM earlier ORDER BY rowid;
  DROP TABLE earlier;
  ${ACCESS_INDEXES}
  ALTER TABLE security_event RENAME TO earlier;
  ${SECURITY_EVENT}
  INSERT INTO security_event SELECT *, NULL, NULL FROM earlier ORDER BY rowid;
  DROP TABLE earlier;
  ${SECURITY_EVENT_INDEXES}
  ${AUDIT_TREE}`;

/**
 * The organisation's id leads every primary key. Tables whose rows are listed in order of creation, or are long, keep
 * SQLite's row number, which gives that order and appends; short rows found by key alone are WITHOUT ROWID. No foreign
 * keys: the caller has read what it names, and erasure deletes by its own map, in its own order.
 */
export const storeSchema = schema(
  'a Daylight store',
  0x4461_796c,
  11,
  `
  CREATE TABLE organisation (
    org BLOB NOT NULL PRIMARY KEY, created_at INTEGER NOT NULL, profile BLOB NOT NULL
  ) STRICT;

  CREATE TABLE person (
    org BLOB NOT NULL, person BLOB NOT NULL, role TEXT NOT NULL, status TEXT NOT NULL, created_at INTEGER NOT NULL,
    email_hash BLOB NOT NULL UNIQUE, has_second_factor INTEGER NOT NULL,
    teams BLOB NOT NULL, manages_teams BLOB NOT NULL, profile BLOB NOT NULL, credentials BLOB NOT NULL,
    PRIMARY KEY (org, person)
  ) STRICT;

  CREATE TABLE team (
    org BLOB NOT NULL, team BLOB NOT NULL, name BLOB NOT NULL,
    PRIMARY KEY (org, team)
  ) STRICT;

  CREATE TABLE token (
    org BLOB NOT NULL, token_hash BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, person BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (org, token_hash)
  ) STRICT;

  CREATE TABLE web_session (
    org BLOB NOT NULL, person BLOB NOT NULL, id BLOB NOT NULL UNIQUE, created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, second_factor TEXT, client BLOB NOT NULL,
    client_hash BLOB NOT NULL,
    PRIMARY KEY (org, person, id)
  ) STRICT;

  CREATE TABLE device (
    org BLOB NOT NULL, device BLOB NOT NULL UNIQUE, person BLOB NOT NULL, public_key BLOB NOT NULL UNIQUE,
    status TEXT NOT NULL, enrolled_at INTEGER NOT NULL, agent_version TEXT, clock_offset_ms REAL,
    lease_issued_at INTEGER, lease_observed_until INTEGER, lease_entered_until INTEGER,
    previous_issued_at INTEGER, previous_observed_until INTEGER, previous_entered_until INTEGER,
    changed INTEGER NOT NULL,
    PRIMARY KEY (org, device)
  ) STRICT;
  -- changed: one more than any of the organisation before, each time that anything changes that proof rests on.
  CREATE INDEX device_changed ON device (org, changed);
  -- Status: a person's retired devices stay, and whoever asks for those in use does not walk them.
  CREATE INDEX device_person ON device (org, person, status);

  -- What changes with each batch, apart from what does not: the write of a batch stays small.
  CREATE TABLE device_progress (
    org BLOB NOT NULL, device BLOB NOT NULL, committed_seq INTEGER NOT NULL, last_seen_at INTEGER, session_state BLOB,
    PRIMARY KEY (org, device)
  ) STRICT, WITHOUT ROWID;

  -- latest: 0 for the first receipt of a policy version, 1 for the latest of it.
  CREATE TABLE receipt (
    org BLOB NOT NULL, device BLOB NOT NULL, policy_version INTEGER NOT NULL, latest INTEGER NOT NULL,
    received_at INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, device, policy_version, latest)
  ) STRICT;

  CREATE TABLE latest_receipt (
    org BLOB NOT NULL, device BLOB NOT NULL, policy_version INTEGER NOT NULL,
    PRIMARY KEY (org, device)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE policy (
    org BLOB NOT NULL, version INTEGER NOT NULL, hash BLOB NOT NULL, payload TEXT NOT NULL, key_id BLOB NOT NULL,
    signature TEXT NOT NULL, published_at INTEGER NOT NULL, author BLOB, reason BLOB NOT NULL,
    PRIMARY KEY (org, version)
  ) STRICT;

  ${POLICY_KEY}

  ${ACKNOWLEDGEMENT}

  ${PERSONAL_DECISION}

  ${ORGANISATION_SETTING}

  ${RIGHTS_REQUEST}

  ${ERASURE}

  ${NOTICE}

  ${IMPORTED}

  -- Row numbers are the order of arrival, and appended; the key keeps one person's day together in its index.
  CREATE TABLE segment (
    org BLOB NOT NULL, person BLOB NOT NULL, day INTEGER NOT NULL, parameter INTEGER NOT NULL, segment BLOB NOT NULL,
    device BLOB NOT NULL, epoch INTEGER NOT NULL, policy_version INTEGER NOT NULL, terms_version INTEGER NOT NULL,
    expires INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, day, parameter, segment)
  ) STRICT;

  CREATE TABLE image (
    org BLOB NOT NULL, person BLOB NOT NULL, image BLOB NOT NULL, day INTEGER NOT NULL, segment BLOB NOT NULL,
    epoch INTEGER NOT NULL, policy_version INTEGER NOT NULL, terms_version INTEGER NOT NULL, expires INTEGER NOT NULL,
    file TEXT NOT NULL,
    PRIMARY KEY (org, person, image)
  ) STRICT;
  CREATE UNIQUE INDEX image_file ON image (org, file);

  CREATE TABLE discarded (
    org BLOB NOT NULL, device BLOB NOT NULL, parameter INTEGER NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (org, device, parameter, reason)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE dropped (
    org BLOB NOT NULL, device BLOB NOT NULL, parameter INTEGER NOT NULL, cause TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (org, device, parameter, cause)
  ) STRICT, WITHOUT ROWID;

  ${ACCESS}
  ${ACCESS_INDEXES}

  ${SECURITY_EVENT}
  ${SECURITY_EVENT_INDEXES}
  ${SECURITY_EVENT_ALARM}

  ${AUDIT_TREE}
  `,
  new Map([
    [4, 'CREATE INDEX device_person ON device (org, person, status);'],
    [5, ''], // the tables stay; what is sealed in them may say more than a Daylight of format 5 understands
    [6, PERSONAL_DECISION],
    [7, `${ORGANISATION_SETTING} ${RIGHTS_REQUEST} ${NOTICE} ${POLICY_KEY} ${ACKNOWLEDGEMENT_OF_TERMS} ${ERASURE}`],
    [8, IMPORTED],
    [9, ENTRIES_OF_THE_TREE],
    [10, SECURITY_EVENT_ALARM],
  ]),
);

const MARK_SIGNING_KEY_BACKUP = `-- What only goes up: how often keys were destroyed, the latest time that was seen.
  CREATE TABLE mark (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- The private parts are wrapped under the root key. They belong to no organisation.
  CREATE TABLE signing_key (
    name TEXT NOT NULL PRIMARY KEY, public BLOB NOT NULL, wrapped BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- wrapped: null once its key was destroyed; the row stays. detail: JSON, of nobody.
  CREATE TABLE backup (
    backup BLOB NOT NULL PRIMARY KEY, at INTEGER NOT NULL, expires INTEGER NOT NULL, state TEXT NOT NULL,
    changed_at INTEGER NOT NULL, wrapped BLOB, detail TEXT NOT NULL
  ) STRICT;`;

export const keySchema = schema(
  'a Daylight key store',
  0x4461_794b,
  2,
  `
  CREATE TABLE org_key (
    org BLOB NOT NULL, version INTEGER NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (org, version)
  ) STRICT;

  CREATE TABLE data_key (
    org BLOB NOT NULL, person BLOB NOT NULL, parameter INTEGER NOT NULL, epoch INTEGER NOT NULL,
    org_key_version INTEGER NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (org, person, parameter, epoch)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE root_check (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), text BLOB NOT NULL
  ) STRICT;

  ${MARK_SIGNING_KEY_BACKUP}
  `,
  new Map([[1, MARK_SIGNING_KEY_BACKUP]]),
);
