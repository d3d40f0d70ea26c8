import { type Metadata, type Outcome, type Reason, reasons } from '../status/index.js';

/** A server's clock and timers may find a deadline passed by so much before ours do. */
export const serverEarlyMs = 5;

/** A status that no backend gave: made on our side of the connection. */
export interface LocalStatus {
  readonly code: number;
  readonly reason: Reason;
  /** Fixed text of ours, free of addresses and of a library's words. */
  readonly message: string;
  /** The server certainly never processed the call. */
  readonly unprocessed: boolean;
}

/** A local status whose message is that of its reason, unless another text says it better. */
export function localStatus(code: number, reason: Reason, message: string = reasons[reason]): LocalStatus {
  return { code, reason, message, unprocessed: false };
}

/** The same for a call that the server certainly never processed. */
export function unprocessedStatus(code: number, reason: Reason): LocalStatus {
  return { ...localStatus(code, reason), unprocessed: true };
}

export const noMetadata: Metadata = Object.freeze([]);

/** How a call ended that ended on our side; `headers` undefined where none had come. */
export function localOutcome(local: LocalStatus, headers: Metadata | undefined): Outcome {
  return {
    status: { code: local.code, message: local.message, details: [] },
    localReason: local.reason,
    metadata: headers ?? noMetadata,
    trailers: noMetadata,
    ...(headers === undefined ? { unanswered: true } : {}),
    ...(headers === undefined && local.unprocessed ? { unprocessed: true } : {}),
  };
}
