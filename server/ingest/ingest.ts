import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { DeviceId, ErasureId } from '../../shared/ids.ts';
import type { Bye } from '../../shared/protocol/messages.ts';
import type { AuditLog } from '../audit/auditLog.ts';
import type { Clock } from '../clock.ts';
import type { Connections, PolicyControl } from '../control/control.ts';
import type { Erased } from '../control/erased.ts';
import type { Notices } from '../control/notices.ts';
import type { RightsRequests } from '../control/requests.ts';
import type { Organisations } from '../control/signer.ts';
import type { Endings } from '../lifecycle/endings.ts';
import type { Random } from '../random.ts';
import type { Store } from '../store/store.ts';
import type { Vault } from '../vault/vault.ts';

/** The agents' end of the server. Made by `createAgentSocket` in `socket.ts`. */
export interface AgentSocket {
  /**
   * Takes over an HTTP upgrade for `AGENT_PATH` (the caller routes by path). Refuses with an HTTP status what must not
   * become a WebSocket: any Origin header (403), a missing subprotocol (400), too many unfinished handshakes of this
   * address or of others (503).
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says bye `shutting_down` to everyone and resolves when every batch already being stored is stored. */
  close(): Promise<void>;
}

export interface AgentSocketDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly organisations: Organisations;
  readonly control: PolicyControl;
  readonly requests: Pick<RightsRequests, 'waiting' | 'hear' | 'retired'>;
  readonly erased: Erased;
  readonly notices: Notices;
  readonly auditLog: Pick<AuditLog, 'checkpoint' | 'restored' | 'consistency'>;
  readonly connections: Connections;
  /** Whose account ended: their computers are known by it alone. */
  readonly endings?: Pick<Endings, 'endedDevice' | 'endedOrganisation' | 'wiped'>;
  /** The path under which whoever has it reads the certificate of an ending. */
  readonly certificateAt?: (ending: ErasureId) => Promise<string>;
  readonly clock: Clock;
  readonly random: Random;
  /** What unfinished handshakes are counted by: the address of the client, or of the network that it has. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** Told what happened, never what was sent: no frame, name or text reaches it. */
  readonly log?: (event: AgentEvent) => void;
  readonly timing?: Partial<AgentTiming>;
  readonly capacity?: Partial<AgentCapacity>;
}

/** What all agents share; the defaults are in `socket.ts` with their reasons. */
export interface AgentCapacity {
  /** Connections that have not proved who they are. */
  readonly handshakes: number;
  /** Bytes of images that wait for their batch. */
  readonly imageBytes: number;
}

export type AgentEvent =
  | { readonly kind: 'connected'; readonly device: DeviceId }
  | { readonly kind: 'closed'; readonly device: DeviceId | null; readonly reason: Bye['reason'] | 'gone' }
  | { readonly kind: 'refused'; readonly reason: 'origin' | 'subprotocol' | 'busy' | 'upgrade' }
  /** The server's wall clock was set by so many milliseconds: every agent is asked to shake hands again. */
  | { readonly kind: 'clock_set'; readonly byMs: number }
  | { readonly kind: 'failed'; readonly device: DeviceId | null; readonly cause: unknown };

/** Milliseconds and rates; the defaults are in `socket.ts` with their reasons. */
export interface AgentTiming {
  readonly handshakeMs: number;
  readonly pingMs: number;
  readonly leaseRenewMs: number;
  readonly sweepMs: number;
  /** Batches per second that one device may keep up, and how many at once. */
  readonly batchesPerSecond: number;
  readonly batchBurst: number;
  /** Receipts, acknowledgements and image announcements, likewise. */
  readonly controlPerSecond: number;
  readonly controlBurst: number;
}
