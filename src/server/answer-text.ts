import { STATUS_CODES } from 'node:http';
import type { Reply } from '../gateway/index.js';
import type { FieldBlock } from './field-block.js';

/** More than a few kilobytes are cheaper to send as they are than to make a string of. */
const bodyBytesMax = 2_048;

/** Names come from the gateway and its configuration; a set that outgrows this has another source. */
const knownMax = 1_024;

/** Fields that decide on how the answer is framed, or that Node would write itself: it must hear of them. */
const nodesOwn = new Set([
  'connection',
  'content-disposition',
  'date',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Names → what stands before their values: with it a field is two pieces of text, and not four. */
const starts = new Map<string, string>();

const statusLines = new Map<number, string>();

/**
 * A small answer, head and body, as the one string that goes to the socket (RFC 9112 §4): Node checks each field anew
 * for each answer. `common` are fields beside those of the reply; the connection stays open, and says for how long.
 *
 * Undefined for what is not plain: a stream, trailers, no body, a large one, or a field that Node must hear of or refuse.
 */
export function answerText(
  { httpStatus, headers, body, trailers }: Reply,
  common: FieldBlock,
  keepAliveTimeoutMs: number,
): string | undefined {
  if (!(body instanceof Uint8Array) || body.length === 0 || body.length > bodyBytesMax) return undefined;
  if (trailers !== undefined) return undefined;
  let text = statusLines.get(httpStatus) ?? statusLine(httpStatus);
  if (text === undefined) return undefined;
  let isFramed = false;
  for (const field of headers) {
    const [name, value] = field;
    const start = starts.get(name) ?? startOf(name);
    if (start === undefined || !isFieldValue(value)) return undefined;
    if (name === 'content-length') isFramed = true;
    text += start + value;
  }
  if (!isFramed) return undefined;
  return text + common.lines + lastLines(keepAliveTimeoutMs) + latin1(body);
}

function statusLine(httpStatus: number): string | undefined {
  const phrase = STATUS_CODES[httpStatus];
  if (phrase === undefined) return undefined;
  const line = `HTTP/1.1 ${httpStatus} ${phrase}`;
  statusLines.set(httpStatus, line);
  return line;
}

/** Of a name that is a token (RFC 9110 §5.6.2), and says nothing about the connection. */
function startOf(name: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || nodesOwn.has(name)) return undefined;
  if (starts.size >= knownMax) starts.clear();
  const start = `\r\n${name}: `;
  starts.set(name, start);
  return start;
}

/** RFC 9110 §5.5. Of a longer character one byte would be sent, which may be any. */
function isFieldValue(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) return false;
  }
  return true;
}

let last = '';
let lastOf = Number.NaN;
let lastSecond = Number.NaN;

/** The rest of a head, as Node writes it, and its end: equal within a second. */
function lastLines(keepAliveTimeoutMs: number): string {
  const now = Date.now();
  const second = Math.floor(now / 1_000);
  if (second !== lastSecond || keepAliveTimeoutMs !== lastOf) {
    const date = new Date(now).toUTCString();
    const keepAlive = `timeout=${Math.floor(keepAliveTimeoutMs / 1_000)}`;
    last = `\r\nDate: ${date}\r\nConnection: keep-alive\r\nKeep-Alive: ${keepAlive}\r\n\r\n`;
    lastOf = keepAliveTimeoutMs;
    lastSecond = second;
  }
  return last;
}

/** Bytes as characters, which the socket makes the same bytes of. `toString` would make a Buffer of them first. */
function latin1(bytes: Uint8Array): string {
  return latin1Slice.call(bytes, 0, bytes.length);
}

// Node's types leave it out.
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
};
