import { fieldValues, singleField } from '../headers.js';
import { Code, StatusError } from '../status/index.js';
import { protobufTypes, type ResponseForm, type StreamDefault, type WriteMessage } from '../surface/index.js';
import { anything, type Preference, readAccept } from './accept.js';
import type { Exchange } from './exchange.js';
import { delimitedFraming } from './framing/delimited.js';
import type { Framing } from './framing/framing.js';
import { jsonArrayFraming } from './framing/json-array.js';
import { ndjsonFraming } from './framing/ndjson.js';
import { sseFraming } from './framing/sse.js';
import { pretty } from './pretty.js';
import type { Run } from './run.js';
import type { StreamRules } from './stream-rules.js';

/** What of a run decides on the format of its answer. */
export type Asking = Pick<Run, 'exchange' | 'match' | 'query' | 'streamRules'>;

/** How the one message of an answer is written. */
export interface MessageFormat {
  readonly contentType: string;
  readonly write: WriteMessage;
}

/** How the messages of a stream are written. */
export interface StreamFormat {
  readonly framing: Framing;
  readonly write: WriteMessage;
}

/** A format as clients ask for it. */
interface Candidate {
  readonly mediaType: string;
  /** Value of `$alt` that chooses it. */
  readonly alt: 'json' | 'sse' | 'proto' | undefined;
  readonly media: ResponseForm['media'];
}

/** A format of streams, and how it is made. */
interface StreamCandidate extends Candidate {
  readonly create: (rules: StreamRules) => Framing;
  /** The option of a route that prefers it. */
  readonly option: StreamDefault;
  /** Whether a message may take several lines. */
  readonly manyLines?: boolean;
}

const protobuf = (mediaType: string): Candidate => ({ mediaType, alt: 'proto', media: 'protobuf' });

/** The first is the default. */
const messageFormats: readonly Candidate[] = [
  { mediaType: 'application/json', alt: 'json', media: 'json' },
  ...protobufTypes.map(protobuf),
];

/** The first of those that a route prefers is its default. */
const streamFormats: readonly StreamCandidate[] = [
  {
    mediaType: 'application/x-ndjson',
    alt: undefined,
    media: 'json',
    option: 'ndjson',
    create: (rules) => ndjsonFraming('application/x-ndjson', isEnveloped(rules)),
  },
  {
    mediaType: 'application/jsonl',
    alt: undefined,
    media: 'json',
    option: 'ndjson',
    create: (rules) => ndjsonFraming('application/jsonl', isEnveloped(rules)),
  },
  {
    mediaType: 'application/json',
    alt: 'json',
    media: 'json',
    option: 'json',
    create: (rules) => jsonArrayFraming(isEnveloped(rules)),
    manyLines: true,
  },
  {
    mediaType: 'text/event-stream',
    alt: 'sse',
    media: 'json',
    option: 'sse',
    create: ({ sseRetryMs }) => sseFraming(sseRetryMs),
  },
  ...protobufTypes.map((mediaType) => ({
    ...protobuf(mediaType),
    option: 'proto' as const,
    create: () => delimitedFraming(mediaType),
  })),
];

function isEnveloped({ envelope }: StreamRules): boolean {
  return envelope === 'grpc-gateway';
}

/**
 * The format of the one answer of a unary or client-streaming call: what Accept wants most;
 * between what is wanted alike, what `$alt` names, then JSON. Undefined for an HttpBody, which has
 * the type the backend gives it.
 *
 * Throws StatusError NOT_ACCEPTABLE (HTTP 406), QUERY_VALUE for a mask that names nothing.
 */
export function chooseFormat(asking: Asking): MessageFormat | undefined {
  if (isRaw(asking)) return undefined;
  if (asking.query.system.alt === 'sse') throw notAcceptable(messageFormats);
  const { mediaType, media } = choose(asking, messageFormats);
  return { contentType: mediaType, write: writerOf(asking, media, true) };
}

/**
 * The format of a response stream, chosen as that of a message, by default the route's. Undefined for
 * an HttpBody, whose first message decides.
 *
 * Throws as `chooseFormat`.
 */
export function chooseStreamFormat(asking: Asking): StreamFormat | undefined {
  if (isRaw(asking)) return undefined;
  const preferred = asking.match.route.streamDefault;
  // The sort is stable: among the others the order of the table stays.
  const formats = streamFormats.toSorted(
    (a, b) => Number(b.option === preferred) - Number(a.option === preferred),
  );
  const { create, media, manyLines } = choose(asking, formats);
  return { framing: create(asking.streamRules), write: writerOf(asking, media, manyLines === true) };
}

/** Whether the answer is an HttpBody, of which nobody can want a part. */
function isRaw(asking: Asking): boolean {
  const { kind } = asking.match.route.response;
  if (kind === 'raw' && maskOf(asking) !== undefined) {
    throw new StatusError(
      Code.INVALID_ARGUMENT,
      'QUERY_VALUE',
      'The answer is a body of bytes, without fields to choose from: leave out $fields.',
      { violations: [{ field: '$fields', description: 'has nothing to choose from' }] },
    );
  }
  return kind === 'raw';
}

/** All that decides on the bytes of an answer besides its message: answers that differ in it are different answers. */
export function formText(asking: Asking, format: MessageFormat | undefined): string {
  const { enumsAsNumbers, emitDefaults, prettyPrint } = asking.query.system;
  return [format?.contentType, maskOf(asking), enumsAsNumbers, emitDefaults, prettyPrint]
    .map((part) => part ?? '')
    .join('\n');
}

function choose<C extends Candidate>({ exchange, match, query }: Asking, formats: readonly C[]): C {
  const { alt } = query.system;
  const possible = match.route.response.protobuf ? formats : formats.filter(({ media }) => media === 'json');
  if (alt === 'media') throw notAcceptable(possible);
  const plain = plainlyWanted(exchange, alt, possible);
  if (plain !== undefined) return plain;
  const preference = readAccept(exchange.headers);
  let best: { readonly format: C; readonly wanted: Preference } | undefined;
  for (const format of possible) {
    const wanted = preference(format.mediaType);
    if (wanted.quality === 0) continue;
    // What compares equal keeps the order of the table.
    const before = best === undefined ? -1 : compare(wanted, best.wanted);
    const isBetter = before < 0 || (before === 0 && isAsked(format, alt) && !isAsked(best?.format, alt));
    if (isBetter) best = { format, wanted };
  }
  if (best !== undefined) return best.format;
  const json = possible.find(({ media }) => media === 'json');
  if (json === undefined || !namesProblemsOnly(preference)) throw notAcceptable(possible);
  return json;
}

/** What nearly all clients say: nothing, anything, or the one type that they read. */
function plainlyWanted<C extends Candidate>(
  { headers }: Exchange,
  alt: string | undefined,
  possible: readonly C[],
): C | undefined {
  const values = fieldValues(headers, 'accept');
  const [accept = anything] = values;
  if (values.length > 1) return undefined;
  if (accept === anything) return alt === undefined ? possible[0] : undefined;
  return possible.find(({ mediaType }) => mediaType === accept);
}

/** Whether Accept says how errors are wanted (RFC 9457), and nothing of what goes well: that is JSON then. */
function namesProblemsOnly(preference: (mediaType: string) => Preference): boolean {
  const { quality, specificity } = preference('application/problem+json');
  return specificity === 2 && quality > 0 && preference('application/json').specificity < 0;
}

function writerOf(asking: Asking, media: ResponseForm['media'], manyLines: boolean): WriteMessage {
  const { system } = asking.query;
  const { response } = asking.match.route;
  const fields = maskOf(asking);
  const isPlain = fields === undefined && media === 'json' && system.alt === undefined;
  const write = isPlain
    ? response.json
    : response.writer({
        media,
        fields,
        enumsAsNumbers: system.enumsAsNumbers,
        emitDefaults: system.emitDefaults,
      });
  return system.prettyPrint === true && manyLines && media === 'json'
    ? (binary) => pretty(write(binary))
    : write;
}

/** `$fields`, or the header field that Google's clients send; the query is nearer to the reader. */
function maskOf({ exchange, query }: Asking): string | undefined {
  return query.system.fields ?? singleField(exchange.headers, 'x-goog-fieldmask');
}

function isAsked(format: Candidate | undefined, alt: string | undefined): boolean {
  return alt !== undefined && format?.alt === alt;
}

function compare(a: Preference, b: Preference): number {
  return b.quality - a.quality || b.specificity - a.specificity;
}

function notAcceptable(formats: readonly Candidate[]): StatusError {
  const mediaTypes = formats.map(({ mediaType }) => mediaType).join(', ');
  const message = `Accept or $alt allows none of what can be produced here: ${mediaTypes}.`;
  return new StatusError(Code.INVALID_ARGUMENT, 'NOT_ACCEPTABLE', message, { httpStatus: 406 });
}
