import * as grpc from '@grpc/grpc-js';
import type { Clock } from '../../clock.js';
import { defaultLimits } from '../../limits.js';
import { Code, type Metadata, type Outcome } from '../../status/index.js';
import {
  type LocalStatus,
  localOutcome,
  localStatus,
  serverEarlyMs,
  unprocessedStatus,
} from '../local-outcome.js';
import type { Call } from '../transport.js';
import { localStatusOf } from './local-status.js';
import { fromGrpcMetadata, toGrpcMetadata, viewAsBuffer } from './metadata.js';
import { backendOutcome } from './outcome.js';

/** What calls of one transport share. */
export interface CallHost {
  readonly channel: grpc.Channel;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  /** Calls that have not ended. */
  readonly open: Set<OpenCall>;
}

/** What a call tells; `end` comes last and once, and nothing after it. */
export interface CallEvents {
  headers(metadata: Metadata): void;
  /** One response message, for each `read`. */
  message(binary: Uint8Array): void;
  end(outcome: Outcome): void;
}

/** A call under way. All of its functions do nothing once it has ended. */
export interface OpenCall {
  /** Asks for one message more. */
  read(): void;
  /** Hands over one message; none other may follow before `flushed`, which is not called if the call ends first. */
  send(message: Uint8Array, flushed: () => void): void;
  halfClose(): void;
  /** Resets the call upstream and ends it with a status of ours. */
  stop(status: LocalStatus): void;
}

/** A flag of sendMessageWithContext, whose name grpc-js does not export. Means nothing where nothing is compressed. */
const noCompress = 2;

/** Farther deadlines are as good as none, and longer than timers of Node can wait. */
const deadlineMsMax = 0x7fffffff;

/**
 * Starts a call on a grpc-js channel and watches over it: deadline, signal, connection time-out, message
 * size, and the difference between a backend's status and the library's own. Never throws; `events.end` may
 * be called before it returns.
 */
export function openCall(host: CallHost, call: Call, events: CallEvents): OpenCall {
  let ended = false;
  let headers: Metadata | undefined;
  let isGrpc = true;
  let grpcCall: ReturnType<grpc.Channel['createCall']> | undefined;
  let stopConnectTimer: (() => void) | undefined;

  const end = (outcome: Outcome): void => {
    ended = true;
    host.open.delete(self);
    stopConnectTimer?.();
    call.signal.removeEventListener('abort', onAbort);
    events.end(outcome);
  };
  const stop = (status: LocalStatus): void => {
    if (ended) return;
    end(localOutcome(status, headers));
    grpcCall?.cancelWithStatus(grpc.status.CANCELLED, '');
  };
  const onAbort = (): void => stop(localStatus(Code.CANCELLED, 'CLIENT_CLOSED'));
  const isLate = (): boolean =>
    call.deadline !== undefined && host.clock.now() >= call.deadline - serverEarlyMs;

  const self: OpenCall = {
    read() {
      if (!ended) grpcCall?.startRead();
    },
    send(message, flushed) {
      if (ended) return;
      const callback = (): void => {
        if (!ended) flushed();
      };
      const flags = message.length < defaultLimits.compressionBytesMin ? noCompress : 0;
      grpcCall?.sendMessageWithContext({ callback, flags }, viewAsBuffer(message));
    },
    halfClose() {
      if (!ended) grpcCall?.halfClose();
    },
    stop,
  };

  if (call.signal.aborted) {
    onAbort();
    return self;
  }
  const state = host.channel.getConnectivityState(false);
  if (state === grpc.connectivityState.SHUTDOWN) {
    stop(unprocessedStatus(Code.UNAVAILABLE, 'SHUTTING_DOWN'));
    return self;
  }
  let metadata: grpc.Metadata;
  try {
    metadata = toGrpcMetadata(call.metadata);
  } catch {
    stop(localStatus(Code.INTERNAL, 'INTERNAL'));
    return self;
  }
  host.open.add(self);
  call.signal.addEventListener('abort', onAbort);
  if (state !== grpc.connectivityState.READY) {
    // grpc-js waits without end for a peer that accepts connections and says nothing.
    stopConnectTimer = host.clock.after(host.connectTimeoutMs, () => {
      if (host.channel.getConnectivityState(false) !== grpc.connectivityState.READY) {
        stop(unprocessedStatus(Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'));
      }
    });
  }
  grpcCall = host.channel.createCall(call.path, wallDeadline(call.deadline, host.clock), null, null, null);
  grpcCall.start(metadata, {
    onReceiveMetadata(received) {
      if (ended) return;
      isGrpc = isGrpcContentType(received.get('content-type')[0]);
      // Headers of an HTML page are nobody's metadata; the call ends with what grpc-js makes of its body.
      if (!isGrpc) return;
      headers = fromGrpcMetadata(received);
      events.headers(headers);
    },
    onReceiveMessage(message: Buffer) {
      if (ended) return;
      if (!isGrpc) return stop(localStatus(Code.UNKNOWN, 'UPSTREAM_PROTOCOL'));
      if (message.length > call.responseMessageBytesMax) {
        return stop(localStatus(Code.RESOURCE_EXHAUSTED, 'UPSTREAM_MESSAGE_TOO_LARGE'));
      }
      events.message(message);
    },
    onReceiveStatus(status) {
      if (ended) return;
      const contentType = status.metadata.get('content-type')[0];
      const local = localStatusOf({
        code: status.code,
        details: status.details,
        hasTrailers: Object.keys(status.metadata.toJSON()).length > 0,
        hasHeaders: headers !== undefined,
        isGrpc: isGrpc && (contentType === undefined || isGrpcContentType(contentType)),
      });
      // Backends keep the deadline too, and may be the first to say or show that it has passed.
      const isDeadline =
        local === undefined ? status.code === Code.DEADLINE_EXCEEDED : local.code === Code.CANCELLED;
      if (isDeadline && isLate())
        end(localOutcome(localStatus(Code.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED'), headers));
      else if (local !== undefined) end(localOutcome(local, headers));
      else end(backendOutcome(status, headers));
    },
  });
  return self;
}

/** A point on the monotonic clock as milliseconds of the wall clock, which grpc-js counts in. */
function wallDeadline(deadline: number | undefined, clock: Clock): number {
  if (deadline === undefined) return Number.POSITIVE_INFINITY;
  return Date.now() + Math.min(deadline - clock.now(), deadlineMsMax);
}

/** "application/grpc", "application/grpc+proto", "application/grpc;…" (gRPC over HTTP/2, "Content-Type"). */
function isGrpcContentType(value: unknown): boolean {
  return typeof value === 'string' && /^application\/grpc(?:[+;]|$)/i.test(value);
}
