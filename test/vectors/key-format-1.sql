-- A key store of format 1, word for word with its white space, as sqlite_schema keeps it. Files of it exist: this never changes.

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
