/**
 * The same JSON with its keys in the one spelling of JSON.stringify: what need not be escaped is
 * not. Undefined when a key has an escape that does not exist, or half of a surrogate pair.
 */
export function canonicalKeys(json: Uint8Array): Uint8Array | undefined {
  const source = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  const pieces: Uint8Array[] = [];
  let copied = 0;
  let at = 0;
  while (at < source.length) {
    if (source[at] !== 34) {
      at++;
      continue;
    }
    const start = at;
    let escaped = false;
    for (at++; at < source.length && source[at] !== 34; at++) {
      if (source[at] === 92) {
        escaped = true;
        at++;
      }
    }
    at++;
    if (!escaped || !isKey(source, at)) continue;
    const text = decode(source.toString('utf8', start, at));
    if (text === undefined) return undefined;
    pieces.push(source.subarray(copied, start), Buffer.from(JSON.stringify(text), 'utf8'));
    copied = at;
  }
  pieces.push(source.subarray(copied));
  return Buffer.concat(pieces);
}

/** Whether a colon follows. */
function isKey(source: Uint8Array, end: number): boolean {
  let at = end;
  while (source[at] === 32 || source[at] === 10 || source[at] === 13 || source[at] === 9) at++;
  return source[at] === 58;
}

function decode(quoted: string): string | undefined {
  try {
    const text: unknown = JSON.parse(quoted);
    return typeof text === 'string' && !/\p{Surrogate}/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
