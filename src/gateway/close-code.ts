import type { Reason } from '../status/index.js';

/** Refusals of ours that RFC 6455 §7.4.1 has a code for. */
const codes: Readonly<Partial<Record<Reason, number>>> = {
  SHUTTING_DOWN: 1001,
  BODY_MALFORMED: 1007,
  BODY_FIELD: 1007,
  BODY_TOO_DEEP: 1007,
  BODY_TOO_LARGE: 1009,
  INTERNAL: 1011,
  RESPONSE_UNREPRESENTABLE: 1011,
};

/** How a WebSocket is closed after an error: as the RFC says it, or 4000 and the gRPC code. */
export function closeCodeOf(code: number, reason: Reason | undefined): number {
  return (reason === undefined ? undefined : codes[reason]) ?? 4000 + code;
}
