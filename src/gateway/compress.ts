import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { listElements, trimOws } from '../headers.js';
import type { Exchange, HeaderFields } from './exchange.js';
import { type Zstd, zstd } from './zstd.js';

/** A content coding of answers (RFC 9110 §8.4.1). */
export interface Coding {
  readonly name: string;
  /** All at once, off the event loop. */
  readonly whole: (bytes: Uint8Array) => Promise<Uint8Array>;
  /** Chunk by chunk: each can be read at the other side once it was written here. */
  readonly stream: () => Transform;
}

const { constants } = zlib;
// Level 4 is where brotli is about as quick as gzip, and still makes less of JSON.
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
// 256 KiB. With windows of their own, of 4 and 2 MiB, brotli would hold 8 MiB for each stream that goes on for long, and
// zstd 4.
const streamWindowLog = 18;
const brotliStream = {
  params: { ...brotli.params, [constants.BROTLI_PARAM_LGWIN]: streamWindowLog },
  flush: constants.BROTLI_OPERATION_FLUSH,
};
const gzip = promisify<Uint8Array, Buffer>(zlib.gzip);
const brotliCompress = promisify<Uint8Array, zlib.BrotliOptions, Buffer>(zlib.brotliCompress);

/** In order of preference, where a client has none. */
const codings: readonly Coding[] = [
  ...(zstd === undefined ? [] : [zstdCoding(zstd)]),
  {
    name: 'br',
    whole: (bytes) => brotliCompress(bytes, brotli),
    stream: () => zlib.createBrotliCompress(brotliStream),
  },
  { name: 'gzip', whole: gzip, stream: () => zlib.createGzip({ flush: constants.Z_SYNC_FLUSH }) },
];

function zstdCoding(library: Zstd): Coding {
  return {
    name: 'zstd',
    whole: promisify(library.zstdCompress),
    stream: () =>
      library.createZstdCompress({
        params: { [library.constants.ZSTD_c_windowLog]: streamWindowLog },
        flush: library.constants.ZSTD_e_flush,
      }),
  };
}

/** Text, and what is written like text; images and archives are compressed already. */
const compressible =
  /^(text\/|application\/(json|x-ndjson|jsonl|x-protobuf|protobuf|xml|javascript|[^;]+\+(json|xml))|image\/svg\+xml)/i;

/** The coding of an answer of this length and type; undefined where the client takes none, or nothing is gained. */
export function answerCoding(
  { headers }: Exchange,
  contentType: string,
  length: number,
  lengthMin: number,
): Coding | undefined {
  return length < lengthMin ? undefined : codingFor(headers, contentType);
}

/** The transform that compresses a stream of this type, or undefined. */
export function streamCoding(
  { headers }: Exchange,
  contentType: string,
): { readonly transform: Transform; readonly headers: HeaderFields } | undefined {
  const coding = codingFor(headers, contentType);
  return coding && { transform: coding.stream(), headers: [['content-encoding', coding.name]] };
}

/** What Accept-Encoding wants most (RFC 9110 §12.5.3); undefined is identity, always allowed here. */
function codingFor(headers: HeaderFields, contentType: string): Coding | undefined {
  const elements = listElements(headers, 'accept-encoding');
  if (elements.length === 0 || !compressible.test(contentType)) return undefined;
  const weights = new Map(elements.map(parseElement));
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  let best: Coding | undefined;
  let bestWeight = weights.get('identity') ?? 0;
  for (const coding of codings) {
    const weight =
      coding.name === 'gzip' ? Math.max(weightOf('gzip'), weights.get('x-gzip') ?? 0) : weightOf(coding.name);
    if (weight > bestWeight || (weight === bestWeight && weight > 0 && best === undefined)) {
      best = coding;
      bestWeight = weight;
    }
  }
  return best;
}

/** codings [ weight ]; a weight that is malformed counts as none wanted. */
function parseElement(element: string): readonly [string, number] {
  const [name = '', ...parameters] = element.toLowerCase().split(';').map(trimOws);
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
  return [name, /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0];
}
