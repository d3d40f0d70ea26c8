import type { Json } from '../json.js';

/** What a comment says, without what it says to tools. */
export interface Documentation {
  /** The first paragraph, where others follow it or it is short; without a full stop. */
  readonly summary: string | undefined;
  readonly description: string | undefined;
  /** Values behind lines that begin with "Example:". */
  readonly examples: readonly string[];
}

/** Lines that are for linters and formatters. */
const forTools =
  /^\s*(propylon:ignore|buf:lint:|buf:breaking:|protolint:|api-linter:|clang-format |prettier-ignore|@exclude|NOLINT|nolint)/;
const example = /^\s*examples?:\s*(.+?)\s*$/i;

/**
 * A comment of a .proto → text for readers: the space that follows `//`, notes between `(--` and `--)` (AIP-192),
 * lines to tools and examples are taken out; `[Topic][google.pubsub.v1.Topic]` becomes `Topic`.
 */
export function readComment(comment: string): Documentation {
  const examples: string[] = [];
  const lines = comment
    .replace(/\(--[\s\S]*?--\)/g, '')
    .split('\n')
    .map((line) => line.replace(/^ /, '').trimEnd())
    .filter((line) => {
      const value = example.exec(line)?.[1];
      if (value !== undefined) examples.push(value.replace(/^`(.*)`\.?$/, '$1'));
      return value === undefined && !forTools.test(line);
    });
  const text = lines
    .join('\n')
    .replace(/\[([^\][\n]+)\]\[[\w.]*\]/g, (_, name: string) => `\`${name.replaceAll('`', '')}\``)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  if (text === '') return { summary: undefined, description: undefined, examples };
  const [first = ''] = text.split('\n\n');
  const sentence = first.replaceAll('\n', ' ').replace(/\.$/, '');
  const summary = sentence.length <= summaryLengthMax ? sentence : undefined;
  return { summary, description: text, examples };
}

/** What fits into one line of a table of contents. */
const summaryLengthMax = 120;

/** The description of several parts, those that are there. */
export function described(...parts: readonly (string | undefined)[]): string | undefined {
  const text = parts.filter((part) => part !== undefined && part !== '').join('\n\n');
  return text === '' ? undefined : text;
}

/** An example of a string is its text; of anything else, the JSON that it is. */
export function exampleValue(text: string, isString: boolean): Json {
  const quoted = /^".*"$/.test(text);
  if (isString && !quoted) return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
