import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * A session bus of its own, and on it a screen saver as desktops have one: it answers GetActive and signals
 * ActiveChanged. Speaks as much of the D-Bus protocol (D-Bus Specification, "Message Protocol") as that takes.
 */
export interface SessionBus {
  readonly address: string;
  startScreenSaver(name: string, path: string): Promise<ScreenSaver>;
  stop(): Promise<void>;
}

export interface ScreenSaver {
  setActive(active: boolean): void;
  quit(): void;
}

export async function startSessionBus(folder: string): Promise<SessionBus> {
  const path = join(folder, 'bus');
  const child = spawn(
    'dbus-daemon',
    ['--session', '--nofork', '--nopidfile', `--address=unix:path=${path}`, '--print-address=1'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    address: line.trim(),
    startScreenSaver: (name, object) => startScreenSaver(path, name, object),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function startScreenSaver(busPath: string, name: string, object: string): Promise<ScreenSaver> {
  const socket = connect(busPath);
  await once(socket, 'connect');
  await authenticate(socket);
  let active = false;
  let serial = 0;
  const send = (type: number, fields: readonly Field[], body: Buffer) => {
    serial += 1;
    socket.write(message({ type, serial, fields, body }));
  };
  const bus: readonly Field[] = [
    [1, 'o', '/org/freedesktop/DBus'],
    [2, 's', 'org.freedesktop.DBus'],
    [6, 's', 'org.freedesktop.DBus'],
  ];

  const named = new Promise<void>((resolve) => {
    readMessages(socket, (received) => {
      if (received.type === METHOD_RETURN && received.replyTo === 2) resolve();
      if (received.type !== METHOD_CALL || received.member !== 'GetActive') return;
      const reply: readonly Field[] = [
        [5, 'u', received.serial],
        [6, 's', received.sender],
        [8, 'g', 'b'],
      ];
      send(METHOD_RETURN, reply, uint32(active ? 1 : 0));
    });
  });
  send(METHOD_CALL, [...bus, [3, 's', 'Hello']], Buffer.alloc(0));
  send(METHOD_CALL, [...bus, [3, 's', 'RequestName'], [8, 'g', 'su']], concat([text(name), uint32(0)], [4, 4]));
  await named;

  return {
    setActive: (now) => {
      active = now;
      send(
        SIGNAL,
        [
          [1, 'o', object],
          [2, 's', name],
          [3, 's', 'ActiveChanged'],
          [8, 'g', 'b'],
        ],
        uint32(now ? 1 : 0),
      );
    },
    quit: () => void socket.destroy(),
  };
}

const METHOD_CALL = 1;
const METHOD_RETURN = 2;
const SIGNAL = 4;

/** Code, type and value of a header field. */
type Field = readonly [number, 's' | 'o' | 'g', string] | readonly [number, 'u', number];

async function authenticate(socket: Socket): Promise<void> {
  const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (!answer.toString().startsWith('OK')) throw new Error(`the bus refused: ${answer.toString()}`);
  socket.write('BEGIN\r\n');
}

function message({
  type,
  serial,
  fields,
  body,
}: {
  type: number;
  serial: number;
  fields: readonly Field[];
  body: Buffer;
}): Buffer {
  const structs = fields.map(([code, kind, value]) => {
    const start = concat([Buffer.from([code]), signature(kind)], [1, 1]);
    const content = kind === 'u' ? uint32(value) : kind === 'g' ? signature(value) : text(value);
    return concat([start, content], [1, kind === 'g' ? 1 : 4]);
  });
  const array = concat(
    structs,
    structs.map(() => 8),
  );
  const head = Buffer.concat([
    Buffer.from([0x6c, type, 0, 1]),
    uint32(body.length),
    uint32(serial),
    uint32(array.length),
    array,
  ]);
  return concat([head, body], [1, 8]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(`${value}\0`)]);
}

function signature(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(`${value}\0`)]);
}

/** Each part begins at a multiple of its alignment. */
function concat(parts: readonly Buffer[], alignments: readonly number[]): Buffer {
  return parts.reduce(
    (all, part, at) => Buffer.concat([all, Buffer.alloc(padding(all.length, alignments[at] ?? 1)), part]),
    Buffer.alloc(0),
  );
}

function padding(length: number, alignment: number): number {
  return (alignment - (length % alignment)) % alignment;
}

interface Received {
  readonly type: number;
  readonly serial: number;
  readonly member: string;
  readonly sender: string;
  readonly replyTo: number;
}

function readMessages(socket: Socket, onMessage: (received: Received) => void): void {
  let waiting = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 16) {
      const fields = waiting.readUInt32LE(12);
      const body = 16 + fields + padding(fields, 8);
      const end = body + waiting.readUInt32LE(4);
      if (waiting.length < end) return;
      onMessage(parse(waiting.subarray(0, 16 + fields)));
      waiting = waiting.subarray(end);
    }
  });
}

function parse(head: Buffer): Received {
  const values = new Map<number, string | number>();
  for (let at = 16; at < head.length; ) {
    at += padding(at, 8);
    const [code, kind] = [head.readUInt8(at), String.fromCharCode(head.readUInt8(at + 2))];
    at += 4;
    if (kind === 'g') {
      at += 2 + head.readUInt8(at);
      continue;
    }
    at += padding(at, 4);
    const number = head.readUInt32LE(at);
    values.set(code, kind === 'u' ? number : head.toString('utf8', at + 4, at + 4 + number));
    at += kind === 'u' ? 4 : 5 + number;
  }
  return {
    type: head.readUInt8(1),
    serial: head.readUInt32LE(8),
    member: String(values.get(3) ?? ''),
    sender: String(values.get(7) ?? ''),
    replyTo: Number(values.get(5) ?? 0),
  };
}
