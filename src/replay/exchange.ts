import { z } from 'zod';

/** The version of the format that this program writes, and the only one that it reads. */
export const formatVersion = 1;

const fields = z.array(z.tuple([z.string(), z.string()]));

const body = z.object({
  /** What is UTF-8. */
  text: z.string().optional(),
  /** What is not. */
  base64: z.string().optional(),
  /** Length of all of it, as it passed. */
  bytes: z.number(),
  /** Only the beginning was kept. */
  truncated: z.boolean().optional(),
  /** Nothing was kept: nobody could have seen whether credentials are in it. */
  omitted: z.literal('opaque').optional(),
});

const request = z.object({
  method: z.string(),
  /** "/v1/products?page_size=2" */
  target: z.string(),
  headers: fields,
  body: body.optional(),
});

const answer = z.object({
  status: z.number(),
  headers: fields,
  body: body.optional(),
  trailers: fields.optional(),
});

/** The first line of a recording. */
export const headSchema = z.object({
  propylon: z.literal('recording'),
  version: z.number(),
  /** RFC 3339. */
  created: z.string(),
  /** The gateway that was recorded at. */
  to: z.string(),
});

/** Every other line. */
export const exchangeSchema = z.object({
  /** When the request came, RFC 3339. */
  at: z.string(),
  /** Until the answer's head, and until its end. */
  firstByteMs: z.number().optional(),
  ms: z.number(),
  request,
  /** Absent where none came. */
  response: answer.optional(),
  /** Who broke it off. */
  aborted: z.enum(['client', 'upstream']).optional(),
});

export type RecordingHead = z.infer<typeof headSchema>;
export type Body = z.infer<typeof body>;
export type RecordedRequest = z.infer<typeof request>;
export type RecordedAnswer = z.infer<typeof answer>;
export type Exchange = z.infer<typeof exchangeSchema>;
export type Fields = readonly (readonly [name: string, value: string])[];

/** The values of a field, in order. */
export function fieldValues(headers: Fields, name: string): string[] {
  return headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
}

/** "application/json" of "application/json; charset=utf-8", in lower case; "" where there is none. */
export function mediaTypeOf(headers: Fields): string {
  return (fieldValues(headers, 'content-type')[0] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
