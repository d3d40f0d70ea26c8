import type { Clock } from '../../src/clock.js';
import { createTrustedProxies, openGate } from '../../src/gate/index.js';
import {
  createGatewayCore,
  defaultMetadataRules,
  defaultStreamRules,
  type Exchange,
  type Gateway,
  type MetadataRules,
  type Reply,
  type Serving,
  type StreamRules,
} from '../../src/gateway/index.js';
import type { Match, NoMatch } from '../../src/httprule/index.js';
import { defaultLimits, type Limits } from '../../src/limits.js';
import { Code, type Metadata, type Outcome, statusJson } from '../../src/status/index.js';
import type { RequestQuery, ResponseForm, Route, Surface } from '../../src/surface/index.js';
import type { RequestEvent } from '../../src/telemetry/index.js';
import type { Call, StreamCall, Transport } from '../../src/upstream/index.js';
import { queryReader } from './query-reader.js';

/** Lets everything that is ready run. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (binary: Uint8Array): string => new TextDecoder().decode(binary);

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 1_000;
  readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, fire: () => void): () => void {
    const timer = { at: this.#now + delayMs, fire };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  async advance(ms: number): Promise<void> {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.fire();
    }
    await settled();
  }
}

export function outcome(code: number, message = '', more: Partial<Outcome> = {}): Outcome {
  return { status: { code, message, details: [] }, metadata: [], trailers: [], ...more };
}

/** A streaming call that is driven by hand. */
export class FakeStream implements StreamCall {
  readonly sent: string[] = [];
  halfClosed = false;
  cancelled = false;
  /** When false, `send` waits until the call ends. */
  takes = true;
  readonly headers: Promise<Metadata>;
  readonly outcome: Promise<Outcome>;
  #resolveHeaders: (metadata: Metadata) => void = () => {};
  #resolveOutcome: (outcome: Outcome) => void = () => {};
  #ended = false;
  readonly #queue: Uint8Array[] = [];
  readonly #waiting: ((message: Uint8Array | undefined) => void)[] = [];
  pulls = 0;

  constructor(readonly call: Call) {
    this.headers = new Promise((resolve) => {
      this.#resolveHeaders = resolve;
    });
    this.outcome = new Promise((resolve) => {
      this.#resolveOutcome = resolve;
    });
    const abort = (): void => this.cancel();
    call.signal.addEventListener('abort', abort);
    void this.outcome.then(() => call.signal.removeEventListener('abort', abort));
  }

  async send(message: Uint8Array): Promise<void> {
    this.sent.push(text(message));
    if (!this.takes) await this.outcome;
  }

  end(): void {
    this.halfClosed = true;
  }

  next(): Promise<Uint8Array | undefined> {
    this.pulls += 1;
    const message = this.#queue.shift();
    if (message !== undefined || this.#ended) return Promise.resolve(message);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  cancel(): void {
    if (this.#ended) return;
    this.cancelled = true;
    this.finish(outcome(Code.CANCELLED, 'cancelled', { localReason: 'CLIENT_CLOSED' }));
  }

  lead(metadata: Metadata): void {
    this.#resolveHeaders(metadata);
  }

  give(...messages: string[]): void {
    this.lead([]);
    for (const message of messages) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#queue.push(bytes(message));
      else waiting(bytes(message));
    }
  }

  finish(end: Outcome = outcome(Code.OK)): void {
    if (this.#ended) return;
    this.#ended = true;
    this.lead(end.metadata);
    this.#resolveOutcome(end);
    for (const waiting of this.#waiting.splice(0)) waiting(undefined);
  }
}

/** Everything a test of a line needs, in one place. */
export interface Bench {
  readonly gateway: Gateway;
  readonly serving: Serving;
  readonly clock: FakeClock;
  readonly events: RequestEvent[];
  readonly streams: FakeStream[];
  readonly calls: { readonly call: Call; readonly message: string }[];
  readonly abort: AbortController;
  /** Listeners on the signal of the exchanges that were not removed. */
  listenerCount(): number;
  exchange(more?: Partial<Exchange>): Exchange;
  handle(more?: Partial<Exchange>): Promise<Reply>;
}

export interface BenchOptions {
  readonly shape?: Route['shape'];
  readonly body?: Route['request']['body'];
  readonly writer?: Partial<Route['response']>;
  readonly answer?: (call: Call) => Outcome | Promise<Outcome>;
  readonly match?: (httpMethod: string, target: string) => Match<Route> | NoMatch;
  readonly limits?: Partial<Limits>;
  readonly metadata?: Partial<MetadataRules>;
  readonly streamRules?: Partial<StreamRules>;
  readonly route?: Partial<Route>;
  readonly writerOf?: (form: Omit<ResponseForm, 'media'>) => (binary: Uint8Array) => Uint8Array;
  readonly bind?: (body: string, query: string) => string;
}

/** A gateway with one route; the fake binder joins "query|body", the fake writer puts quotes around a message. */
export function bench(options: BenchOptions = {}): Bench {
  const clock = new FakeClock();
  const events: RequestEvent[] = [];
  const streams: FakeStream[] = [];
  const calls: Bench['calls'] = [];
  const transport: Transport = {
    async unary(call, message) {
      calls.push({ call, message: text(message) });
      return (options.answer ?? (() => outcome(Code.OK, '', { message: bytes('hello') })))(call);
    },
    stream(call) {
      const stream = new FakeStream(call);
      streams.push(stream);
      return stream;
    },
    close: async () => {},
  };
  const json = (binary: Uint8Array) => bytes(`"${text(binary)}"`);
  const bind = options.bind ?? ((body, query) => `${query}|${body}`);
  const route = {
    // The lines read these two things of a binding, and nothing else.
    binding: { template: { text: '/v1/things' }, method: { input: { fields: [] } } },
    grpcPath: '/pkg.Things/Do',
    rpcMethod: 'pkg.Things/Do',
    shape: options.shape ?? 'unary',
    transport,
    target: undefined,
    timeoutMs: undefined,
    limits: { ...defaultLimits, ...options.limits },
    gate: openGate,
    request: {
      body: options.body ?? 'json',
      readQuery: queryReader,
      bind: (_captures: readonly string[], { parameters }: RequestQuery, body: Uint8Array) =>
        bytes(bind(text(body), parameters.map(({ name, value }) => `${name}=${value}`).join('&'))),
      bindNext: (body: Uint8Array) => bytes(bind(text(body), '')),
    },
    response: {
      kind: 'json',
      protobuf: true,
      json,
      writer: ({ media, ...form }: ResponseForm) =>
        media === 'protobuf' ? (binary: Uint8Array) => binary : (options.writerOf?.(form) ?? json),
      raw: (binary: Uint8Array) => ({ contentType: 'image/png', data: binary }),
      ...options.writer,
    },
    eventId: () => undefined,
    ...options.route,
  } as unknown as Route;
  const query = (target: string): string => target.split('?')[1] ?? '';
  const router = {
    match:
      options.match ??
      ((httpMethod, target) => ({
        route,
        captures: [],
        query: query(target),
        head: httpMethod === 'HEAD',
      })),
  } as Surface['router'];
  const surface: Surface = {
    generation: 1,
    router,
    routerFor: () => router,
    routes: [route],
    recompiled: () => route,
    messageJson: () => new Uint8Array(),
    serviceCount: 1,
    methodCount: 1,
    statusBinary: ({ code }) => Uint8Array.of(8, code),
    errorForm: 'status',
    isGuarded: false,
    statusJson: (status) =>
      statusJson(status, () => {
        throw new Error('unknown');
      }),
  };
  const limits = { ...defaultLimits, ...options.limits };
  const serving: Serving = {
    surface,
    limits,
    proxies: createTrustedProxies(),
    ownNames: new Set(),
    metadata: { ...defaultMetadataRules, ...options.metadata },
    streamRules: { ...defaultStreamRules, ...options.streamRules },
    log: (event) => events.push(event),
  };
  const gateway = createGatewayCore({ ...serving, clock });
  const abort = new AbortController();
  let listeners = 0;
  const { signal } = abort;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...parameters: Parameters<typeof add>) => {
    listeners += 1;
    add(...parameters);
  };
  signal.removeEventListener = (...parameters: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...parameters);
  };
  const exchange = (more: Partial<Exchange> = {}): Exchange => ({
    httpMethod: 'POST',
    target: '/v1/things',
    headers: [],
    peerAddress: '192.0.2.1',
    scheme: 'http',
    trailersAccepted: false,
    body: undefined,
    signal,
    ...more,
  });
  return {
    gateway,
    serving,
    clock,
    events,
    streams,
    calls,
    abort,
    exchange,
    handle: (more) => gateway.handle(exchange(more)),
    listenerCount: () => listeners,
  };
}

/** A body of these chunks. */
export async function* chunksOf(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? bytes(chunk) : chunk;
}

/** A body that says nothing. */
export function silentBody(): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
}

export function header(reply: Reply, name: string): string | undefined {
  return reply.headers.find(([key]) => key === name)?.[1];
}

export function bodyText(reply: Reply): string {
  if (!(reply.body instanceof Uint8Array)) throw new Error('the body is a stream');
  return text(reply.body);
}

/** Reads a stream to its end: the text, and the error if it was cut. */
export async function readAll(reply: Reply): Promise<{ readonly text: string; readonly cut: boolean }> {
  if (reply.body instanceof Uint8Array) return { text: text(reply.body), cut: false };
  let all = '';
  try {
    for await (const chunk of reply.body) all += text(chunk);
  } catch {
    return { text: all, cut: true };
  }
  return { text: all, cut: false };
}
