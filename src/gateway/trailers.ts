import { Code, type Metadata } from '../status/index.js';
import type { Exchange, HeaderFields, Reply } from './exchange.js';
import { responseTrailers } from './response-headers.js';
import type { Run } from './run.js';

/** How the body of a reply has ended. */
export interface End {
  readonly code: number;
  readonly message: string;
  readonly trailers: Metadata;
}

/** What of a reply has to do with trailers. */
export interface Trailing {
  /** The field that announces them (RFC 9110 §6.6.2), where there will be any. */
  readonly headers: HeaderFields;
  readonly trailers: Reply['trailers'];
}

/** Nothing behind the body. */
export const noTrailers: Trailing = { headers: [], trailers: undefined };

/**
 * The trailers of a reply: those of the backend that are on the list; where `hasStatus`, of a stream
 * whose errors do not break the connection, the status too. None for a client that takes no trailers.
 */
export function trailing(
  { exchange, names }: Pick<Run, 'exchange' | 'names'>,
  hasStatus: boolean,
  end: () => End | undefined,
): Trailing {
  if (!takesTrailers(exchange)) return noTrailers;
  const announced = [...(hasStatus ? ['grpc-status', 'grpc-message'] : []), ...names.trailers];
  if (announced.length === 0) return noTrailers;
  return {
    headers: [['trailer', announced.join(', ')]],
    trailers() {
      const { code, message, trailers } = end() ?? { code: Code.UNKNOWN, message: '', trailers: [] };
      return [...(hasStatus ? statusFields(code, message) : []), ...responseTrailers(trailers, names)];
    },
  };
}

function takesTrailers({ trailersAccepted, httpMethod }: Exchange): boolean {
  return trailersAccepted && httpMethod !== 'HEAD';
}

function statusFields(code: number, message: string): HeaderFields {
  const status = ['grpc-status', String(code)] as const;
  return message === '' ? [status] : [status, ['grpc-message', percentEncoded(message)]];
}

/** gRPC over HTTP/2, "Status-Message": percent-encoded but for printable ASCII without "%". */
function percentEncoded(message: string): string {
  return message.replace(/[^\x20-\x24\x26-\x7e]+/g, (part) =>
    Array.from(Buffer.from(part), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
