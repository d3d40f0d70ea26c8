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
export function statusJson(status: Status, printAny: (any: AnyBytes) => object): Uint8Array {
  const { code, message, details } = status;
  const json =
    details.length === 0
      ? { code, message }
      : { code, message, details: details.map((detail) => detailJson(detail, printAny)) };
  return utf8.encode(JSON.stringify(json));
}

function detailJson(detail: AnyBytes | JsonDetail, printAny: (any: AnyBytes) => object): object {
  if (!isPacked(detail)) {
    return detail;
  }
  try {
    return printAny(detail);
  } catch {
    return { '@type': detail.typeUrl, value: Buffer.from(detail.value).toString('base64') };
  }
}

function isPacked(detail: AnyBytes | JsonDetail): detail is AnyBytes {
  return !('@type' in detail);
}
