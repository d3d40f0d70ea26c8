import type { Clock } from '../clock.js';
import type { Limits } from '../limits.js';
import { Code, type Outcome, StatusError } from '../status/index.js';
import type { Call, Transport } from '../upstream/index.js';

/**
 * The generic interface that ts-proto's typed clients call: bytes to a method and back, over the gateway's
 * own channels. Rejects with StatusError or CallError, both with the gRPC status in `code`.
 */
export interface Rpc {
  /** `signal` cancels the call upstream. */
  request(service: string, method: string, data: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
  clientStreamingRequest(
    service: string,
    method: string,
    data: AsyncIterable<Uint8Array>,
  ): Promise<Uint8Array>;
  serverStreamingRequest(service: string, method: string, data: Uint8Array): AsyncIterable<Uint8Array>;
  bidirectionalStreamingRequest(
    service: string,
    method: string,
    data: AsyncIterable<Uint8Array>,
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

/** Calls through whatever `transportOf` finds for "pkg.Service.Method". */
export function createRpc(
  transportOf: (method: string) => Transport | undefined,
  limits: Limits,
  clock: Clock,
): Rpc {
  const open = (
    service: string,
    method: string,
    timeoutMs: number | undefined,
  ): { transport: Transport; call: Call } => {
    const transport = transportOf(`${service}.${method}`);
    if (transport === undefined) {
      throw new StatusError(Code.UNAVAILABLE, 'UPSTREAM_MISSING', `No backend is configured for ${service}.`);
    }
    const call: Call = {
      path: `/${service}/${method}`,
      metadata: [],
      deadline: timeoutMs === undefined ? undefined : clock.now() + timeoutMs,
      signal: new AbortController().signal,
      responseMessageBytesMax: limits.responseMessageBytesMax,
    };
    return { transport, call };
  };

  async function* stream(
    service: string,
    method: string,
    data: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    const { transport, call } = open(service, method, undefined);
    const upstream = transport.stream(call);
    // Both directions at once: a backend may answer before it has heard everything.
    const sending = (async () => {
      for await (const message of data) await upstream.send(message);
      upstream.end();
    })();
    sending.catch(() => upstream.cancel());
    try {
      for (let message = await upstream.next(); message !== undefined; message = await upstream.next())
        yield message;
      okOrThrow(await upstream.outcome);
    } finally {
      upstream.cancel();
    }
  }

  return {
    async request(service, method, data, signal) {
      const { transport, call } = open(service, method, limits.unaryTimeoutMs);
      const cancellable = signal === undefined ? call : { ...call, signal };
      return messageOf(await transport.unary(cancellable, data));
    },
    async clientStreamingRequest(service, method, data) {
      for await (const message of stream(service, method, data)) return message;
      throw new StatusError(
        Code.INTERNAL,
        'UPSTREAM_PROTOCOL',
        'The backend ended the call without an answer.',
      );
    },
    serverStreamingRequest(service, method, data) {
      return stream(service, method, once(data));
    },
    bidirectionalStreamingRequest: stream,
  };
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
