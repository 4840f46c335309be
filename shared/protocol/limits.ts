/** Limits of the wire, together with their reasons. Both sides enforce them; docs/PROTOCOL.md lists them. */
export const limits = {
  /** One JSON frame. Larger is refused with close code 1009 before it is parsed. */
  frameBytes: 64 * 1024,
  /** One binary frame: 20 bytes of header and at most 48 KiB of image. */
  imageChunkBytes: 48 * 1024,
  /** One image. 2 MiB holds a 4K screen as WebP at the quality that the agent uses. */
  imageBytes: 2 * 1024 * 1024,
  /** Images uploaded on a connection and not yet named by a batch. */
  imagesInFlight: 4,
  /** After this long without a byte of any image the server lets go of what a connection has uploaded. */
  imageIdleMs: 60_000,
  /** Observations in one batch: a minute of five parameters sampled every five seconds, five times over. */
  batchObservations: 500,
  /** Observations of one parameter and device in one minute of capture time. The agent has at most one every five seconds. */
  perMinute: 6_000,
  /** Batches sent and not yet acknowledged, per connection. */
  batchesInFlight: 32,
  /** How far ahead of the server's clock, after correction, an observation may be stamped. */
  clockSkewMs: 2 * 60_000,
  /** The handshake must be complete within this time. */
  handshakeMs: 10_000,
  /** The server pings at this interval and closes a connection that has not answered the previous one. */
  pingMs: 30_000,
} as const;
