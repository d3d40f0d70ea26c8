import { ConnectionError, ErrorCode } from './error-code.js';
import { DynamicTable, fieldBytes, type HeaderField, staticTable } from './hpack-table.js';
import { decodeHuffman } from './huffman.js';

/**
 * The table that a peer has before it hears our SETTINGS_HEADER_TABLE_SIZE of 0 (RFC 9113 §6.5.2), and the
 * largest that is kept for one that goes on using it regardless.
 */
const tableBytesMax = 4096;

/** No length in a header block that is bounded itself needs more bits. */
const integerMax = 0xfff_ffff;

/** The fields of one header block. */
export interface DecodedBlock {
  readonly fields: readonly HeaderField[];
  /** The fields together are larger than the limit: those past it were read and dropped. */
  readonly isTooLarge: boolean;
  /** The bytes mean the same whatever came before: neither read from nor written to the dynamic table. */
  readonly isStateless: boolean;
}

/** Reads the header blocks of one connection, in their order (RFC 7541). */
export class HpackDecoder {
  readonly #table = new DynamicTable(tableBytesMax);
  readonly #listBytesMax: number;
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;
  #end = 0;

  /** `listBytesMax`: the fields of one block together, as SETTINGS_MAX_HEADER_LIST_SIZE counts them. */
  constructor(listBytesMax: number) {
    this.#listBytesMax = listBytesMax;
  }

  /** Decodes one whole block. Throws ConnectionError COMPRESSION_ERROR; the connection is then of no more use. */
  decode(bytes: Buffer, start: number, end: number): DecodedBlock {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    const fields: HeaderField[] = [];
    let listBytes = 0;
    let isStateless = true;
    let updates = 0;
    while (this.#position < end) {
      const first = bytes[this.#position] ?? 0;
      // 001xxxxx: dynamic table size update (RFC 7541 §6.3), before the first field and twice at most (§4.2).
      if ((first & 0xe0) === 0x20) {
        updates += 1;
        if (fields.length > 0 || listBytes > 0 || updates > 2) throw malformed('late size update');
        const size = this.#integer(5);
        if (size > tableBytesMax) throw malformed('size update beyond the limit');
        this.#table.resize(size);
        isStateless = false;
        continue;
      }
      const isIndexed = (first & 0x80) !== 0;
      const isRemembered = (first & 0xc0) === 0x40;
      const index = this.#integer(isIndexed ? 7 : isRemembered ? 6 : 4);
      if (index > staticTable.length) isStateless = false;
      const field: HeaderField = isIndexed
        ? this.#field(index)
        : [index === 0 ? this.#string() : this.#field(index)[0], this.#string()];
      if (isRemembered) {
        this.#table.add(field);
        isStateless = false;
      }
      listBytes += fieldBytes(field);
      if (listBytes <= this.#listBytesMax) fields.push(field);
    }
    return { fields, isTooLarge: listBytes > this.#listBytesMax, isStateless };
  }

  #field(index: number): HeaderField {
    const field = staticTable[index - 1] ?? this.#table.at(index - staticTable.length - 1);
    if (index === 0 || field === undefined) throw malformed('index without a field');
    return field;
  }

  /** An integer whose first byte keeps the upper bits for itself (RFC 7541 §5.1). */
  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value > integerMax) break;
        return value;
      }
    }
    throw malformed('integer too large');
  }

  /** A string with its length before it, the first bit telling of Huffman coding (RFC 7541 §5.2). */
  #string(): string {
    const isHuffman = ((this.#bytes[this.#position] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const start = this.#position;
    if (length > this.#end - start) throw malformed('cut string');
    this.#position = start + length;
    return isHuffman
      ? decodeHuffman(this.#bytes, start, this.#position)
      : this.#bytes.toString('latin1', start, this.#position);
  }

  #byte(): number {
    if (this.#position >= this.#end) throw malformed('cut block');
    const byte = this.#bytes[this.#position] ?? 0;
    this.#position += 1;
    return byte;
  }
}

function malformed(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.COMPRESSION_ERROR, what);
}
