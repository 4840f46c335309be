import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/**
 * Looks for what has been typed in what a process remembers: as text, and as the sequence of its key codes, both the
 * hook's and the X server's, as numbers and as bytes. Used on heap snapshots (`searchSnapshot`) and, because those
 * leave out numbers and the content of buffers, on the whole memory of a process (`searchMemory`).
 */
export interface Typed {
  readonly text: string;
  /** Codes as the hook gives them. */
  readonly hookCodes: readonly number[];
  /** Codes as the X server gives them. */
  readonly xCodes: readonly number[];
}

export interface Finding {
  readonly form: 'text' | 'hook codes' | 'X codes';
  /** How it was kept, e.g. `a string`, `an array of 3 numbers`. */
  readonly as: string;
}

/** What typing `text` (lower-case letters, at least eight) makes the hook and the X server say. */
export function typed(text: string): Typed {
  if (!/^[a-z]{8,}$/.test(text)) throw new Error('expected at least eight lower-case letters');
  const hookCodes = [...text].map(hookCode);
  // The hook's codes are those of the PC keyboard; the X server's, with the evdev rules, are 8 more.
  return { text, hookCodes, xCodes: hookCodes.map((code) => code + 8) };
}

/**
 * The hook numbers keys as the PC keyboard does, row by row (its UiohookKey table, which cannot be imported here: its
 * library opens the display when it is loaded).
 */
function hookCode(letter: string): number {
  const rows = [
    [16, 'qwertyuiop'],
    [30, 'asdfghjkl'],
    [44, 'zxcvbnm'],
  ] as const;
  const row = rows.find(([, letters]) => letters.includes(letter));
  if (row === undefined) throw new Error('expected a lower-case letter');
  return row[0] + row[1].indexOf(letter);
}

/** Searches a V8 heap snapshot. Numbers are only in it if it was written with `exposeNumericValues`. */
export function searchSnapshot(file: string, secret: Typed): Finding[] {
  const heap = readSnapshot(file);
  return [...searchStrings([...heap.strings, ...heap.ropes()], secret), ...searchSequences(heap, secret)];
}

/** Searches everything that a running process can write to: its heap, its buffers, the memory of native libraries. */
export function searchMemory(pid: number, secret: Typed): Finding[] {
  const patterns = memoryPatterns(secret);
  const found = new Map<string, Finding>();
  for (const region of writableMemory(pid)) {
    for (const { bytes, finding } of patterns) {
      if (region.includes(bytes)) found.set(`${finding.form} ${finding.as}`, finding);
    }
  }
  return [...found.values()];
}

/** Searches bytes of any origin (a file, what went over a wire, what was printed): as memory is, and as text is. */
export function searchBytes(bytes: Buffer, secret: Typed): Finding[] {
  const asMemory = memoryPatterns(secret).filter((pattern) => bytes.includes(pattern.bytes));
  const text = bytes.toString('latin1');
  return [...asMemory.map(({ finding }) => finding), ...searchStrings([text], secret), ...searchNumbers(text, secret)];
}

const FARTHEST = 12;

/** Codes that stand at even distances among other numbers, as in a list of events with a time each. */
function searchNumbers(text: string, { hookCodes, xCodes }: Typed): Finding[] {
  const numbers = Array.from(text.matchAll(/\d+/g), ([digits]) => Number(digits));
  const stands = (codes: readonly number[]) =>
    numbers.some((number, start) => {
      if (number !== codes[0]) return false;
      for (let every = 1; every <= FARTHEST; every += 1) {
        if (codes.every((code, at) => numbers[start + at * every] === code)) return true;
      }
      return false;
    });
  const forms = [
    ['hook codes', hookCodes],
    ['X codes', xCodes],
  ] as const;
  return forms.filter(([, codes]) => stands(codes)).map(([form]) => ({ form, as: 'numbers among others in a text' }));
}

function searchStrings(strings: readonly string[], { text, hookCodes, xCodes }: Typed): Finding[] {
  const findings: Finding[] = [];
  const joined = (codes: readonly number[]) => new RegExp(`(?<!\\d)${codes.join('\\D{1,4}')}(?!\\d)`);
  const hex = (codes: readonly number[]) => Buffer.from(codes).toString('hex');
  const looks: readonly (readonly [Finding['form'], string, (text: string) => boolean])[] = [
    ['text', 'a string', (held) => held.toLowerCase().includes(text)],
    [
      'text',
      'a string of separate letters',
      (held) =>
        held
          .toLowerCase()
          .replace(/[^a-z]/g, '')
          .includes(text),
    ],
    ...(['hook codes', 'X codes'] as const).flatMap((form) => {
      const codes = form === 'X codes' ? xCodes : hookCodes;
      const [numbers, characters, digits] = [joined(codes), String.fromCharCode(...codes), hex(codes)];
      return [
        [form, 'numbers in a string', (held: string) => numbers.test(held)],
        [form, 'characters of a string', (held: string) => held.includes(characters)],
        [form, 'bytes in hexadecimal', (held: string) => held.toLowerCase().includes(digits)],
      ] as const;
    }),
  ];
  for (const [form, as, matches] of looks) {
    if (strings.some((held) => held.length >= text.length && matches(held))) findings.push({ form, as });
  }
  return findings;
}

/** Arrays whose elements are the codes, or objects that hold them one each (a list of events, say). */
function searchSequences(heap: Snapshot, { text, hookCodes, xCodes }: Typed): Finding[] {
  const found = new Map<string, Finding>();
  const sequences = [
    ['text', [...text].map((letter) => [letter, String(letter.charCodeAt(0))])],
    ['hook codes', hookCodes.map((code) => [String(code)])],
    ['X codes', xCodes.map((code) => [String(code)])],
  ] as const;
  const mayHold = possibleHolders(heap, new Set(sequences.flatMap(([, wanted]) => wanted.flat())));
  for (let node = 0; node < heap.nodeCount; node += 1) {
    if (heap.childCount(node) < text.length) continue;
    const children = heap.children(node);
    if (children.filter((child) => mayHold[child] === 1).length < text.length) continue;
    const held = children.map((child) => new Set([heap.value(child), ...heap.children(child).map(heap.value)]));
    for (const [form, wanted] of sequences) {
      if (containsSequence(held, wanted)) found.set(form, { form, as: 'values of an array or a list' });
    }
  }
  return [...found.values()];
}

/** Marks the nodes that are, or refer to, one of these values: nearly all of a heap does not, and need not be looked at. */
function possibleHolders(heap: Snapshot, values: ReadonlySet<string>): Uint8Array {
  const is = Uint8Array.from({ length: heap.nodeCount }, (_, node) => (values.has(heap.value(node)) ? 1 : 0));
  return is.map((itself, node) => (itself === 1 || heap.children(node).some((child) => is[child] === 1) ? 1 : 0));
}

function containsSequence(held: readonly ReadonlySet<string>[], wanted: readonly (readonly string[])[]): boolean {
  for (let start = 0; start + wanted.length <= held.length; start += 1) {
    if (wanted.every((values, offset) => values.some((value) => held[start + offset]?.has(value)))) return true;
  }
  return false;
}

interface Snapshot {
  readonly strings: readonly string[];
  readonly nodeCount: number;
  /** The number of a number, the text of a string, the name of anything else. */
  value(node: number): string;
  /** Strings that were joined and are kept in two halves, each of which may be again. */
  ropes(): string[];
  childCount(node: number): number;
  /** Element, hidden and property references, in the snapshot's order; at most a few thousand. */
  children(node: number): number[];
}

const MOST_CHILDREN = 4_096;

function readSnapshot(file: string): Snapshot {
  const raw: RawSnapshot = JSON.parse(readFileSync(file, 'utf8'));
  const { node_fields: nodeFields, edge_fields: edgeFields, node_types: nodeTypes } = raw.snapshot.meta;
  const [nodeSize, edgeSize] = [nodeFields.length, edgeFields.length];
  const [typeAt, nameAt, countAt] = ['type', 'name', 'edge_count'].map((field) => nodeFields.indexOf(field));
  const [toAt, edgeNameAt] = ['to_node', 'name_or_index'].map((field) => edgeFields.indexOf(field));
  if (
    toAt === undefined ||
    edgeNameAt === undefined ||
    countAt === undefined ||
    nameAt === undefined ||
    typeAt === undefined
  ) {
    throw new Error(`${file} is not a heap snapshot of a known form`);
  }
  if (!Array.isArray(nodeTypes[0])) throw new Error(`${file} names no types of nodes`);
  const nodeCount = raw.nodes.length / nodeSize;
  const firstEdge = new Uint32Array(nodeCount + 1);
  for (let node = 0; node < nodeCount; node += 1) {
    firstEdge[node + 1] = (firstEdge[node] ?? 0) + (raw.nodes[node * nodeSize + countAt] ?? 0);
  }
  const types = nodeTypes[0];
  const type = (node: number): unknown => types[raw.nodes[node * nodeSize + typeAt] ?? -1];
  const name = (node: number) => raw.strings[raw.nodes[node * nodeSize + nameAt] ?? -1] ?? '';
  const children = (node: number) => {
    const from = firstEdge[node] ?? 0;
    const to = Math.min(firstEdge[node + 1] ?? 0, from + MOST_CHILDREN);
    return Array.from({ length: to - from }, (_, at) => (raw.edges[(from + at) * edgeSize + toAt] ?? 0) / nodeSize);
  };
  const isRope = (node: number) => type(node) === 'concatenated string';
  const halves = (rope: number) => {
    const from = firstEdge[rope] ?? 0;
    const named = (half: string) =>
      children(rope).find((_, at) => raw.strings[raw.edges[(from + at) * edgeSize + edgeNameAt] ?? -1] === half);
    return ['first', 'second'].map(named).filter((half) => half !== undefined);
  };

  return {
    strings: raw.strings,
    nodeCount,
    children,
    childCount: (node) => (firstEdge[node + 1] ?? 0) - (firstEdge[node] ?? 0),
    // V8 keeps the digits of a number in a string node below it.
    value: (node) => (type(node) === 'number' ? children(node).map(name).join() : name(node)),
    ropes: () => {
      const all = Array.from({ length: nodeCount }, (_, node) => node).filter(isRope);
      const inner = new Set(all.flatMap(halves));
      return all.filter((node) => !inner.has(node)).map((rope) => flatten(rope, { isRope, halves, name }));
    },
  };
}

const LONGEST_ROPE = 1_000_000;

interface Ropes {
  isRope(node: number): boolean;
  halves(rope: number): number[];
  name(node: number): string;
}

function flatten(rope: number, { isRope, halves, name }: Ropes): string {
  const waiting = [rope];
  let text = '';
  for (let node = waiting.pop(); node !== undefined && text.length < LONGEST_ROPE; node = waiting.pop()) {
    if (isRope(node)) waiting.push(...halves(node).reverse());
    else text += name(node);
  }
  return text;
}

interface RawSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly edge_fields: readonly string[];
      readonly node_types: readonly unknown[];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

function memoryPatterns({ text, hookCodes, xCodes }: Typed): { bytes: Buffer; finding: Finding }[] {
  const ofText = [
    { bytes: Buffer.from(text, 'utf8'), finding: { form: 'text', as: 'bytes' } },
    { bytes: Buffer.from(text, 'utf16le'), finding: { form: 'text', as: 'UTF-16' } },
  ] as const;
  const ofCodes = (['hook codes', 'X codes'] as const).flatMap((form) => {
    const codes = form === 'X codes' ? xCodes : hookCodes;
    return [
      { bytes: Buffer.from(codes), finding: { form, as: 'bytes' } },
      { bytes: Buffer.from(Uint16Array.from(codes).buffer), finding: { form, as: 'numbers of 16 bits' } },
      { bytes: Buffer.from(Uint32Array.from(codes).buffer), finding: { form, as: 'numbers of 32 bits' } },
      { bytes: Buffer.from(Float64Array.from(codes).buffer), finding: { form, as: 'floating point numbers' } },
      { bytes: smallIntegers(codes), finding: { form, as: 'small integers of V8' } },
      { bytes: Buffer.from(codes.join(',')), finding: { form, as: 'numbers in a string' } },
    ];
  });
  return [...ofText, ...ofCodes];
}

/** V8 on 64 bits without pointer compression, as in Node: the number is the upper half of eight bytes. */
function smallIntegers(codes: readonly number[]): Buffer {
  const words = Buffer.alloc(codes.length * 8);
  for (const [at, code] of codes.entries()) words.writeUInt32LE(code, at * 8 + 4);
  return words;
}

/** The writable private regions of a process, one after the other (proc(5), `/proc/pid/maps` and `mem`). */
function* writableMemory(pid: number): Generator<Buffer> {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) rw.p /.exec(line);
      if (match?.[1] === undefined || match[2] === undefined) continue;
      const [start, end] = [BigInt(`0x${match[1]}`), BigInt(`0x${match[2]}`)];
      yield* readRegion(memory, start, end);
    }
  } finally {
    closeSync(memory);
  }
}

const PIECE = 32n * 1024n * 1024n;
const OVERLAP = 4_096n;

function* readRegion(memory: number, start: bigint, end: bigint): Generator<Buffer> {
  for (let at = start; at < end; at += PIECE) {
    const length = Number(end - at < PIECE + OVERLAP ? end - at : PIECE + OVERLAP);
    const piece = Buffer.alloc(length);
    try {
      yield piece.subarray(0, readSync(memory, piece, 0, length, at));
    } catch {
      // A region that went away, or that the kernel does not let anybody read.
    }
  }
}
