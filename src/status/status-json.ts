import type { AnyBytes, JsonDetail, Status } from './status.js';

const utf8 = new TextEncoder();

/**
 * google.rpc.Status as UTF-8 JSON: `{"code":5,"message":"…","details":[…]}`; `details` is omitted
 * when there are none.
 *
 * `printAny` prints a packed detail in the ProtoJSON form of Any and may throw: a detail of an
 * unknown type, or one that does not parse, becomes `{"@type":…,"value":"<base64>"}`, so that
 * code and message are never lost over it.
 */
export function statusJson(status: Status, printAny: (any: AnyBytes) => string): Uint8Array {
  const { code, message, details } = status;
  const head = `{"code":${code},"message":${JSON.stringify(message)}`;
  if (details.length === 0) return utf8.encode(`${head}}`);
  return utf8.encode(`${head},"details":[${details.map((detail) => detailJson(detail, printAny)).join()}]}`);
}

function detailJson(detail: AnyBytes | JsonDetail, printAny: (any: AnyBytes) => string): string {
  if (!isPacked(detail)) return JSON.stringify(detail);
  try {
    return printAny(detail);
  } catch {
    return JSON.stringify({ '@type': detail.typeUrl, value: Buffer.from(detail.value).toString('base64') });
  }
}

function isPacked(detail: AnyBytes | JsonDetail): detail is AnyBytes {
  return !('@type' in detail);
}
