import type { AnyBytes, JsonDetail, Status } from './status.js';

/**
 * google.rpc.Status as UTF-8 JSON: `{"code":5,"message":"…","details":[…]}`; `details` is omitted
 * when there are none.
 *
 * `printAny` prints a packed detail in the ProtoJSON form of Any. It may throw, for a type that is unknown or
 * bytes that are not a message of it: that detail becomes `{"@type":…,"value":"<base64>"}`, so that an error is not
 * lost over one of its details.
 */
export function statusJson(status: Status, printAny: (any: AnyBytes) => Uint8Array): Uint8Array {
  const { code, message, details } = status;
  const head = `{"code":${code},"message":${JSON.stringify(message)}`;
  if (details.length === 0) return Buffer.from(`${head}}`);
  const printed = details.map((detail) => detailJson(detail, printAny));
  const text = `${head},"details":[`;
  let room = 3 * text.length + printed.length + 1;
  for (const detail of printed) room += detail.length;
  const json = Buffer.allocUnsafe(room);
  let end = json.write(text);
  printed.forEach((detail, index) => {
    if (index > 0) json[end++] = comma;
    json.set(detail, end);
    end += detail.length;
  });
  end += json.write(']}', end);
  return json.subarray(0, end);
}

const comma = 0x2c;

function detailJson(detail: AnyBytes | JsonDetail, printAny: (any: AnyBytes) => Uint8Array): Uint8Array {
  if (!isPacked(detail)) return Buffer.from(JSON.stringify(detail));
  try {
    return printAny(detail);
  } catch {
    return Buffer.from(
      JSON.stringify({ '@type': detail.typeUrl, value: Buffer.from(detail.value).toString('base64') }),
    );
  }
}

function isPacked(detail: AnyBytes | JsonDetail): detail is AnyBytes {
  return !('@type' in detail);
}
