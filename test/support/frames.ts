/** One HTTP/2 frame as bytes (RFC 9113 §4.1), right or wrong: nothing is checked. */
export function frame(type: number, flags: number, stream: number, payload: Buffer | string): Buffer {
  const content = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  const header = Buffer.alloc(9);
  header.writeUIntBE(content.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, content]);
}
