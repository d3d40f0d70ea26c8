import { HpackDecoder } from './hpack-decoder.js';
import { type ResponseFields, readResponseFields } from './response-fields.js';

/** Blocks longer than this, or more of them, hold what differs from call to call. */
const knownBytesMax = 512;
const knownMax = 256;
/** Of the first answers of a connection: how nearly all begin, and how nearly all end. */
const firstMax = 4;

/**
 * Reads the response header blocks of one connection. Servers that honour our HEADER_TABLE_SIZE of 0 send
 * the same bytes for the same fields: what such a block says is looked up by its bytes.
 */
export class ResponseHeadReader {
  readonly #decoder: HpackDecoder;
  /** To compare with a few costs less than to make a key. */
  readonly #first: KnownBlock[] = [];
  readonly #known = new Map<string, ResponseFields>();

  constructor(listBytesMax: number) {
    this.#decoder = new HpackDecoder(listBytesMax);
  }

  /** Must see every block, in order. Throws ConnectionError COMPRESSION_ERROR. */
  read(bytes: Buffer, start: number, end: number): ResponseFields {
    for (const first of this.#first) if (isSame(first, bytes, start, end)) return first.fields;
    if (end - start > knownBytesMax) return readResponseFields(this.#decoder.decode(bytes, start, end));
    const key = bytes.toString('latin1', start, end);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const block = this.#decoder.decode(bytes, start, end);
    const fields = readResponseFields(block);
    if (block.isStateless) {
      if (this.#known.size >= knownMax) this.#known.clear();
      this.#known.set(key, fields);
      if (this.#first.length < firstMax) {
        this.#first.push({ bytes: Buffer.copyBytesFrom(bytes, start, end - start), fields });
      }
    }
    return fields;
  }
}

/** A block that means the same every time, and what that is. */
interface KnownBlock {
  readonly bytes: Uint8Array;
  readonly fields: ResponseFields;
}

function isSame({ bytes }: KnownBlock, block: Buffer, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== block[start + at]) return false;
  return true;
}
