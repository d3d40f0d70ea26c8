import type { AnyBytes } from '../status/index.js';

/**
 * Reads the details out of google.rpc.Status (google/rpc/status.proto) as it comes in the trailer
 * `grpc-status-details-bin`.
 *
 * Its wire form is walked by hand, since this room knows no descriptors:
 *
 *     Status: 1 code (varint) · 2 message (LEN) · 3 details (LEN, repeated Any)
 *     Any:    1 type_url (LEN, UTF-8) · 2 value (LEN)
 *
 * Returns copies, and undefined for bytes that are not such a message: code and message of the call
 * are in trailers of their own and must survive.
 */
export function parseStatusDetails(binary: Uint8Array): readonly AnyBytes[] | undefined {
  try {
    const details: AnyBytes[] = [];
    forEachField(binary, (field, value) => {
      if (field === 3 && value !== undefined) details.push(parseAny(value));
    });
    return details;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Throws TypeError on what is not UTF-8. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseAny(binary: Uint8Array): AnyBytes {
  let typeUrl = '';
  let value: Uint8Array = new Uint8Array();
  forEachField(binary, (field, bytes) => {
    if (field === 1 && bytes !== undefined) typeUrl = utf8.decode(bytes);
    // Copied by constructor: `slice` of a Buffer would be a view.
    if (field === 2 && bytes !== undefined) value = new Uint8Array(bytes);
  });
  return { typeUrl, value };
}

/** Calls `visit` with each field of a message, LEN fields with their bytes. Throws RangeError when cut or malformed. */
function forEachField(
  binary: Uint8Array,
  visit: (field: number, bytes: Uint8Array | undefined) => void,
): void {
  let position = 0;
  const skip = (length: number): number => {
    if (length > binary.length - position) throw new RangeError('cut');
    position += length;
    return position;
  };
  const varint = (): number => {
    let result = 0;
    for (let index = 0; index < 10; index++) {
      const byte = binary[skip(1) - 1] ?? 0;
      // Multiplied, not shifted: a length past 2^31 must stay positive to be refused by `skip`.
      result += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return result;
    }
    throw new RangeError('varint');
  };
  while (position < binary.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (field === 0) throw new RangeError('field number');
    const wireType = tag % 8;
    if (wireType === 2) {
      const length = varint();
      const end = skip(length);
      visit(field, binary.subarray(end - length, end));
      continue;
    }
    if (wireType === 0) varint();
    else if (wireType === 1) skip(8);
    else if (wireType === 5) skip(4);
    else throw new RangeError('wire type');
    visit(field, undefined);
  }
}
