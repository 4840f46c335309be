import type { Socket } from 'node:net';

/**
 * Calls back with each complete line that arrives, without its newline. A line longer than `maxBytes`, or one that is
 * not UTF-8, ends the connection.
 */
export function readLines(socket: Socket, maxBytes: number, onLine: (line: string) => void): void {
  let waiting = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      const end = waiting.indexOf(0x0a);
      if (Math.max(end, end === -1 ? waiting.length : 0) > maxBytes) return void socket.destroy();
      if (end === -1 || socket.destroyed) return;
      const line = decode(waiting.subarray(0, end));
      waiting = waiting.subarray(end + 1);
      if (line === null) return void socket.destroy();
      onLine(line);
    }
  });
}

/** The line's value, or null when it is not JSON. */
export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
