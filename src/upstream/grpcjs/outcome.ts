import type * as grpc from '@grpc/grpc-js';
import { type AnyBytes, canonicalCode, type Metadata, type Outcome } from '../../status/index.js';
import { noMetadata } from '../local-outcome.js';
import { parseStatusDetails } from '../status-details.js';
import { fromGrpcMetadata } from './metadata.js';

/**
 * How a call ended that the backend ended: its code made canonical, its details taken out of the trailers.
 * `headers` undefined for a trailers-only answer.
 */
export function backendOutcome(status: grpc.StatusObject, headers: Metadata | undefined): Outcome {
  const pushbackMs = retryPushbackMs(status.metadata);
  return {
    status: {
      code: canonicalCode(status.code),
      message: status.details,
      details: detailsOf(status.metadata),
    },
    metadata: headers ?? noMetadata,
    trailers: fromGrpcMetadata(status.metadata),
    ...(headers === undefined ? { unanswered: true } : {}),
    ...(pushbackMs === undefined ? {} : { retryPushbackMs: pushbackMs }),
  };
}

function detailsOf(trailers: grpc.Metadata): readonly AnyBytes[] {
  const [binary] = trailers.get('grpc-status-details-bin');
  return (binary instanceof Uint8Array ? parseStatusDetails(binary) : undefined) ?? [];
}

/** `grpc-retry-pushback-ms`: an ASCII int32 of milliseconds; whatever is not one means never (gRFC A6). */
function retryPushbackMs(trailers: grpc.Metadata): number | undefined {
  const [value] = trailers.get('grpc-retry-pushback-ms');
  if (value === undefined) return undefined;
  return typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : -1;
}
