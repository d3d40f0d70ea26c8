import { z } from 'zod';
import type { StoredAnswer } from './stored-answer.js';

const headSchema = z.object({
  mark: z.string(),
  contentType: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  storedAt: z.number(),
  lifetime: z.object({
    freshMs: z.number(),
    revalidateMs: z.number(),
    errorMs: z.number(),
    mustRevalidate: z.boolean(),
  }),
});

/** An answer as bytes, for a store outside: length of the head (4 bytes, big-endian), head as JSON, body. */
export function writeAnswer(answer: StoredAnswer, mark: string): Uint8Array {
  const { body, ...rest } = answer;
  const head = Buffer.from(JSON.stringify({ ...rest, mark }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, body]);
}

/** The answer and its mark; undefined for bytes that are none, of another version perhaps. */
export function readAnswer(
  bytes: Buffer,
): { readonly answer: StoredAnswer; readonly mark: string } | undefined {
  if (bytes.length < 4) return undefined;
  const end = 4 + bytes.readUInt32BE(0);
  if (end > bytes.length) return undefined;
  const { data } = headSchema.safeParse(parsed(bytes.toString('utf8', 4, end)));
  if (data === undefined) return undefined;
  const { mark, ...rest } = data;
  return { mark, answer: { ...rest, body: Uint8Array.from(bytes.subarray(end)) } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
