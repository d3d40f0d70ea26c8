import type * as grpc from '@grpc/grpc-js';
import { type AnyBytes, canonicalCode, type Metadata, type Outcome } from '../../status/index.js';
import { parseStatusDetails } from '../status-details.js';
import type { LocalStatus } from './local-status.js';
import { fromGrpcMetadata } from './metadata.js';

const noMetadata: Metadata = Object.freeze([]);

/** How a call ended that ended on our side. */
export function localOutcome(local: LocalStatus, metadata: Metadata = noMetadata): Outcome {
  return {
    status: { code: local.code, message: local.message, details: [] },
    localReason: local.reason,
    metadata,
    trailers: noMetadata,
  };
}

/** How a call ended that the backend ended: its code made canonical, its details taken out of the trailers. */
export function backendOutcome(status: grpc.StatusObject, metadata: Metadata = noMetadata): Outcome {
  return {
    status: {
      code: canonicalCode(status.code),
      message: status.details,
      details: detailsOf(status.metadata),
    },
    metadata,
    trailers: fromGrpcMetadata(status.metadata),
  };
}

function detailsOf(trailers: grpc.Metadata): readonly AnyBytes[] {
  const [binary] = trailers.get('grpc-status-details-bin');
  return (binary instanceof Uint8Array ? parseStatusDetails(binary) : undefined) ?? [];
}
