import { Cancellation } from '../cancel-signal.js';
import { Code, reasons, StatusError } from '../status/index.js';
import type { Call, Transport } from '../upstream/index.js';
import { timeoutMsOf } from './deadline.js';
import { requestMetadata } from './request-metadata.js';
import type { Run } from './run.js';

/** What the headers alone decide about a call: the first thing every line does. */
export interface PreparedCall {
  readonly transport: Transport;
  readonly call: Call;
}

/**
 * Prepares the backend call; nothing is sent yet. The deadline counts from now, so that a slow
 * body uses the same time as a slow backend.
 *
 * Throws StatusError UPSTREAM_MISSING, and what metadata and deadline throw.
 */
export function prepareCall(run: Run, kind: 'unary' | 'stream'): PreparedCall {
  const { limits } = run;
  const { route } = run.match;
  if (route.transport === undefined) {
    throw new StatusError(Code.UNAVAILABLE, 'UPSTREAM_MISSING', reasons.UPSTREAM_MISSING);
  }
  const forwarded = requestMetadata(run.exchange, run.names, run.requestId);
  const own = run.view.metadata;
  const metadata = own.length === 0 ? forwarded : [...forwarded, ...own];
  const asked = timeoutMsOf(run.exchange.headers, route.timeoutMs);
  const timeoutMs =
    kind === 'unary'
      ? Math.min(asked ?? limits.unaryTimeoutMs, limits.unaryTimeoutMaxMs)
      : Math.min(asked ?? Number.POSITIVE_INFINITY, limits.streamDurationMaxMs);
  const call: Call = {
    path: route.grpcPath,
    metadata,
    deadline: run.clock.now() + timeoutMs,
    signal: run.exchange.signal,
    headers: run.exchange.headers,
    responseMessageBytesMax: run.limits.responseMessageBytesMax,
  };
  return { transport: route.transport, call };
}

/** The call without its client: who else waits for the answer is not to be disappointed when that one leaves. */
export function detached(call: Call): Call {
  return { ...call, signal: new Cancellation() };
}
