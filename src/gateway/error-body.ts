import { STATUS_CODES } from 'node:http';
import { codeName, type Status } from '../status/index.js';
import { type ErrorForm, protobufTypes, type Surface } from '../surface/index.js';
import { readAccept, takesJson } from './accept.js';
import type { Exchange, HeaderFields } from './exchange.js';
import type { StreamError } from './framing/framing.js';

/** An error as the body of a reply. */
export interface ErrorBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder();
const problemType = 'application/problem+json';

/**
 * An error in the form its client reads: google.rpc.Status JSON; a problem (RFC 9457) where
 * Accept names it and does not prefer JSON; google.rpc.Status as protobuf where Accept wants that
 * more than JSON; the AIP-193 envelope for Google's generated clients, which say so by
 * `x-goog-api-client`. Who asks for nothing gets the form that the surface has for errors.
 */
export function errorBody(
  surface: Surface,
  { headers }: Exchange,
  httpStatus: number,
  status: Status,
): ErrorBody {
  const preference = takesJson(headers) ? undefined : readAccept(headers);
  const protobufType = preference && wantedProtobuf(preference);
  if (protobufType !== undefined) {
    return { contentType: protobufType, bytes: surface.statusBinary(status) };
  }
  const statusJson = surface.statusJson(status);
  const isProblem = preference !== undefined && wantsProblem(preference);
  switch (isProblem ? 'problem' : defaultForm(surface, headers)) {
    case 'problem':
      return { contentType: problemType, bytes: problem(httpStatus, status, statusJson) };
    case 'envelope':
      return { contentType: 'application/json', bytes: envelope(httpStatus, status, statusJson) };
    case 'status':
      return { contentType: 'application/json', bytes: statusJson };
  }
}

function defaultForm({ errorForm }: Surface, headers: HeaderFields): ErrorForm {
  return isGoogleClient(headers) ? 'envelope' : errorForm;
}

/**
 * An error in the middle of a stream, as its client reads it: of the AIP-193 envelope the inner
 * part; a Status where whole bodies are problems, which is a media type of its own.
 */
export function streamError(
  surface: Surface,
  { headers }: Exchange,
  httpStatus: number,
  status: Status,
): Omit<StreamError, 'comeBackMs'> {
  return {
    json: () => {
      const statusJson = surface.statusJson(status);
      return defaultForm(surface, headers) === 'envelope'
        ? utf8.encode(JSON.stringify(aipError(httpStatus, status, statusJson)))
        : statusJson;
    },
    isToldInArrays: !isGoogleClient(headers),
    binary: () => surface.statusBinary(status),
  };
}

function isGoogleClient(headers: HeaderFields): boolean {
  return headers.some(([name]) => name === 'x-goog-api-client');
}

/** The name under which protobuf is accepted, where it is wanted more than JSON. */
function wantedProtobuf(preference: ReturnType<typeof readAccept>): string | undefined {
  return protobufTypes.find((mediaType) => {
    const { quality, specificity } = preference(mediaType);
    const json = preference('application/json');
    return (
      specificity === 2 && (quality > json.quality || (quality === json.quality && json.specificity < 2))
    );
  });
}

function wantsProblem(preference: ReturnType<typeof readAccept>): boolean {
  const problemPreference = preference(problemType);
  return (
    problemPreference.specificity === 2 &&
    problemPreference.quality > 0 &&
    problemPreference.quality >= preference('application/json').quality
  );
}

/** RFC 9457 §3.1; type about:blank means that the title is that of the HTTP status. */
function problem(httpStatus: number, status: Status, statusJson: Uint8Array): Uint8Array {
  return utf8.encode(
    JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[httpStatus] ?? codeName(status.code),
      status: httpStatus,
      detail: status.message,
      code: codeName(status.code),
      details: detailsIn(statusJson),
    }),
  );
}

/** AIP-193, "HTTP/1.1+JSON representation". */
function envelope(httpStatus: number, status: Status, statusJson: Uint8Array): Uint8Array {
  return utf8.encode(JSON.stringify({ error: aipError(httpStatus, status, statusJson) }));
}

function aipError(httpStatus: number, { code, message }: Status, statusJson: Uint8Array): object {
  return { code: httpStatus, message, status: codeName(code), details: detailsIn(statusJson) };
}

/** The details as the surface has printed them; undefined, so left out, where there are none. */
function detailsIn(statusJson: Uint8Array): unknown {
  const { details }: { readonly details?: unknown } = JSON.parse(utf8Decoder.decode(statusJson));
  return details;
}
