import type { AuditLog } from '../audit/auditLog.ts';
import type { Clock } from '../clock.ts';
import type { Connections, PolicyControl } from '../control/control.ts';
import type { Erased } from '../control/erased.ts';
import type { Notices } from '../control/notices.ts';
import type { RightsRequests } from '../control/requests.ts';
import type { Organisations } from '../control/signer.ts';
import type { Backups } from '../lifecycle/backup/backups.ts';
import type { Certificates } from '../lifecycle/certificate.ts';
import type { ClockBrake } from '../lifecycle/clockBrake.ts';
import type { Corrections } from '../lifecycle/corrections.ts';
import type { Endings } from '../lifecycle/endings.ts';
import type { ErasureEngine } from '../lifecycle/erasure.ts';
import type { Imports } from '../lifecycle/imports.ts';
import type { LeavingDates } from '../lifecycle/leavingDates.ts';
import type { RetentionSweeper } from '../lifecycle/retention.ts';
import type { SpecialSearches } from '../lifecycle/specialSearches.ts';
import type { Random } from '../random.ts';
import type { Registers } from '../records/registers.ts';
import type { Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { Accounts } from './accounts.ts';
import type { Passwords } from './passwords.ts';
import type { RateLimits } from './rateLimits.ts';
import type { Sessions } from './sessions.ts';
import type { SignInPlaces } from './signInPlaces.ts';

/** What the handlers work with. */
export interface Context {
  readonly store: Store;
  readonly vault: Vault;
  readonly organisations: Organisations;
  readonly control: PolicyControl;
  readonly requests: RightsRequests;
  readonly notices: Notices;
  readonly auditLog: AuditLog;
  readonly connections: Connections;
  readonly registers: Registers;
  readonly corrections: Corrections;
  readonly erased: Erased;
  readonly erasures: Pick<ErasureEngine, 'wake'>;
  readonly imports: Imports;
  readonly brake: Pick<ClockBrake, 'check' | 'release'>;
  /** What is known of the sweeps of what is past its day. */
  readonly sweeping: RetentionSweeper['state'];
  /** The data folder. */
  readonly folder: string;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
  readonly specialSearches: Pick<SpecialSearches, 'of' | 'look' | 'erase'>;
  readonly backups: Pick<Backups, 'view' | 'make'>;
  readonly endings: Pick<Endings, 'end' | 'endOrganisation' | 'of' | 'one'>;
  readonly leavingDates: Pick<LeavingDates, 'of' | 'one' | 'deciding' | 'changed'>;
  readonly certificates: Pick<Certificates, 'of' | 'kindOf' | 'now' | 'token'>;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly rateLimits: RateLimits;
  readonly signInPlaces: SignInPlaces;
  readonly clock: Clock;
  readonly random: Random;
  /** Where people open the console, without a slash at the end. */
  readonly publicUrl: () => string;
  /** Browsers and agents reach this server over TLS; false on plain loopback. */
  readonly overTls: boolean;
}
