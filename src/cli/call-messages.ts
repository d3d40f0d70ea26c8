import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { JsonSplitter } from '../gateway/index.js';
import type { Limits } from '../limits.js';

/**
 * The JSON values of an argument: its own, those of `@file`, or, for `-`, those of standard input, each as soon as it has
 * come. One after the other, with white space between them or none, or as one array. Throws StatusError for what is none,
 * and what reading throws.
 */
export async function* callMessages(data: string, limits: Limits): AsyncGenerator<Uint8Array> {
  const splitter = new JsonSplitter(limits);
  for await (const chunk of chunksOf(data)) yield* splitter.push(chunk);
  yield* splitter.end();
}

async function* chunksOf(data: string): AsyncGenerator<Uint8Array> {
  const source: Readable | undefined =
    data === '-' ? process.stdin : data.startsWith('@') ? createReadStream(data.slice(1)) : undefined;
  if (source === undefined) yield Buffer.from(data);
  else for await (const chunk of source) yield Buffer.from(chunk);
}

/** The first of several, and whether there are more: for methods that take one. */
export async function onlyMessage(
  messages: AsyncIterable<Uint8Array>,
): Promise<{ readonly message: Uint8Array | undefined; readonly isOnly: boolean }> {
  let message: Uint8Array | undefined;
  for await (const next of messages) {
    if (message !== undefined) return { message, isOnly: false };
    message = Uint8Array.from(next);
  }
  return { message, isOnly: true };
}
