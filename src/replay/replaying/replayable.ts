import type { Exchange, RecordedRequest } from '../exchange.js';
import { hasPlaceholder } from '../redaction/placeholder.js';

/** Why a request is not sent again. */
export type NotSent =
  | { readonly because: 'method' }
  /** Its body was not kept whole. */
  | { readonly because: 'body' }
  /** A secret in its URL or body was redacted. */
  | { readonly because: 'redacted' }
  /** There is nothing to compare with. */
  | { readonly because: 'unanswered' };

/** A request as it is sent: without secrets, which the sender adds. */
export interface Replayable {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | undefined;
}

export interface ReplayableOptions {
  /** "GET", …; `all`. */
  readonly methods: ReadonlySet<string> | 'all';
  /** Header fields that win over recorded ones; names in lower case. */
  readonly headers: readonly (readonly [string, string])[];
  /** Query parameters that win over recorded ones. */
  readonly query: readonly (readonly [string, string])[];
  readonly needsAnswer: boolean;
}

/** What is written anew for each connection, and what would have an answer come in a coding. */
const ownFields: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-encoding',
  'accept-encoding',
  'expect',
]);

/** The request of an exchange, or why it is none to send. */
export function replayable(exchange: Exchange, options: ReplayableOptions): Replayable | NotSent {
  const { request, response } = exchange;
  if (options.methods !== 'all' && !options.methods.has(request.method)) return { because: 'method' };
  if (options.needsAnswer && response === undefined) return { because: 'unanswered' };
  const { body } = request;
  if (body?.truncated === true || body?.omitted !== undefined) return { because: 'body' };
  const target = withQuery(request.target, options.query);
  if (hasPlaceholder(target) || hasPlaceholder(body?.text ?? '')) return { because: 'redacted' };
  return { method: request.method, target, headers: headersOf(request, options), body: bytesOf(body) };
}

function headersOf(
  { headers }: RecordedRequest,
  { headers: given }: ReplayableOptions,
): (readonly [string, string])[] {
  const names = new Set(given.map(([name]) => name));
  const kept = headers.filter(
    ([name, value]) => !ownFields.has(name) && !names.has(name) && !hasPlaceholder(value),
  );
  return [...kept, ...given];
}

/** Parameters take the place of those of their name that were redacted. */
function withQuery(target: string, query: ReplayableOptions['query']): string {
  if (query.length === 0) return target;
  const [path = '', text = ''] = target.split(/\?(.*)/s);
  const parts = text.split('&').map((part) => {
    const name = part.split('=', 1)[0] ?? '';
    const given = query.find(([one]) => encodeURIComponent(one) === name || one === name);
    return given === undefined || !hasPlaceholder(part) ? part : `${name}=${encodeURIComponent(given[1])}`;
  });
  return text === '' ? path : `${path}?${parts.join('&')}`;
}

function bytesOf(body: RecordedRequest['body']): Uint8Array | undefined {
  if (body === undefined) return undefined;
  return Buffer.from(body.text ?? body.base64 ?? '', body.text === undefined ? 'base64' : 'utf8');
}
