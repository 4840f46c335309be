import { createConnection, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A cable between agent and server that keeps a copy of everything that goes through it, and can be pulled out. */
export interface Wire {
  readonly url: string;
  /** Pulls it out: what is connected is cut off, and whoever tries again is refused. */
  cut(): void;
  /**
   * Pulls it out where nobody notices: from now on so many bytes more go through each way, and then nothing, not even the end of a
   * connection that one side gives up. Nobody else gets through either.
   */
  vanish(left: { readonly down: number; readonly up: number }): void;
  /** As new; what had vanished is cut off at last. */
  mend(): void;
  /** Everything that went through so far: as it was on the wire, and what the frames of WebSocket say behind their mask. */
  captured(): { readonly raw: Buffer; readonly frames: readonly Buffer[] };
  close(): Promise<void>;
}

export async function startWire(serverUrl: string): Promise<Wire> {
  const { hostname, port } = new URL(serverUrl);
  const directions: Buffer[][] = [];
  const open = new Set<Socket>();
  let isCut = false;
  let left: { down: number; up: number } | null = null;
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    if (left !== null) {
      open.add(near);
      near.on('error', () => undefined).on('close', () => open.delete(near));
      return;
    }
    const far = createConnection({ host: hostname, port: Number(port) });
    for (const [from, to, way] of [
      [near, far, 'up'],
      [far, near, 'down'],
    ] as const) {
      const copy: Buffer[] = [];
      directions.push(copy);
      open.add(from);
      from.on('data', (bytes: Buffer) => copy.push(bytes));
      from.on('error', () => {
        if (left === null) to.destroy();
      });
      from.on('close', () => open.delete(from));
      from.on('end', () => {
        if (left === null) to.end();
      });
      from.pipe(through(way)).pipe(to, { end: false });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  function through(way: 'down' | 'up'): Transform {
    return new Transform({
      transform(bytes: Buffer, _encoding, done) {
        const passing = left === null ? bytes : bytes.subarray(0, left[way]);
        if (left !== null) left[way] -= passing.length;
        done(null, passing);
      },
    });
  }
  const disconnect = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut() {
      isCut = true;
      disconnect();
    },
    vanish: (most) => void (left = { ...most }),
    mend() {
      isCut = false;
      if (left === null) return;
      left = null;
      disconnect();
    },
    captured() {
      const streams = directions.map((parts) => Buffer.concat(parts));
      return { raw: Buffer.concat(streams), frames: streams.flatMap(payloads) };
    },
    async close() {
      disconnect();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Payloads of the frames (RFC 6455, section 5.2) that follow the upgrade in one direction of a connection. */
function payloads(stream: Buffer): Buffer[] {
  const head = stream.indexOf('\r\n\r\n');
  if (head < 0 || !/^(GET \/agent\/v1|HTTP\/1\.1 101)/.test(stream.toString('latin1', 0, 40))) return [];
  const found: Buffer[] = [];
  for (let at = head + 4; at + 2 <= stream.length; ) {
    const second = stream.readUInt8(at + 1);
    const short = second & 0x7f;
    const sizeBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
    const maskBytes = second & 0x80 ? 4 : 0;
    const start = at + 2 + sizeBytes + maskBytes;
    if (start > stream.length) break;
    const length =
      sizeBytes === 0 ? short : sizeBytes === 2 ? stream.readUInt16BE(at + 2) : Number(stream.readBigUInt64BE(at + 2));
    const mask = stream.subarray(start - maskBytes, start);
    const payload = Buffer.from(stream.subarray(start, start + length));
    found.push(maskBytes === 0 ? payload : (payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)) as Buffer));
    at = start + length;
  }
  return found;
}
