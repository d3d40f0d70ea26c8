import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Exchange, exchangeSchema, formatVersion, headSchema, type RecordingHead } from '../exchange.js';

/** An exchange, and the line that it stands in, counted from 1. */
export interface NumberedExchange {
  readonly line: number;
  readonly exchange: Exchange;
}

export interface Recording {
  readonly head: RecordingHead;
  readonly exchanges: AsyncIterable<NumberedExchange>;
}

/** Says what is wrong with a recording, for those who hand it in. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/** Reads a recording line by line. Rejects, and so do its exchanges, with RecordingError. */
export async function readRecording(path: string): Promise<Recording> {
  const lines = numbered(path);
  const first = await lines.next();
  const head = headSchema.safeParse(first.done === true ? undefined : parsed(first.value.text));
  if (!head.success) throw new RecordingError(`${path} is no recording: its first line says nothing of one.`);
  if (head.data.version !== formatVersion)
    throw new RecordingError(
      `${path} has version ${head.data.version} of the format, and this program reads ${formatVersion}.`,
    );
  return { head: head.data, exchanges: exchangesOf(path, lines) };
}

async function* exchangesOf(
  path: string,
  lines: AsyncIterable<{ readonly line: number; readonly text: string }>,
): AsyncGenerator<NumberedExchange> {
  let broken: number | undefined;
  for await (const { line, text } of lines) {
    // A last line may be cut: the recorder was killed.
    if (broken !== undefined) throw new RecordingError(`${path}:${broken} is no exchange.`);
    const { success, data } = exchangeSchema.safeParse(parsed(text));
    if (success) yield { line, exchange: data };
    else broken = line;
  }
}

async function* numbered(path: string): AsyncGenerator<{ line: number; text: string }> {
  let line = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity }))
      yield { line: ++line, text };
  } catch (error) {
    throw new RecordingError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
