import {
  type AnyBytes,
  Code,
  canonicalCode,
  type Metadata,
  type MetadataEntry,
  type Status,
} from '../../status/index.js';
import { parseStatusDetails } from '../status-details.js';
import type { DecodedBlock } from './hpack-decoder.js';
import type { HeaderField } from './hpack-table.js';

/** What a response header block says: of headers, of trailers, or of both at once. */
export interface ResponseFields {
  /** It breaks RFC 9113 §8.2 or §8.3, or is larger than we take: the stream is of no use. */
  readonly isMalformed: boolean;
  readonly httpStatus: number | undefined;
  readonly contentType: 'grpc' | 'other' | undefined;
  readonly encoding: string;
  /** From grpc-accept-encoding. */
  readonly acceptEncoding: string | undefined;
  readonly contentLength: number | undefined;
  /** From grpc-status, grpc-message and grpc-status-details-bin; undefined without the first. */
  readonly status: Status | undefined;
  /** From grpc-retry-pushback-ms; below zero for never. */
  readonly retryPushbackMs: number | undefined;
  /** Whatever does not belong to the protocol. */
  readonly metadata: Metadata;
}

const malformed: ResponseFields = Object.freeze({
  isMalformed: true,
  httpStatus: undefined,
  contentType: undefined,
  encoding: 'identity',
  acceptEncoding: undefined,
  contentLength: undefined,
  status: undefined,
  retryPushbackMs: undefined,
  metadata: [],
});

/** Fields of a connection: an answer with one is malformed (RFC 9113 §8.2.2). */
const connectionNames = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Reads a decoded header block.
 *
 * Metadata values outside 0x20–0x7E are dropped. Space at the ends of a value is let pass, against RFC 9113
 * §8.2.1: servers end grpc-message with it, since percent-encoding spares the space.
 */
export function readResponseFields(block: DecodedBlock): ResponseFields {
  if (block.isTooLarge) return malformed;
  const metadata: MetadataEntry[] = [];
  let httpStatus: number | undefined;
  let contentType: string | undefined;
  let contentLength: number | undefined;
  let encoding = 'identity';
  let acceptEncoding: string | undefined;
  let grpcStatus: string | undefined;
  let grpcMessage: string | undefined;
  let details: string | undefined;
  let pushback: string | undefined;
  let isAfterPseudo = false;
  for (const field of block.fields) {
    const [name, value] = field;
    if (name.startsWith(':')) {
      if (isAfterPseudo || httpStatus !== undefined || name !== ':status' || !/^[1-9]\d\d$/.test(value))
        return malformed;
      httpStatus = Number(value);
      continue;
    }
    isAfterPseudo = true;
    if (!isFieldAllowed(field)) return malformed;
    switch (name) {
      case 'content-type':
        contentType ??= value;
        break;
      case 'content-length':
        if (!/^\d{1,15}$/.test(value) || (contentLength ?? Number(value)) !== Number(value)) return malformed;
        contentLength = Number(value);
        break;
      case 'grpc-encoding':
        encoding = value;
        break;
      case 'grpc-accept-encoding':
        acceptEncoding = value;
        break;
      case 'grpc-status':
        grpcStatus ??= value;
        break;
      case 'grpc-message':
        grpcMessage ??= value;
        break;
      case 'grpc-status-details-bin':
        details ??= value;
        break;
      case 'grpc-retry-pushback-ms':
        pushback ??= value;
        break;
      default:
        addMetadata(metadata, name, value);
    }
  }
  return {
    isMalformed: false,
    httpStatus,
    contentType: contentType === undefined ? undefined : isGrpc(contentType) ? 'grpc' : 'other',
    encoding,
    acceptEncoding,
    contentLength,
    status:
      grpcStatus === undefined
        ? undefined
        : {
            code: codeOf(grpcStatus),
            message: decodeMessage(grpcMessage ?? ''),
            details: detailsOf(details),
          },
    retryPushbackMs: pushback === undefined ? undefined : /^\d{1,10}$/.test(pushback) ? Number(pushback) : -1,
    metadata,
  };
}

/** RFC 9113 §8.2.1, §8.2.2: lower-case tokens; no NUL, CR or LF in values. */
function isFieldAllowed([name, value]: HeaderField): boolean {
  return /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) && !/[\0\r\n]/.test(value) && !connectionNames.has(name);
}

function addMetadata(metadata: MetadataEntry[], name: string, value: string): void {
  if (name.startsWith('grpc-') || !/^[\x20-\x7e]*$/.test(value)) return;
  if (!name.endsWith('-bin')) {
    metadata.push([name, value]);
    return;
  }
  // One field may hold several values (gRPC over HTTP/2, "Custom-Metadata").
  for (const piece of value.split(',')) {
    const bytes = decodeBase64(piece);
    if (bytes !== undefined) metadata.push([name, bytes]);
  }
}

/** With padding or without, which servers may choose; the alphabet of URLs too, as other clients have it. */
function decodeBase64(text: string): Buffer | undefined {
  return /^ *[A-Za-z0-9+/_-]*={0,2} *$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

function isGrpc(contentType: string): boolean {
  return /^application\/grpc(?:[+;]|$)/i.test(contentType);
}

function codeOf(text: string): number {
  return /^\d{1,3}$/.test(text) ? canonicalCode(Number(text)) : Code.UNKNOWN;
}

function detailsOf(text: string | undefined): readonly AnyBytes[] {
  const bytes = text === undefined ? undefined : decodeBase64(text);
  return (bytes === undefined ? undefined : parseStatusDetails(bytes)) ?? [];
}

/**
 * Percent-decoding of UTF-8, in which whatever is malformed stays as it is (gRPC over HTTP/2,
 * "Status-Message").
 */
function decodeMessage(text: string): string {
  if (/^[^%\x80-\xff]*$/.test(text)) return text;
  const bytes = Buffer.from(text, 'latin1');
  let length = 0;
  for (let index = 0; index < bytes.length; index++) {
    const piece = text.slice(index, index + 3);
    const isEscape = /^%[0-9A-Fa-f]{2}$/.test(piece);
    bytes[length++] = isEscape ? Number.parseInt(piece.slice(1), 16) : (bytes[index] ?? 0);
    if (isEscape) index += 2;
  }
  return bytes.toString('utf8', 0, length);
}
