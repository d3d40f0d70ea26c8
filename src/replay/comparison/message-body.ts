import { Buffer } from 'node:buffer';
import { type Body, type Fields, mediaTypeOf } from '../exchange.js';
import type { JsonValue } from '../json/json-value.js';
import { readJson, readJsonSequence } from '../json/read-json.js';

/** What a body says, by how it is framed. */
export type MessageBody =
  | { readonly form: 'empty' }
  /** One value of JSON. */
  | { readonly form: 'json'; readonly value: JsonValue }
  /** Values one behind the other, or server-sent events. */
  | { readonly form: 'lines' | 'events'; readonly messages: readonly JsonValue[] }
  | { readonly form: 'other'; readonly bytes: string };

/** Reads a body, of which nothing is missing. */
export function messageBody(body: Body | undefined, headers: Fields): MessageBody {
  if (body === undefined || body.bytes === 0) return { form: 'empty' };
  const { text, base64 = '' } = body;
  if (text === undefined) return { form: 'other', bytes: Buffer.from(base64, 'base64').toString('latin1') };
  const mediaType = mediaTypeOf(headers);
  if (mediaType === 'text/event-stream') {
    const messages = eventsOf(text);
    return messages === undefined ? { form: 'other', bytes: text } : { form: 'events', messages };
  }
  const { values, state } = readJsonSequence(text);
  if (state !== 'whole') return { form: 'other', bytes: text };
  const [first, ...more] = values;
  if (/ndjson|jsonl/.test(mediaType) || more.length > 0) return { form: 'lines', messages: values };
  return first === undefined ? { form: 'other', bytes: text } : { form: 'json', value: first };
}

/**
 * The data of events (WHATWG HTML §9.2.6), each one value; an event named `error` is a message {"error":…} as lines have it,
 * and the named end of a stream none. Undefined where data is not JSON.
 */
function eventsOf(text: string): JsonValue[] | undefined {
  const messages: JsonValue[] = [];
  for (const block of text.split(/(?:\r\n|\r|\n){2}/)) {
    const lines = block.split(/\r\n|\r|\n/);
    const fields = (name: string): string[] =>
      lines.flatMap((line) => {
        const [, value] = line.match(new RegExp(`^${name}: ?(.*)$`)) ?? [];
        return value === undefined ? [] : [value];
      });
    const data = fields('data');
    const type = fields('event').at(-1);
    if (data.length === 0 || type === 'end') continue;
    const { value, state } = readJson(data.join('\n'));
    if (state !== 'whole' || value === undefined) return undefined;
    messages.push(type === 'error' ? { kind: 'object', members: [['error', value]] } : value);
  }
  return messages;
}
