import { randomBytes, randomUUID } from 'node:crypto';

/** The server's randomness, injected; nothing below the composition reads another. */
export interface Random {
  /** Unpredictable bytes, fit for keys and nonces. */
  bytes(length: number): Uint8Array;
  /** A random UUID (RFC 9562, version 4). */
  uuid(): string;
}

export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  uuid: () => randomUUID(),
};
