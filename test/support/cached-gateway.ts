import { Metadata, type ServerUnaryCall, type ServiceError, status } from '@grpc/grpc-js';
import type { GateOptionsInput, PolicyInput } from '../../src/gate/index.js';
import type { GatewayOptions } from '../../src/index.js';
import { compileProtos } from './compile-protos.js';
import { type EchoGateway, jsonOf, messageOf, startEchoGateway } from './echo-gateway.js';
import { gateSettings } from './gate-settings.js';
import { httpAnnotations } from './http-annotations.js';

const proto = `syntax = "proto3";
package t;
import "google/api/annotations.proto";
message M {
  string name = 1; string text = 2; int64 size = 3; Color color = 4; repeated M items = 5;
  map<string, string> labels = 6; M child = 7; repeated int32 numbers = 8; bool is_old = 9;
}
enum Color { COLOR_UNSPECIFIED = 0; RED = 1; }
service T {
  rpc Unary(M) returns (M) {
    option idempotency_level = NO_SIDE_EFFECTS;
    option (google.api.http) = {
      get: "/v1/read"
      additional_bindings { post: "/v1/read" body: "*" }
      additional_bindings { get: "/v1/{name=things/*}" }
      additional_bindings { get: "/v1/child" response_body: "child" }
    };
  }
  rpc Ping(M) returns (M) {
    option (google.api.http) = { get: "/v1/other" additional_bindings { post: "/v1/other" body: "*" } };
  }
  rpc ServerStream(M) returns (stream M) { option (google.api.http) = { get: "/v1/stream" }; }
}
`;

/** Package t with reads: t.T.Unary is declared as one, t.T.Ping is not, t.T.ServerStream streams. */
export const readsImage: Uint8Array = compileProtos({ ...httpAnnotations(), 't.proto': proto });

/** What a backend was asked for. */
export interface Asked {
  readonly message: unknown;
  readonly metadata: Readonly<Record<string, readonly string[]>>;
  readonly isCancelled: () => boolean;
}

/** How a backend answers a call. */
export interface Answering {
  /** Metadata before the answer. */
  readonly leading?: Readonly<Record<string, string | string[]>>;
  readonly code?: number;
  /** Instead of the number of the call. */
  readonly text?: string;
  /** Waited for before the answer. */
  readonly until?: Promise<unknown>;
}

/** A gateway whose backend counts: its n-th answer has the text "n" and the name of the request. */
export interface CachedGateway extends EchoGateway {
  readonly asked: Asked[];
  /** How the next calls are answered. */
  answering: (asked: Asked) => Answering;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Seen>;
  post(path: string, message: object): Promise<Seen>;
  /** Waits until so many requests are under way. */
  underWay(count: number): Promise<void>;
}

/** An answer as a client sees it. */
export interface Seen {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** Which of the backend's answers it is; undefined for an error. */
  readonly nth: string | undefined;
  readonly cache: string | null;
}

export async function startCachedGateway(
  policies: Readonly<Record<string, PolicyInput>>,
  gate: GateOptionsInput = {},
  options: Partial<GatewayOptions> = {},
): Promise<CachedGateway> {
  const asked: Asked[] = [];
  const unary = (
    call: ServerUnaryCall<Buffer, Buffer>,
    callback: (error: Partial<ServiceError> | null, value?: Buffer) => void,
  ) => {
    void answer(call).then(
      (value) => callback(null, value),
      (error: Partial<ServiceError>) => callback(error),
    );
  };
  async function answer(call: ServerUnaryCall<Buffer, Buffer>): Promise<Buffer> {
    const message = jsonOf(call.request);
    const metadata = Object.fromEntries(
      Object.keys(call.metadata.getMap()).map((name) => [name, call.metadata.get(name).map(String)]),
    );
    const one = { message, metadata, isCancelled: () => call.cancelled };
    const nth = asked.push(one);
    const { leading = {}, code, until, text = String(nth) } = started.answering(one);
    await until;
    if (code !== undefined) throw { code, details: `failure ${nth}` };
    const sent = new Metadata();
    for (const [name, values] of Object.entries(leading))
      for (const value of [values].flat()) sent.add(name, value);
    call.sendMetadata(sent);
    const named =
      typeof message === 'object' && message !== null && 'name' in message ? String(message['name']) : '';
    return Buffer.from(messageOf({ name: named, text, child: { text } }));
  }
  const echo = await startEchoGateway(
    {
      sources: [{ label: 'reads', load: async () => readsImage }],
      ...gateSettings(policies, gate),
      ...options,
    },
    { Unary: unary, Ping: unary },
  );
  const started: CachedGateway = {
    ...echo,
    asked,
    answering: () => ({}),
    get: (path, headers = {}) => seen(fetch(`${echo.url}${path}`, { headers })),
    post: (path, message) =>
      seen(
        fetch(`${echo.url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(message),
        }),
      ),
    async underWay(count) {
      let inFlight = -1;
      while (inFlight !== count) {
        const ready: unknown = await (await fetch(`${echo.adminUrl}/readyz?verbose`)).json();
        inFlight =
          typeof ready === 'object' && ready !== null && 'inFlight' in ready ? Number(ready.inFlight) : -1;
      }
    },
  };
  return started;
}

async function seen(pending: Promise<Response>): Promise<Seen> {
  const response = await pending;
  const text = await response.text();
  const nth = /"text":\s*"(\d+)"/.exec(text)?.[1];
  return {
    status: response.status,
    text,
    headers: response.headers,
    nth,
    cache: response.headers.get('cache-status'),
  };
}

export const { UNAVAILABLE, NOT_FOUND, PERMISSION_DENIED } = status;
