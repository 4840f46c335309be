/** Dimensions in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The size that a WebP file states, from its structure alone (RFC 9649): nothing is decoded. Null unless the RIFF size and
 * those of all chunks fit the file exactly, the first chunk is VP8, VP8L or VP8X, and nothing but one still picture is in
 * it: no animation, and no Exif or XMP, which could say where and with what it was taken. Never throws.
 */
export function webpSize(file: Buffer): Size | null {
  const chunks = chunksOf(file);
  const [first] = chunks ?? [];
  if (chunks === null || first === undefined || !chunks.every(({ name }) => ofOneStillPicture.has(name))) return null;
  const pictures = chunks.filter(({ name }) => name === 'VP8 ' || name === 'VP8L');
  const [picture] = pictures;
  if (picture === undefined || pictures.length > 1) return null;
  const size = picture.name === 'VP8L' ? losslessSize(picture.content) : lossySize(picture.content);
  if (first.name === 'VP8X') return same(size, extendedSize(first.content)) ? size : null;
  return chunks.length === 1 ? size : null;
}

const ofOneStillPicture: ReadonlySet<string> = new Set(['VP8X', 'ICCP', 'ALPH', 'VP8 ', 'VP8L']);
/** `RIFF`, the size of the rest, `WEBP`. */
const HEADER = 12;
/** A chunk's name and the size of its content. */
const CHUNK_HEADER = 8;

interface Chunk {
  readonly name: string;
  readonly content: Buffer;
}

/** Null when a size does not fit; contents of odd length are followed by one byte of padding. */
function chunksOf(file: Buffer): Chunk[] | null {
  if (file.length < HEADER + CHUNK_HEADER) return null;
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, HEADER) !== 'WEBP') return null;
  if (file.readUInt32LE(4) + CHUNK_HEADER !== file.length) return null;
  const chunks: Chunk[] = [];
  let at = HEADER;
  while (at < file.length) {
    if (at + CHUNK_HEADER > file.length) return null;
    const length = file.readUInt32LE(at + 4);
    const from = at + CHUNK_HEADER;
    const next = from + length + (length % 2);
    if (next > file.length) return null;
    chunks.push({ name: file.toString('latin1', at, at + 4), content: file.subarray(from, from + length) });
    at = next;
  }
  return chunks;
}

/** A key frame of VP8 (RFC 6386 §9.1): a three-byte tag, a start code, two times 14 bits. */
function lossySize(content: Buffer): Size | null {
  if (content.length < 10) return null;
  const isKeyFrame = ((content[0] ?? 1) & 1) === 0;
  if (!isKeyFrame || content.toString('hex', 3, 6) !== '9d012a') return null;
  return { width: content.readUInt16LE(6) & 0x3fff, height: content.readUInt16LE(8) & 0x3fff };
}

/** A signature byte, then width and height less one in 14 bits each, and a version that is 0 (RFC 9649 §3.4). */
function losslessSize(content: Buffer): Size | null {
  if (content.length < 5 || content[0] !== 0x2f) return null;
  const bits = content.readUInt32LE(1);
  if (bits >>> 29 !== 0) return null;
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** Flags, three reserved bytes, width and height of the canvas less one in 24 bits each (RFC 9649 §2.7). */
function extendedSize(content: Buffer): Size | null {
  if (content.length !== 10) return null;
  return { width: content.readUIntLE(4, 3) + 1, height: content.readUIntLE(7, 3) + 1 };
}

function same(one: Size | null, other: Size | null): boolean {
  return one !== null && one.width === other?.width && one.height === other.height;
}
