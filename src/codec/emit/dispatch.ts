import { word } from './bytes.js';
import { Code, code } from './code.js';

/** A JSON string, its bytes between the quotes as canonicalKeys() spells them, and what it stands for. */
export interface Word {
  readonly text: string;
  readonly value: number;
}

/**
 * A function from the `l` bytes at `k` of the input to the value of the word that stands there, or
 * `miss`. Length, first and last byte choose a candidate or two, which are then compared in full.
 */
export function dispatchFunction(name: Code, words: readonly Word[], miss: number): Code {
  const byHash = new Map<number, { bytes: Uint8Array; word: Word }[]>();
  for (const candidate of words) {
    const bytes = new TextEncoder().encode(JSON.stringify(candidate.text).slice(1, -1));
    const hash = hashOf(bytes);
    byHash.set(hash, [...(byHash.get(hash) ?? []), { bytes, word: candidate }]);
  }
  const cases = [...byHash].map(
    ([hash, candidates]) => code`case ${hash}:
      ${candidates.map(
        ({ bytes, word: { text, value } }) => code`${Code.comment(text)}
          if (l === ${bytes.length}${comparison(bytes)}) return ${value};`,
      )}
      break;`,
  );
  return code`function ${name}(s, k, l) {
    const b = s.b, v = s.bv;
    switch ((l << 16) ^ (b[k] << 8) ^ b[k + l - 1]) {
      ${cases}
    }
    return ${miss};
  }`;
}

/** As the emitted expression; of no bytes, what stands before is the opening quote, and behind the closing one. */
function hashOf(bytes: Uint8Array): number {
  const quote = 34;
  return (bytes.length << 16) ^ ((bytes[0] ?? quote) << 8) ^ (bytes[bytes.length - 1] ?? quote);
}

function comparison(bytes: Uint8Array): readonly Code[] {
  const length = bytes.length;
  if (length < 4) return [...bytes].map((byte, at) => code` && b[k + ${at}] === ${byte}`);
  const starts: number[] = [];
  for (let at = 0; at + 4 <= length; at += 4) starts.push(at);
  // The last four overlap where the length is no multiple of four.
  if (length % 4 !== 0) starts.push(length - 4);
  return starts.map((at) => code` && v.getInt32(k + ${at}, true) === ${word(bytes, at)}`);
}
