/**
 * What the functions of a generated client have in common. Depends on fetch alone, and on WebSocket where both sides of
 * a method stream.
 */

/** What fetch takes for header fields and for a body: with the types of browsers and with those of Node. */
export type HeaderFields = ConstructorParameters<typeof Headers>[0];
export type Body = NonNullable<RequestInit['body']>;

/** Where an API is, and how it is called. */
export interface ClientOptions {
  /** "https://api.example.com" */
  readonly baseUrl: string;
  /** Header fields of every attempt; asked anew for each, so that it may renew a token. */
  readonly headers?: HeaderFields | (() => HeaderFields | Promise<HeaderFields>);
  /** The longest that a call may take, attempts and the end of its stream included. Default: as long as the server lets it. */
  readonly timeoutMs?: number;
  /** Further attempts at what may be asked twice (RFC 9110 §9.2.2), where the server is away or overloaded. Default 2. */
  readonly retries?: number;
  readonly fetch?: typeof globalThis.fetch;
  readonly WebSocket?: typeof globalThis.WebSocket;
}

/** What one call has of its own. */
export interface CallOptions extends Pick<ClientOptions, 'headers' | 'timeoutMs' | 'retries'> {
  readonly signal?: AbortSignal;
}

/** A detail of an error: a message with its type, "type.googleapis.com/google.rpc.BadRequest". */
export interface ErrorDetail {
  readonly '@type': string;
  readonly [field: string]: unknown;
}

/** An answer that is an error: a google.rpc.Status. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  /** Canonical code: 5 is NOT_FOUND (google/rpc/code.proto). */
  readonly code: number;
  readonly details: readonly ErrorDetail[];
  /** Undefined where the call failed without one, or midway in a stream. */
  readonly httpStatus: number | undefined;
  /** Of the answer, where there was one. */
  readonly headers: Headers | undefined;

  constructor({ code = 2, message = '', details = [] }: StatusJson, httpStatus?: number, headers?: Headers) {
    super(message);
    this.code = code;
    this.details = details;
    this.httpStatus = httpStatus;
    this.headers = headers;
  }

  /** "ORDER_UNKNOWN", from the detail google.rpc.ErrorInfo. */
  get reason(): string | undefined {
    const reason = this.details.find((detail) => detail['@type'].endsWith('google.rpc.ErrorInfo'))?.[
      'reason'
    ];
    return typeof reason === 'string' ? reason : undefined;
  }
}

interface StatusJson {
  readonly code?: number;
  readonly message?: string;
  readonly details?: readonly ErrorDetail[];
}

/** A request as an object of its fields. */
type Fields = object;
type Messages<T> = AsyncIterable<T> | Iterable<T>;

/** An HTTP method, a path template, the field that is the body ("*" for all), and fields that are written otherwise in a query. */
type Rule = readonly [
  httpMethod: string,
  path: string,
  body?: string,
  forms?: { readonly maps?: readonly string[]; readonly json?: readonly string[] },
];

const json = 'application/json';
const ndjson = 'application/x-ndjson';
const deadlineExceeded = { code: 4, message: 'The deadline has passed.' };
const unavailable = { code: 14, message: 'The connection broke.' };

/** One message there, one back. */
export const unary =
  <Q extends Fields, A>(...rule: Rule) =>
  async (client: ClientOptions, request: Q, options?: CallOptions): Promise<A> =>
    read<A>(await send(client, rule, request, options, json, bodyOf(rule, request)));

/** One message there, many back. Whoever stops reading ends the call. */
export const serverStream = <Q extends Fields, A>(...rule: Rule) =>
  async function* (client: ClientOptions, request: Q, options?: CallOptions): AsyncGenerator<A, void> {
    yield* lines<A>(await send(client, rule, request, options, ndjson, bodyOf(rule, request)));
  };

/** Many messages there, one back. They leave as they come, but for pages: browsers stream uploads over HTTP/2 alone. */
export const clientStream =
  <Q extends Fields, M, A>(...rule: Rule) =>
  async (client: ClientOptions, request: Q, messages: Messages<M>, options?: CallOptions): Promise<A> =>
    read<A>(
      await send(client, rule, request, { ...options, retries: 0 }, json, await streamOf(messages), {
        'content-type': ndjson,
      }),
    );

/** Answers with bytes, for which the Response stands. */
export const download =
  <Q extends Fields>(...rule: Rule) =>
  (client: ClientOptions, request: Q, options?: CallOptions): Promise<Response> =>
    send(client, rule, request, options, '*/*', bodyOf(rule, request));

/** Many messages there, bytes back. */
export const streamDownload =
  <Q extends Fields, M>(...rule: Rule) =>
  async (
    client: ClientOptions,
    request: Q,
    messages: Messages<M>,
    options?: CallOptions,
  ): Promise<Response> =>
    send(client, rule, request, { ...options, retries: 0 }, '*/*', await streamOf(messages), {
      'content-type': ndjson,
    });

/** Takes bytes; a Blob brings its type along. */
export const upload =
  <Q extends Fields, A>(...rule: Rule) =>
  async (client: ClientOptions, request: Q, body: Body, options?: CallOptions): Promise<A> =>
    read<A>(await send(client, rule, request, options, json, body));

/** Takes bytes, and answers with bytes. */
export const uploadDownload =
  <Q extends Fields>(...rule: Rule) =>
  (client: ClientOptions, request: Q, body: Body, options?: CallOptions): Promise<Response> =>
    send(client, rule, request, options, '*/*', body);

/** Takes bytes, and answers with many messages. */
export const uploadStream = <Q extends Fields, A>(...rule: Rule) =>
  async function* (
    client: ClientOptions,
    request: Q,
    body: Body,
    options?: CallOptions,
  ): AsyncGenerator<A, void> {
    yield* lines<A>(await send(client, rule, request, options, ndjson, body));
  };

/** Many messages there, many back, at the same time: over a WebSocket. */
export const bidi = <Q extends Fields, M, A>(...rule: Rule) =>
  async function* (
    client: ClientOptions,
    request: Q,
    messages: Messages<M>,
    options: CallOptions = {},
  ): AsyncGenerator<A, void> {
    const token = /^bearer (.+)/i.exec((await headersOf(client, options)).get('authorization') ?? '')?.[1];
    const protocols = ['propylon.json', ...(token === undefined ? [] : [`propylon.bearer.${token}`])];
    const url = new URL(
      urlOf(client, rule, request),
      (globalThis as { readonly location?: { readonly href: string } }).location?.href,
    );
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new (client.WebSocket ?? WebSocket)(url, protocols);
    const received: A[] = [];
    let failure: unknown;
    let closed = false;
    let wake = (): void => {};
    const fail = (error: unknown): void => {
      failure ??= error;
      socket.close();
      wake();
    };
    const signal = signalOf(client, options);
    const abort = (): void => fail(asStatusError(signal?.reason));
    signal?.addEventListener('abort', abort);
    socket.onopen = async () => {
      try {
        for await (const message of messages) {
          if (closed) return;
          socket.send(JSON.stringify(message));
        }
        socket.send('');
      } catch (error) {
        fail(error);
      }
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data) as A;
      const error = errorIn(message);
      if (error === undefined) received.push(message);
      else failure ??= error;
      wake();
    };
    socket.onclose = ({ code }) => {
      closed = true;
      if (code !== 1000) failure ??= new StatusError(unavailable);
      wake();
    };
    try {
      for (;;) {
        while (received.length > 0) yield received.shift() as A;
        if (failure !== undefined) throw failure;
        if (closed) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      socket.close();
    }
  };

/** Every element of every page of a method that lists (AIP-158). */
export const pages = <Q extends Fields, A, K extends keyof A & string>(
  list: (client: ClientOptions, request: Q, options?: CallOptions) => Promise<A>,
  elements: K,
) =>
  async function* (
    client: ClientOptions,
    request: Q,
    options?: CallOptions,
  ): AsyncGenerator<NonNullable<A[K]> extends readonly (infer E)[] ? E : never, void> {
    let pageToken = (request as { readonly pageToken?: unknown } | undefined)?.pageToken;
    do {
      const page = await list(client, pageToken ? { ...request, pageToken } : request, options);
      yield* (page[elements] ?? []) as never[];
      pageToken = (page as { readonly nextPageToken?: unknown }).nextPageToken;
    } while (pageToken);
  };

/** Functions whose first argument is known. */
export function bind(client: ClientOptions, functions: Readonly<Record<string, unknown>>): unknown {
  const bound = Object.entries(functions).map(([name, call]) => [
    name,
    (call as (client: ClientOptions) => unknown).bind(undefined, client),
  ]);
  return Object.fromEntries(bound);
}

async function send(
  client: ClientOptions,
  rule: Rule,
  request: Fields,
  options: CallOptions = {},
  accept: string,
  body: Body | undefined,
  more?: HeaderFields,
): Promise<Response> {
  const [method] = rule;
  const url = urlOf(client, rule, request);
  const signal = signalOf(client, options);
  const timeoutMs = options.timeoutMs ?? client.timeoutMs;
  for (let left = options.retries ?? client.retries ?? 2, delayMs = 100; ; left--, delayMs *= 2) {
    const headers = await headersOf(client, options);
    const own = new Headers(more);
    own.set('accept', accept);
    own.forEach((value, name) => {
      if (!headers.has(name)) headers.set(name, value);
    });
    if (timeoutMs) headers.set('grpc-timeout', `${Math.ceil(timeoutMs)}m`);
    if (typeof body === 'string' && !headers.has('content-type')) headers.set('content-type', json);
    const mayRepeat =
      left > 0 &&
      !(body instanceof ReadableStream) &&
      (/^(GET|HEAD|PUT|DELETE)$/.test(method) || headers.has('idempotency-key'));
    let waitMs = delayMs * (0.5 + Math.random());
    try {
      const init = {
        method,
        headers,
        signal: signal ?? null,
        ...(body === undefined ? {} : { body, duplex: 'half' as const }),
      };
      const response = await (client.fetch ?? fetch)(url, init);
      if (response.ok) return response;
      if (!mayRepeat || !/429|503/.test(String(response.status))) throw await errorOf(response);
      waitMs = Math.max(waitMs, Number(response.headers.get('retry-after')) * 1000 || 0);
      await response.body?.cancel();
    } catch (error) {
      if (signal?.aborted) throw asStatusError(signal.reason);
      // What fetch says when there is no connection.
      if (!mayRepeat || !(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (signal?.aborted) throw asStatusError(signal.reason);
  }
}

async function headersOf(client: ClientOptions, options: CallOptions): Promise<Headers> {
  const all = new Headers();
  for (const given of [client.headers, options.headers]) {
    new Headers(typeof given === 'function' ? await given() : given).forEach((value, name) => {
      all.set(name, value);
    });
  }
  return all;
}

function signalOf(
  client: ClientOptions,
  { signal, timeoutMs = client.timeoutMs }: CallOptions,
): AbortSignal | undefined {
  if (!timeoutMs) return signal;
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

/** What aborts a call, or breaks its answer off, as the error that a server would have sent. */
function asStatusError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'TimeoutError') return new StatusError(deadlineExceeded);
  // What fetch says of a body that is cut.
  return error instanceof TypeError ? new StatusError(unavailable) : error;
}

async function errorOf(response: Response): Promise<StatusError> {
  const text = await response.text();
  let body: StatusJson & { readonly error?: StatusJson; readonly detail?: string } = {};
  try {
    body = JSON.parse(text);
  } catch {
    // Of a proxy, say.
  }
  const { error = body } = body;
  const message = error.message ?? body.detail ?? `The server answered with ${response.status}.`;
  return new StatusError({ ...error, message }, response.status, response.headers);
}

async function read<A>(response: Response): Promise<A> {
  const text = await response.text().catch((error: unknown) => Promise.reject(asStatusError(error)));
  return (text === '' ? {} : JSON.parse(text)) as A;
}

async function* lines<A>(response: Response): AsyncGenerator<A, void> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value = '' } = await reader.read();
      const [...whole] = (rest + value).split('\n');
      rest = done ? '' : (whole.pop() ?? '');
      for (const line of whole) {
        if (line === '') continue;
        const message = JSON.parse(line) as A;
        const error = errorIn(message);
        if (error !== undefined) throw error;
        yield message;
      }
      if (done) return;
    }
  } catch (error) {
    throw asStatusError(error);
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** The last message of a stream that failed is `{"error":Status}`. */
function errorIn(message: unknown): StatusError | undefined {
  // Fields of an answer may be null.
  const error = (message as { readonly error?: StatusJson } | null)?.error;
  const isError = typeof error?.code === 'number' && Object.keys(message as object).length === 1;
  return isError ? new StatusError(error) : undefined;
}

async function streamOf<M>(messages: Messages<M>): Promise<Body> {
  const written = (async function* () {
    const encoder = new TextEncoder();
    for await (const message of messages) yield encoder.encode(`${JSON.stringify(message)}\n`);
  })();
  if (!('document' in globalThis)) {
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await written.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void written.return(),
    });
  }
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const line of written) all.push(line);
  return new Blob(all);
}

const variable = /\{([^{}=]+)(?:=([^}]*))?\}/g;

function urlOf({ baseUrl }: ClientOptions, [, template, body, forms]: Rule, request: Fields): string {
  const bound = new Set<string>(body === undefined ? [] : [body]);
  const path = template.replace(variable, (_, name: string, pattern = '*') => {
    const keys = name.split('.').map(decodeURIComponent);
    bound.add(keys.join('.'));
    const value = keys.reduce<unknown>(
      (at, key) => (at as Record<string, unknown> | undefined)?.[key],
      request,
    );
    return pathText(name, value, pattern !== '*');
  });
  const query = new URLSearchParams();
  const { maps = [], json: texts = [] } = forms ?? {};
  const write = (name: string, value: unknown): void => {
    if (value === undefined || value === null || bound.has(name)) return;
    if (texts.includes(name)) query.append(name, JSON.stringify(value));
    else if (Array.isArray(value)) for (const element of value) write(name, element);
    else if (typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) {
        write(maps.includes(name) ? `${name}[${key}]` : name === '' ? key : `${name}.${key}`, inner);
      }
    } else query.append(name, String(value));
  };
  if (body !== '*') write('', request);
  const text = query.toString();
  return baseUrl.replace(/\/$/, '') + path + (text === '' ? '' : `?${text}`);
}

function pathText(name: string, value: unknown, hasSegments: boolean): string {
  const text = value === undefined || value === null ? '' : String(value);
  const segments = hasSegments ? text.split('/') : [text];
  // A URL takes dots, escaped ones too, for steps up and down.
  if (segments.some((segment) => /^\.{0,2}$/.test(segment)))
    throw new TypeError(`${name} cannot be in a path: "${text}"`);
  return segments.map(encodeURIComponent).join('/');
}

/** What the path binds is not said again. */
function bodyOf([, template, body]: Rule, request: Fields = {}): string | undefined {
  if (body === undefined) return undefined;
  if (body !== '*') return JSON.stringify((request as Record<string, unknown>)[body] ?? null);
  const bound = new Set([...template.matchAll(variable)].map(([, name = '']) => decodeURIComponent(name)));
  return JSON.stringify(Object.fromEntries(Object.entries(request).filter(([name]) => !bound.has(name))));
}
