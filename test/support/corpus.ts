import { appendFileSync, readFileSync } from 'node:fs';
import type { TestMessageName } from './codec-protos.js';
import { pick, type Random } from './random-message.js';

/** One input that was once worth a look: JSON or protobuf of a test message, in hex. */
export interface CorpusEntry {
  readonly message: TestMessageName;
  readonly form: 'json' | 'binary';
  readonly bytes: Uint8Array;
}

/** A file of inputs, one a line: "Everything json 7b7d" and, behind "#", the input for people to read. */
export interface Corpus {
  readonly entries: readonly CorpusEntry[];
  /** Puts a new input at the end of the file. */
  keep(entry: CorpusEntry): void;
}

/** Reads a corpus. */
export function openCorpus(file: URL): Corpus {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return {
    entries: lines.map((line) => {
      const [, message, form, hex = ''] = /^(\w+) (json|binary) ([0-9a-f]*)/.exec(line) ?? [];
      if (form === undefined) throw new Error(`${file.pathname}: ${line}`);
      return {
        message: message as TestMessageName,
        form: form as CorpusEntry['form'],
        bytes: Buffer.from(hex, 'hex'),
      };
    }),
    keep({ message, form, bytes }) {
      const hex = Buffer.from(bytes).toString('hex');
      const words = form === 'json' ? ` # ${JSON.stringify(Buffer.from(bytes).toString())}` : '';
      appendFileSync(file, `${message} ${form} ${hex}${words}\n`);
    },
  };
}

/** What stands between the tokens of JSON, or makes another of one. */
const tokens = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u',
  '-',
  '0',
  '.',
  'e',
  'null',
  'true',
  ' ',
  '\xff',
];

/** A copy with one to three changes anywhere: a piece lost, doubled, moved, taken from another input, or a token put in. */
export function mutateBytes(random: Random, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  let result = Buffer.from(bytes);
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) {
    const [start, end] = pieceOf(random, result);
    const at = Math.floor(random() * (result.length + 1));
    const piece = result.subarray(start, end);
    const [before, after] = [result.subarray(0, at), result.subarray(at)];
    const other = pick(random, others);
    result = pick(random, [
      () => Buffer.concat([result.subarray(0, start), result.subarray(end)]),
      () => Buffer.concat([before, piece, after]),
      () => Buffer.concat([before, Buffer.from(pick(random, tokens), 'latin1'), after]),
      () => Buffer.concat([before, other.subarray(...pieceOf(random, other)), after]),
      () => Buffer.concat([result.subarray(0, start), Buffer.from(piece).reverse(), result.subarray(end)]),
    ])();
  }
  return result;
}

function pieceOf(random: Random, bytes: Uint8Array): [start: number, end: number] {
  const start = Math.floor(random() * bytes.length);
  return [start, Math.min(bytes.length, start + 1 + Math.floor(random() ** 3 * bytes.length))];
}
