import type { Clock } from '../clock.js';
import type { Limits } from '../limits.js';
import { Code, type Outcome, StatusError } from '../status/index.js';
import type { Call, StreamCall, Transport } from '../upstream/index.js';

/**
 * The generic interface that ts-proto's typed clients call: bytes to a method and back, over the gateway's
 * own channels. `signal` cancels the call upstream. Rejects with StatusError or CallError, both with the gRPC
 * status in `code`, or with what `data` throws.
 */
export interface Rpc {
  request(service: string, method: string, data: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
  clientStreamingRequest(
    service: string,
    method: string,
    data: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<Uint8Array>;
  serverStreamingRequest(
    service: string,
    method: string,
    data: Uint8Array,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  bidirectionalStreamingRequest(
    service: string,
    method: string,
    data: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
}

/** A call that the backend refused. */
export class CallError extends Error {
  override readonly name = 'CallError';
  /** Canonical gRPC code, 1 to 16. */
  readonly code: number;
  constructor(outcome: Outcome) {
    super(outcome.status.message);
    this.code = outcome.status.code;
  }
}

/** What carries the calls of a method, until it is released. */
export interface HeldTransport {
  readonly transport: Transport;
  readonly limits: Limits;
  release(): void;
}

/** Calls through whatever `hold` finds for "pkg.Service.Method" when the call begins. */
export function createRpc(hold: (method: string) => HeldTransport | undefined, clock: Clock): Rpc {
  function open(
    service: string,
    method: string,
    timeoutOf: (limits: Limits) => number | undefined,
    signal: AbortSignal = new AbortController().signal,
  ): HeldTransport & { readonly call: Call } {
    const held = hold(`${service}.${method}`);
    if (held === undefined) {
      throw new StatusError(Code.UNAVAILABLE, 'UPSTREAM_MISSING', `No backend is configured for ${service}.`);
    }
    const timeoutMs = timeoutOf(held.limits);
    const call: Call = {
      path: `/${service}/${method}`,
      metadata: [],
      deadline: timeoutMs === undefined ? undefined : clock.now() + timeoutMs,
      signal,
      responseMessageBytesMax: held.limits.responseMessageBytesMax,
    };
    return { ...held, call };
  }

  async function* stream(
    service: string,
    method: string,
    data: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array, void> {
    const { transport, call, release } = open(service, method, () => undefined, signal);
    const upstream = transport.stream(call);
    let failure: { readonly error: unknown } | undefined;
    // Both directions at once: a backend may answer before it has heard everything.
    sendAll(upstream, data).catch((error: unknown) => {
      failure = { error };
      upstream.cancel();
    });
    try {
      for (let message = await upstream.next(); message !== undefined; message = await upstream.next())
        yield message;
      const outcome = await upstream.outcome;
      if (failure !== undefined) throw failure.error;
      okOrThrow(outcome);
    } finally {
      upstream.cancel();
      release();
    }
  }

  return {
    async request(service, method, data, signal) {
      const { transport, call, release } = open(service, method, (limits) => limits.unaryTimeoutMs, signal);
      try {
        return messageOf(await transport.unary(call, data));
      } finally {
        release();
      }
    },
    async clientStreamingRequest(service, method, data, signal) {
      let answer: Uint8Array | undefined;
      // To the end: the status comes after the message, and counts.
      for await (const message of stream(service, method, data, signal)) answer = message;
      if (answer !== undefined) return answer;
      throw new StatusError(
        Code.INTERNAL,
        'UPSTREAM_PROTOCOL',
        'The backend ended the call without an answer.',
      );
    },
    serverStreamingRequest(service, method, data, signal) {
      return stream(service, method, once(data), signal);
    },
    bidirectionalStreamingRequest: stream,
  };
}

/** Sends until there is no more, or nobody to hear it: then the source is told, at its next message. */
async function sendAll(upstream: StreamCall, data: AsyncIterable<Uint8Array>): Promise<void> {
  let ended = false;
  void upstream.outcome.then(() => {
    ended = true;
  });
  for await (const message of data) {
    if (ended) return;
    await upstream.send(message);
  }
  upstream.end();
}

async function* once(message: Uint8Array): AsyncGenerator<Uint8Array> {
  yield message;
}

function okOrThrow(outcome: Outcome): void {
  if (outcome.status.code !== Code.OK) throw new CallError(outcome);
}

function messageOf(outcome: Outcome): Uint8Array {
  okOrThrow(outcome);
  return outcome.message ?? new Uint8Array();
}
