import type { Match } from '../httprule/index.js';
import { Code, StatusError } from '../status/index.js';
import type { Route } from '../surface/index.js';
import { type Preference, readAccept } from './accept.js';
import type { Exchange } from './exchange.js';
import type { Framing } from './framing/framing.js';
import { jsonArrayFraming } from './framing/json-array.js';
import { ndjsonFraming } from './framing/ndjson.js';
import { sseFraming } from './framing/sse.js';

/** A format of streams: how clients ask for it, and how it is made. The first is the default. */
interface StreamFormat {
  readonly mediaType: string;
  /** Value of `$alt` that chooses it. */
  readonly alt: string | undefined;
  readonly create: () => Framing;
}

const streamFormats: readonly StreamFormat[] = [
  {
    mediaType: 'application/x-ndjson',
    alt: undefined,
    create: () => ndjsonFraming('application/x-ndjson'),
  },
  { mediaType: 'application/jsonl', alt: undefined, create: () => ndjsonFraming('application/jsonl') },
  { mediaType: 'application/json', alt: 'json', create: jsonArrayFraming },
  { mediaType: 'text/event-stream', alt: 'sse', create: sseFraming },
];

/**
 * Makes sure that the one answer of a unary or client-streaming call is wanted as JSON. An
 * HttpBody has the type the backend gives it, which nobody knows yet.
 *
 * Throws StatusError NOT_ACCEPTABLE (HTTP 406), QUERY_VALUE for an unknown `$alt`.
 */
export function requireJsonAccepted(exchange: Exchange, match: Match<Route>): void {
  if (match.route.response.kind === 'raw') return;
  const accepted = readAccept(exchange.headers)('application/json').quality > 0;
  if (!accepted || altOf(match) === 'sse') throw notAcceptable(['application/json']);
}

/**
 * The framing of a response stream: what Accept wants most; between formats that are wanted alike
 * the one that `$alt` names, then NDJSON. Undefined for an HttpBody, whose first message decides.
 *
 * Throws as `requireJsonAccepted`.
 */
export function chooseFraming(exchange: Exchange, match: Match<Route>): Framing | undefined {
  if (match.route.response.kind === 'raw') return undefined;
  const preference = readAccept(exchange.headers);
  const alt = altOf(match);
  const [best] = streamFormats
    .map((format) => ({ format, ...preference(format.mediaType) }))
    .filter(({ quality }) => quality > 0)
    // The sort is stable: what compares equal keeps the order of the table.
    .sort((a, b) => compare(a, b) || Number(isAsked(b.format, alt)) - Number(isAsked(a.format, alt)));
  if (best === undefined) throw notAcceptable(streamFormats.map(({ mediaType }) => mediaType));
  return best.format.create();
}

function isAsked(format: StreamFormat, alt: string | undefined): boolean {
  return alt !== undefined && format.alt === alt;
}

function compare(a: Preference, b: Preference): number {
  return b.quality - a.quality || b.specificity - a.specificity;
}

/**
 * The value of `$alt` (also `alt`, where no request field has that name) in the raw query.
 * Google's REST clients add ";enum-encoding=int": accepted, since their parsers read names as well.
 */
function altOf({ query, route }: Match<Route>): 'json' | 'sse' | undefined {
  if (!/alt=/.test(query)) return undefined;
  const isAlt = (name: string): boolean =>
    name === '$alt' || name.toLowerCase() === '%24alt' || (name === 'alt' && !hasField(route, 'alt'));
  const piece = query.split('&').find((part) => isAlt(part.slice(0, part.indexOf('='))));
  const value = piece?.slice(piece.indexOf('=') + 1).replace(/(;|%3b)enum-encoding(=|%3d)int$/i, '');
  if (value === undefined || value === 'json' || value === 'sse') return value;
  const description = 'must be json or sse';
  throw new StatusError(Code.INVALID_ARGUMENT, 'QUERY_VALUE', `Query parameter $alt ${description}.`, {
    violations: [{ field: '$alt', description }],
  });
}

function hasField(route: Route, name: string): boolean {
  return route.binding.method.input.fields.some((field) => field.name === name || field.jsonName === name);
}

function notAcceptable(mediaTypes: readonly string[]): StatusError {
  const message = `Accept allows none of what can be produced here: ${mediaTypes.join(', ')}.`;
  return new StatusError(Code.INVALID_ARGUMENT, 'NOT_ACCEPTABLE', message, { httpStatus: 406 });
}
