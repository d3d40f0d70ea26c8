import type { Status } from '../status/index.js';

/**
 * Seconds, rounded up, after which a google.rpc.RetryInfo among the details says to try again;
 * undefined without one, or when it does not parse.
 */
export function retryAfterSeconds(status: Status): number | undefined {
  for (const detail of status.details) {
    if (!('typeUrl' in detail) || !(detail.value instanceof Uint8Array)) continue;
    if (typeof detail.typeUrl !== 'string' || !detail.typeUrl.endsWith('/google.rpc.RetryInfo')) continue;
    const delay = fieldsOf(detail.value).find(({ number }) => number === 1)?.value;
    const duration = delay instanceof Uint8Array ? fieldsOf(delay) : [];
    const read = (wanted: number): bigint => {
      const value = duration.findLast(({ number }) => number === wanted)?.value;
      return typeof value === 'bigint' ? value : 0n;
    };
    const seconds = Number(BigInt.asIntN(64, read(1))) + (BigInt.asIntN(32, read(2)) > 0n ? 1 : 0);
    if (delay !== undefined && seconds >= 0) return seconds;
  }
  return undefined;
}

interface WireField {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

/**
 * Fields of a message up to the first thing that is not a varint or a length-delimited field;
 * RetryInfo {1: Duration {1: int64 seconds, 2: int32 nanos}} has no others.
 */
function fieldsOf(binary: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n && at < binary.length; shift += 7n) {
      const byte = binary[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    at = binary.length;
    return 0n;
  };
  while (at < binary.length) {
    const tag = Number(varint());
    const wireType = tag & 7;
    if (wireType === 0) fields.push({ number: tag >>> 3, value: varint() });
    else if (wireType === 2) {
      const length = Number(varint());
      fields.push({ number: tag >>> 3, value: binary.subarray(at, at + length) });
      at += length;
    } else break;
  }
  return fields;
}
