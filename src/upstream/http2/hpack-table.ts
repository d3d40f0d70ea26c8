/** One header field; both are Latin-1 text, one character a byte. */
export type HeaderField = readonly [name: string, value: string];

/** RFC 7541 appendix A; index 1 is the first. */
export const staticTable: readonly HeaderField[] = [
  [':authority', ''],
  [':method', 'GET'],
  [':method', 'POST'],
  [':path', '/'],
  [':path', '/index.html'],
  [':scheme', 'http'],
  [':scheme', 'https'],
  [':status', '200'],
  [':status', '204'],
  [':status', '206'],
  [':status', '304'],
  [':status', '400'],
  [':status', '404'],
  [':status', '500'],
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ['accept-language', ''],
  ['accept-ranges', ''],
  ['accept', ''],
  ['access-control-allow-origin', ''],
  ['age', ''],
  ['allow', ''],
  ['authorization', ''],
  ['cache-control', ''],
  ['content-disposition', ''],
  ['content-encoding', ''],
  ['content-language', ''],
  ['content-length', ''],
  ['content-location', ''],
  ['content-range', ''],
  ['content-type', ''],
  ['cookie', ''],
  ['date', ''],
  ['etag', ''],
  ['expect', ''],
  ['expires', ''],
  ['from', ''],
  ['host', ''],
  ['if-match', ''],
  ['if-modified-since', ''],
  ['if-none-match', ''],
  ['if-range', ''],
  ['if-unmodified-since', ''],
  ['last-modified', ''],
  ['link', ''],
  ['location', ''],
  ['max-forwards', ''],
  ['proxy-authenticate', ''],
  ['proxy-authorization', ''],
  ['range', ''],
  ['referer', ''],
  ['refresh', ''],
  ['retry-after', ''],
  ['server', ''],
  ['set-cookie', ''],
  ['strict-transport-security', ''],
  ['transfer-encoding', ''],
  ['user-agent', ''],
  ['vary', ''],
  ['via', ''],
  ['www-authenticate', ''],
];

/** What a field counts for besides its bytes (RFC 7541 §4.1). */
export const fieldOverheadBytes = 32;

export function fieldBytes([name, value]: HeaderField): number {
  return name.length + value.length + fieldOverheadBytes;
}

/** The fields that the peer has told us to remember, newest first (RFC 7541 §2.3.2). */
export class DynamicTable {
  #fields: HeaderField[] = [];
  #bytes = 0;
  #bytesMax: number;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The field at an index that counts from 0, the newest. */
  at(index: number): HeaderField | undefined {
    return this.#fields[this.#fields.length - 1 - index];
  }

  resize(bytesMax: number): void {
    this.#bytesMax = bytesMax;
    this.#evict(0);
  }

  /** Adds a field; one that is larger than the table empties it (RFC 7541 §4.4). */
  add(field: HeaderField): void {
    const bytes = fieldBytes(field);
    this.#evict(bytes);
    if (bytes > this.#bytesMax) return;
    this.#fields.push(field);
    this.#bytes += bytes;
  }

  #evict(room: number): void {
    let count = 0;
    while (this.#bytes + room > this.#bytesMax) {
      const oldest = this.#fields[count];
      if (oldest === undefined) break;
      this.#bytes -= fieldBytes(oldest);
      count += 1;
    }
    if (count > 0) this.#fields.splice(0, count);
  }
}
