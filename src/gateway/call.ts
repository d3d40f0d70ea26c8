import { Cancellation, type CancelSignal } from '../cancel-signal.js';
import type { GateView, NextOptions } from '../gate/index.js';
import { Code, type Metadata, type Outcome, reasons, StatusError } from '../status/index.js';
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
  const metadata = withMetadataOf(run.view, forwarded);
  const asked = timeoutMsOf(run.exchange.headers, route.timeoutMs);
  const timeoutMs =
    kind === 'unary'
      ? Math.min(asked ?? limits.unaryTimeoutMs, limits.unaryTimeoutMaxMs)
      : Math.min(asked ?? Number.POSITIVE_INFINITY, limits.streamDurationMaxMs);
  const deadline = run.clock.now() + timeoutMs;
  run.view.deadline = deadline;
  const call: Call = {
    path: route.grpcPath,
    metadata,
    deadline,
    signal: run.exchange.signal,
    headers: run.exchange.headers,
    trace: run.span,
    responseMessageBytesMax: run.limits.responseMessageBytesMax,
  };
  return { transport: route.transport, call };
}

/** What steps give replaces what the client has sent under the same name, or the client could add to it (CVE-2021-41130). */
function withMetadataOf({ metadata, withheld }: GateView, forwarded: Metadata): Metadata {
  if (metadata.length === 0 && withheld.size === 0) return forwarded;
  const given = new Set(metadata.map(([name]) => name));
  return [...forwarded.filter(([name]) => !given.has(name) && !withheld.has(name)), ...metadata];
}

/** Makes a prepared unary call as steps around it want it. */
export function makeUnaryCall(
  run: Run,
  { transport, call }: PreparedCall,
  binary: Uint8Array,
  options: NextOptions = {},
): Promise<Outcome> {
  const outcome = callOf(run, { transport, call: callFor(run, call, options) }, binary, options);
  // Its client may be gone before it has ended, and the surface, were it not for this call.
  return options.detached === true ? outcome.finally(run.hold()) : outcome;
}

function callOf(
  run: Run,
  { transport, call }: PreparedCall,
  binary: Uint8Array,
  { instead }: NextOptions,
): Promise<Outcome> {
  if (instead === undefined) return transport.unary(call, binary);
  const other = run.match.route.others.get(instead.path);
  if (other === undefined)
    throw new Error(`A step calls ${instead.path}, which it has not asked for at load.`);
  return other.unary({ ...call, path: instead.path }, instead.binary);
}

function callFor(run: Run, call: Call, { detached = false, signal, omit }: NextOptions): Call {
  const own = detached ? withoutClient(run, call, signal) : call;
  if (omit === undefined) return own;
  return { ...own, metadata: own.metadata.filter(([name]) => !omit.has(name)) };
}

/** Who else waits for the answer is not to be disappointed when this client leaves, or has hardly any time. */
function withoutClient(
  { limits, clock, match }: Run,
  call: Call,
  signal: CancelSignal = new Cancellation(),
): Call {
  const timeoutMs = Math.min(match.route.timeoutMs ?? limits.unaryTimeoutMs, limits.unaryTimeoutMaxMs);
  const deadline = Math.max(call.deadline ?? 0, clock.now() + timeoutMs);
  return { ...call, deadline, signal };
}
