import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  createFileRegistry,
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonObject,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import * as grpc from '@grpc/grpc-js';
import type { GatewayOptions } from '../../src/index.js';
import { createGateway, type PropylonGateway } from '../../src/index.js';
import { compileProtos } from './compile-protos.js';

const google = fileURLToPath(new URL('../../node_modules/google-gax/build/protos/', import.meta.url));
const imported = [
  ...['annotations', 'client', 'field_behavior', 'field_info', 'http', 'launch_stage'].map(
    (name) => `api/${name}`,
  ),
  'longrunning/operations',
  'rpc/status',
].map((name) => `google/${name}.proto`);

const proto = `syntax = "proto3";
package lib.v1;
import "google/api/annotations.proto";
import "google/api/field_info.proto";
import "google/longrunning/operations.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/timestamp.proto";

message Book {
  string name = 1; string title = 2; string etag = 3; int32 pages = 4; Kind kind = 5; string tenant = 6;
  repeated string tags = 7; google.protobuf.Timestamp published = 8; map<string, string> labels = 9;
  oneof place { string shelf = 10; string box = 11; }
}
enum Kind { KIND_UNSPECIFIED = 0; NOVEL = 1; }
message GetBookRequest { string name = 1; }
message CreateBookRequest {
  Book book = 1;
  string request_id = 2 [(google.api.field_info).format = UUID4];
}
message UpdateBookRequest { Book book = 1; google.protobuf.FieldMask update_mask = 2; bool allow_missing = 3; }
message DeleteBookRequest { string name = 1; string etag = 2; }
message LendBookRequest { string name = 1; string request_id = 2; string to = 3; }
message FindBooksRequest { string query = 1; }

service Library {
  rpc GetBook(GetBookRequest) returns (Book) { option (google.api.http) = { get: "/v1/{name=books/*}" }; }
  rpc CreateBook(CreateBookRequest) returns (Book) { option (google.api.http) = { post: "/v1/books" body: "book" }; }
  rpc UpdateBook(UpdateBookRequest) returns (Book) {
    option (google.api.http) = {
      patch: "/v1/{book.name=books/*}" body: "book"
      additional_bindings { put: "/v1/{book.name=books/*}" body: "book" }
    };
  }
  rpc DeleteBook(DeleteBookRequest) returns (google.protobuf.Empty) {
    option (google.api.http) = { delete: "/v1/{name=books/*}" };
  }
  rpc LendBook(LendBookRequest) returns (Book) {
    option (google.api.http) = { post: "/v1/{name=books/*}:lend" body: "*" };
  }
  rpc FindBooks(FindBooksRequest) returns (google.protobuf.Empty) {
    option idempotency_level = NO_SIDE_EFFECTS;
    option (google.api.http) = { post: "/v1/books:find" body: "*" };
  }
  rpc PrintBook(GetBookRequest) returns (google.longrunning.Operation) {
    option (google.api.http) = {
      post: "/v1/{name=books/*}:print" body: "*"
      additional_bindings { get: "/v1/{name=books/*}/print" }
    };
  }
  rpc SendBooks(stream Book) returns (google.protobuf.Empty) {
    option (google.api.http) = { post: "/v1/books:send" body: "*" };
  }
}
`;

export const libraryImage: Uint8Array = compileProtos({
  ...Object.fromEntries(imported.map((name) => [name, readFileSync(`${google}${name}`, 'utf8')])),
  'lib.proto': proto,
});

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, libraryImage));

/** A call as the backend saw it, by an independent implementation of JSON and protobuf. */
export interface LibraryCall {
  /** "GetBook" */
  readonly method: string;
  readonly request: JsonObject;
  readonly metadata: Readonly<Record<string, string>>;
  /** How often the backend had been called for this method, this call included. */
  readonly count: number;
  /** Sends leading metadata; once. */
  readonly lead: (fields: Readonly<Record<string, string>>) => void;
  /** Whether the caller has gone. */
  readonly isCancelled: () => boolean;
}

/** What a backend does: gives the answer, or throws a `BackendStatus`. */
export type LibraryHandler = (call: LibraryCall) => JsonObject | Promise<JsonObject>;

export class BackendStatus extends Error {
  readonly code: number;
  readonly details: string;
  constructor(code: number, details = 'refused') {
    super(details);
    this.code = code;
    this.details = details;
  }
}

export interface LibraryGateway {
  readonly gateway: PropylonGateway;
  readonly url: string;
  /** All calls, in the order of their beginnings; of a stream each message. */
  readonly calls: LibraryCall[];
  close(): Promise<void>;
}

type Backend = NonNullable<GatewayOptions['backends']>[number];

/** A backend of lib.v1.Library and google.longrunning.Operations, by the names of their methods. */
export interface LibraryBackend {
  readonly target: string;
  readonly calls: LibraryCall[];
  close(): void;
}

export async function startLibraryBackend(
  handlers: Readonly<Record<string, LibraryHandler>>,
): Promise<LibraryBackend> {
  const calls: LibraryCall[] = [];
  const server = new grpc.Server();
  for (const service of ['lib.v1.Library', 'google.longrunning.Operations']) {
    const methods = (registry.getService(service)?.methods ?? []).filter(
      ({ name }) => handlers[name] !== undefined,
    );
    if (methods.length === 0) continue;
    server.addService(
      Object.fromEntries(methods.map((method) => [method.name, definitionOf(method)])),
      Object.fromEntries(
        methods.map((method) => [method.name, answerWith(method, handlers[method.name], calls)]),
      ),
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { target: `127.0.0.1:${port}`, calls, close: () => server.forceShutdown() };
}

/** A gateway over real sockets in front of such a backend. */
export async function startLibraryGateway(
  handlers: Readonly<Record<string, LibraryHandler>>,
  options: Partial<GatewayOptions> = {},
  upstream: Partial<Backend> = {},
): Promise<LibraryGateway> {
  const backend = await startLibraryBackend(handlers);
  const { gateway, url, close } = await startGatewayTo(backend, options, upstream);
  return {
    gateway,
    url,
    calls: backend.calls,
    async close() {
      await close();
      backend.close();
    },
  };
}

/** One more gateway in front of a backend. */
export async function startGatewayTo(
  { target }: LibraryBackend,
  options: Partial<GatewayOptions> = {},
  backend: Partial<Backend> = {},
): Promise<Omit<LibraryGateway, 'calls'>> {
  const gateway = await createGateway({
    sources: [{ label: 'lib', load: async () => libraryImage }],
    backends: [{ selector: '*', target, ...backend }],
    ...options,
  });
  const listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
  return {
    gateway,
    url: `http://127.0.0.1:${listener.port}`,
    async close() {
      await listener.close();
      await gateway.close();
    },
  };
}

const bytes = (value: Buffer): Buffer => value;

function definitionOf({ parent, name, methodKind }: DescMethod): grpc.MethodDefinition<Buffer, Buffer> {
  return {
    path: `/${parent.typeName}/${name}`,
    requestStream: methodKind === 'client_streaming',
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
}

type Incoming = grpc.ServerUnaryCall<Buffer, Buffer> | grpc.ServerReadableStream<Buffer, Buffer>;

function answerWith(method: DescMethod, handler: LibraryHandler | undefined, calls: LibraryCall[]) {
  const seen = (call: Incoming, message: Uint8Array): LibraryCall => {
    const metadata = Object.entries(call.metadata.getMap()).map(([name, value]) => [name, String(value)]);
    const request = toJson(method.input, fromBinary(method.input, message), { registry }) as JsonObject;
    const count = calls.filter((other) => other.method === method.name).length + 1;
    const one = {
      ...{ method: method.name, request, count },
      metadata: Object.fromEntries(metadata),
      lead(fields: Readonly<Record<string, string>>) {
        const leading = new grpc.Metadata();
        for (const [name, value] of Object.entries(fields)) leading.set(name, value);
        call.sendMetadata(leading);
      },
      isCancelled: () => call.cancelled,
    };
    calls.push(one);
    return one;
  };
  return (call: Incoming, callback: grpc.sendUnaryData<Buffer>): void => {
    const answer = (one: LibraryCall): void => {
      Promise.resolve(one)
        .then((given) => handler?.(given) ?? {})
        .then(
          (json) =>
            callback(null, Buffer.from(toBinary(method.output, fromJson(method.output, json, { registry })))),
          (error: unknown) => {
            const { code, details } =
              error instanceof BackendStatus ? error : new BackendStatus(2, String(error));
            callback({ code, details });
          },
        );
    };
    if ('request' in call) {
      answer(seen(call, call.request));
      return;
    }
    let last: LibraryCall | undefined;
    call.on('data', (message: Buffer) => {
      last = seen(call, message);
    });
    call.on('end', () => {
      if (last !== undefined) answer(last);
    });
  };
}

/** An answer over HTTP. */
export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** `ask(url, 'PATCH /v1/books/1', { body, headers })` */
export async function ask(
  url: string,
  request: string,
  {
    body,
    headers = {},
    signal,
  }: { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Asked> {
  const [method = '', path = ''] = request.split(' ');
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The reason that the gateway gives for an error of its own. */
export function reasonOf({ text }: Asked): string | undefined {
  return /"reason":"([A-Z_]+)"/.exec(text)?.[1];
}
