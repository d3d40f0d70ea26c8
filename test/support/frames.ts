/** HTTP/2 frames as bytes (RFC 9113 §4.1), right or wrong: nothing is checked. */

export function frame(type: number, flags: number, stream: number, payload: Buffer | string = ''): Buffer {
  const content = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  const header = Buffer.alloc(9);
  header.writeUIntBE(content.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, content]);
}

/** 32-bit numbers, as in RST_STREAM, GOAWAY and WINDOW_UPDATE. */
export function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

/** SETTINGS with pairs of identifier and value. */
export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(6 * pairs.length);
  for (const [index, [id, value]] of pairs.entries()) {
    payload.writeUInt16BE(id, 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  }
  return frame(4, 0, 0, payload);
}

export const settingsAck = frame(4, 1, 0);

export type Fields = readonly (readonly [name: string, value: string])[];

/** A header block of literals without indexing and without Huffman coding (RFC 7541 §6.2.2). */
export function block(fields: Fields): Buffer {
  return Buffer.concat(
    fields.map(([name, value]) => Buffer.concat([Buffer.from([0]), text(name), text(value)])),
  );
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  const length =
    bytes.length < 127
      ? Buffer.from([bytes.length])
      : Buffer.from([127, ((bytes.length - 127) % 128) | 128, Math.floor((bytes.length - 127) / 128)]);
  return Buffer.concat([length, bytes]);
}

export const grpcHead: Fields = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
];
export const okTail: Fields = [['grpc-status', '0']];

export function headers(stream: number, fields: Fields): Buffer {
  return frame(1, 4, stream, block(fields));
}

/** HEADERS that end the stream. */
export function trailers(stream: number, fields: Fields = okTail): Buffer {
  return frame(1, 5, stream, block(fields));
}

/** A gRPC message with its prefix. */
export function message(content: string): Buffer {
  return Buffer.concat([Buffer.from([0]), words(content.length), Buffer.from(content)]);
}

export function data(stream: number, content: Buffer): Buffer {
  return frame(0, 0, stream, content);
}

/** A proper answer to a unary call. */
export function answer(stream: number, content = 'fine'): Buffer {
  return Buffer.concat([headers(stream, grpcHead), data(stream, message(content)), trailers(stream)]);
}
