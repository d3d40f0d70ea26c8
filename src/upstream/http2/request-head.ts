import type { Metadata } from '../../status/index.js';

/** Fields that the protocol sets; ours win over those of metadata. */
const ownNames = new Set([
  'te',
  'content-type',
  'user-agent',
  'grpc-timeout',
  'grpc-encoding',
  'grpc-accept-encoding',
]);
/** Fields of a connection, which HTTP/2 has no place for (RFC 9113 §8.2.2), and those that would contradict ours. */
const forbiddenNames = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
]);

/** Paths and names come from descriptors and configuration; a table that outgrows this has another source. */
const knownMax = 4_096;

/** Never put into a table of an intermediary (RFC 7541 §6.2.3, §7.1.3). */
const secretNames = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * Writes the header blocks of requests (RFC 7541; gRPC over HTTP/2, "Requests"). Nothing is ever indexed, so
 * that what is equal for all calls of a method is encoded once and copied.
 */
export class RequestHeadEncoder {
  readonly #scheme: 'http' | 'https';
  readonly #authority: string;
  readonly #heads = new Map<string, Buffer>();
  /** Encoded names of metadata; undefined for one that is not to be sent, null for one that cannot be. */
  readonly #names = new Map<string, Buffer | undefined | null>();
  #block = Buffer.allocUnsafeSlow(4_096);
  #end = 0;
  /** What the fields of the block count for (RFC 9113 §6.5.2), without the part that all calls have. */
  #listBytes = 0;

  constructor(scheme: 'http' | 'https', authority: string) {
    this.#scheme = scheme;
    this.#authority = authority;
  }

  /** The block that `encode` wrote last, up to `end`; overwritten by the next. */
  get block(): Buffer {
    return this.#block;
  }

  /** See RFC 9113 §6.5.2: names, values, and 32 bytes for each field. */
  get listBytes(): number {
    return this.#listBytes;
  }

  /**
   * Encodes the head of one call; `timeoutMs` undefined for none, `isCompressing` where messages
   * may be. Returns the end of the block, or undefined
   * for metadata that HTTP/2 or gRPC does not allow.
   *
   * The first block of a connection sets the size of our table to 0: a peer that allows less than the
   * initial size waits for that (RFC 7541 §4.2), and none minds.
   */
  encode(
    path: string,
    metadata: Metadata,
    timeoutMs: number | undefined,
    isCompressing: boolean,
    isFirst: boolean,
  ): number | undefined {
    const head = this.#heads.get(path) ?? this.#head(path);
    this.#end = 0;
    this.#reserve(head.length + 64);
    if (isFirst) this.#block[this.#end++] = 0x20;
    this.#end += head.copy(this.#block, this.#end);
    this.#listBytes = head.length + 7 * 32;
    if (isCompressing) {
      this.#end += gzipField.copy(this.#block, this.#end);
      this.#listBytes += gzipField.length + 32;
    }
    if (timeoutMs !== undefined) this.#timeout(timeoutMs);
    for (const [name, value] of metadata) {
      const encodedName = this.#names.has(name) ? this.#names.get(name) : this.#name(name);
      if (encodedName === undefined) continue;
      if (encodedName === null || !this.#field(encodedName, value, name)) return undefined;
    }
    return this.#end;
  }

  #head(path: string): Buffer {
    const scheme = this.#scheme === 'http' ? 0x86 : 0x87;
    const head = Buffer.concat([
      // :method POST and :scheme by their places in the static table; :path and :authority by that of their names.
      Buffer.from([0x83, scheme, 0x04]),
      string(path),
      Buffer.from([0x01]),
      string(this.#authority),
      literal('te', 'trailers'),
      literal('content-type', 'application/grpc'),
      literal('user-agent', userAgent),
      literal('grpc-accept-encoding', 'identity,gzip'),
    ]);
    if (this.#heads.size >= knownMax) this.#heads.clear();
    this.#heads.set(path, head);
    return head;
  }

  #name(name: string): Buffer | undefined | null {
    let encoded: Buffer | undefined | null = null;
    if (ownNames.has(name)) encoded = undefined;
    // Lower-case tokens that gRPC allows for metadata ("Header-Name").
    else if (/^[0-9a-z_.-]+$/.test(name) && !forbiddenNames.has(name)) {
      encoded = Buffer.concat([Buffer.from([secretNames.has(name) ? 0x10 : 0x00]), string(name)]);
    }
    if (this.#names.size >= knownMax) this.#names.clear();
    this.#names.set(name, encoded);
    return encoded;
  }

  #field(encodedName: Buffer, value: string | Uint8Array, name: string): boolean {
    const isBinary = name.endsWith('-bin');
    if (isBinary === (typeof value === 'string')) return false;
    // Base64 without padding (gRPC over HTTP/2, "Binary-Header").
    const text = typeof value === 'string' ? value : Buffer.from(value).toString('base64').replace(/=+$/, '');
    this.#reserve(encodedName.length + text.length + 6);
    const block = this.#block;
    let end = this.#begin(encodedName, text);
    for (let index = 0; index < text.length; index++) {
      const character = text.charCodeAt(index);
      if (character < 0x20 || character > 0x7e) return false;
      block[end++] = character;
    }
    this.#end = end;
    this.#listBytes += name.length + text.length + 32;
    return true;
  }

  /** `grpc-timeout`: up to eight digits and a unit; milliseconds while they fit, hours at the end. */
  #timeout(timeoutMs: number): void {
    const rounded = Math.max(1, Math.ceil(timeoutMs));
    let text: string;
    if (rounded < 1e8) text = `${rounded}m`;
    else if (rounded < 1e11) text = `${Math.ceil(rounded / 1e3)}S`;
    else text = `${Math.min(99_999_999, Math.ceil(rounded / 3.6e6))}H`;
    let end = this.#begin(timeoutName, text);
    for (let index = 0; index < text.length; index++) this.#block[end++] = text.charCodeAt(index);
    this.#end = end;
    this.#listBytes += timeoutName.length + text.length + 32;
  }

  /** Writes the name of a field and the length of its value; returns where the value begins. */
  #begin(encodedName: Buffer, text: string): number {
    const block = this.#block;
    let end = this.#end;
    // A call into native code costs more than copying a name.
    for (let index = 0; index < encodedName.length; index++) block[end++] = encodedName[index] ?? 0;
    return writeInteger(block, end, text.length);
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#block.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.#end + bytes));
    this.#block.copy(larger, 0, 0, this.#end);
    this.#block = larger;
  }
}

const userAgent = 'propylon grpc-node-propylon/1';
const gzipField = literal('grpc-encoding', 'gzip');
const timeoutName = Buffer.concat([Buffer.from([0x00]), string('grpc-timeout')]);

/** A field without indexing and with a new name (RFC 7541 §6.2.2). */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0x00]), string(name), string(value)]);
}

/** A string without Huffman coding (RFC 7541 §5.2). */
function string(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length + 6);
  const start = writeInteger(bytes, 0, text.length);
  return bytes.subarray(0, start + bytes.write(text, start, 'latin1'));
}

/** An integer after one bit (RFC 7541 §5.1); returns where it ends. */
function writeInteger(bytes: Buffer, start: number, value: number): number {
  let end = start;
  if (value < 127) {
    bytes[end++] = value;
    return end;
  }
  bytes[end++] = 127;
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[end++] = (rest % 128) | 128;
  bytes[end++] = rest;
  return end;
}
