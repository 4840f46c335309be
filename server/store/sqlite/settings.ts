/**
 * FULL: every commit is on the disk before it is acknowledged. MEMORY and secure_delete: nothing sealed or deleted
 * stays in temporary files or free pages. No automatic checkpoint: the writer owns them. fullfsync: macOS alone, where
 * fsync does not reach the disk.
 */
export const settings = `
  PRAGMA synchronous = FULL;
  PRAGMA temp_store = MEMORY;
  PRAGMA secure_delete = ON;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA cache_size = -32768;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA trusted_schema = OFF;
`;
