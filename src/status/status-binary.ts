import type { AnyBytes, JsonDetail, Status } from './status.js';

const utf8 = new TextEncoder();

/**
 * google.rpc.Status as protobuf bytes: int32 code = 1, string message = 2, repeated
 * google.protobuf.Any details = 3 (string type_url = 1, bytes value = 2).
 *
 * `packAny` packs a detail that was made as JSON; one that it cannot pack is left out.
 */
export function statusBinary(
  status: Status,
  packAny: (detail: JsonDetail) => AnyBytes | undefined,
): Uint8Array {
  const details = status.details.flatMap((detail) => ('@type' in detail ? (packAny(detail) ?? []) : detail));
  return Buffer.concat([
    Uint8Array.of(8, ...varint(status.code)),
    field(2, utf8.encode(status.message)),
    ...details.map(({ typeUrl, value }) =>
      field(3, Buffer.concat([field(1, utf8.encode(typeUrl)), field(2, value)])),
    ),
  ]);
}

function field(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(number * 8 + 2, ...varint(content.length)), content]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}
