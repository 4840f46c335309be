import type { Enrolled } from './organisation.ts';
import type { Answered } from './simulatedAgent.ts';

/** What the bench asks of its load generator, one at a time. */
export type Order =
  | {
      readonly kind: 'connect';
      readonly port: number;
      readonly devices: readonly Enrolled[];
      readonly policyVersion: number;
      /** Where the work of every device begins. */
      readonly workFrom: number;
    }
  /** Every device keeps `window` batches on the way; what is acknowledged in the `seconds` after `warmUp` seconds counts. */
  | { readonly kind: 'flood'; readonly window: number; readonly warmUp: number; readonly seconds: number }
  /** `eventsPerSecond` over all devices, at even intervals whatever the server does; late is counted from when it was due. */
  | { readonly kind: 'pace'; readonly eventsPerSecond: number; readonly warmUp: number; readonly seconds: number }
  /** The first device sends `minutes` of calm work, `events` in each. */
  | { readonly kind: 'day'; readonly minutes: number; readonly events: number }
  /** Resolves when every device has sent a receipt for this version. */
  | { readonly kind: 'receipts'; readonly policyVersion: number }
  /** So many sockets that answer each message with as many bytes as it begins with; nothing is signed, checked or read in it. */
  | { readonly kind: 'listen'; readonly port: number; readonly clients: number }
  /** When each of them has answered the last message. */
  | { readonly kind: 'answered' }
  | { readonly kind: 'hang_up' }
  | { readonly kind: 'close' };

export interface Measured {
  readonly events: number;
  readonly seconds: number;
  /** Acknowledgement times in milliseconds, of the batches that count. */
  readonly latencies: readonly number[];
  /** When each receipt, or bare answer, went out, milliseconds since 1970. */
  readonly receipts: readonly number[];
  /** Of the last policy that came and of the receipt that answered it. */
  readonly bytes: Answered;
  /** Of the load generator, as a share of one core. */
  readonly cpu: number;
  /** The same as milliseconds. */
  readonly cpuMs: number;
}

export type Answer =
  | { readonly ok: true; readonly measured: Measured }
  | { readonly ok: false; readonly problem: string };
