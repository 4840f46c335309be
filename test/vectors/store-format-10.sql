-- A store of format 10, word for word with its white space, as sqlite_schema keeps it. Files of it exist: this never changes.

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

  -- One row for each change of the key: previous, next and server are signatures of payload.
  CREATE TABLE policy_key (
    org BLOB NOT NULL, sequence INTEGER NOT NULL, payload TEXT NOT NULL, previous TEXT NOT NULL, next TEXT NOT NULL,
    server TEXT NOT NULL, at INTEGER NOT NULL, author BLOB,
    PRIMARY KEY (org, sequence)
  ) STRICT;

  CREATE TABLE acknowledgement (
    org BLOB NOT NULL, person BLOB NOT NULL, device BLOB NOT NULL, notice_version INTEGER NOT NULL,
    terms INTEGER NOT NULL, at INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, device, notice_version, terms)
  ) STRICT;

  CREATE TABLE personal_decision (
    org BLOB NOT NULL, person BLOB NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, revision)
  ) STRICT;

  CREATE TABLE organisation_setting (
    org BLOB NOT NULL, name TEXT NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, name, revision)
  ) STRICT;

  CREATE TABLE rights_request (
    org BLOB NOT NULL, person BLOB NOT NULL, request BLOB NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, request, step)
  ) STRICT;

  CREATE TABLE erasure (
    org BLOB NOT NULL, person BLOB NOT NULL, number INTEGER NOT NULL, ordered BLOB NOT NULL, at INTEGER NOT NULL,
    state TEXT NOT NULL, changed_at INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, number)
  ) STRICT;

  CREATE TABLE notice (
    org BLOB NOT NULL, version INTEGER NOT NULL, edition INTEGER NOT NULL, hash BLOB NOT NULL, at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (org, version, edition)
  ) STRICT;
  CREATE INDEX notice_hash ON notice (org, hash);

  CREATE TABLE imported (
    org BLOB NOT NULL, person BLOB NOT NULL, import BLOB NOT NULL, epoch INTEGER NOT NULL, at INTEGER NOT NULL,
    expires INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, import)
  ) STRICT;
  -- Pieces come before their import, which is there when its row is.
  CREATE TABLE imported_piece (
    org BLOB NOT NULL, person BLOB NOT NULL, import BLOB NOT NULL, place INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (org, person, import, place)
  ) STRICT;

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

  CREATE TABLE access (
    org BLOB NOT NULL, subject BLOB NOT NULL, at INTEGER NOT NULL, actor BLOB NOT NULL, actor_role TEXT NOT NULL,
    action TEXT NOT NULL, purpose TEXT NOT NULL, day INTEGER, parameters BLOB NOT NULL, refused INTEGER NOT NULL,
    count INTEGER NOT NULL, last_at INTEGER NOT NULL, seq INTEGER, salt BLOB
  ) STRICT;
  CREATE INDEX access_subject ON access (org, subject, at);
  -- seq: its leaf in the audit tree; null until what is of before there was one is taken into it.
  CREATE UNIQUE INDEX access_seq ON access (org, seq);

  CREATE TABLE security_event (
    org BLOB NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, person BLOB, detail TEXT NOT NULL, count INTEGER NOT NULL,
    seq INTEGER, salt BLOB
  ) STRICT;
  CREATE INDEX security_event_at ON security_event (org, at);
  CREATE UNIQUE INDEX security_event_seq ON security_event (org, seq);

  CREATE TABLE audit_leaf (
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
  ) STRICT, WITHOUT ROWID;
  