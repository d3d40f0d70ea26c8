import {
  createFileRegistry,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import type { GatewayOptions, ListenOptions } from '../../src/index.js';
import { createGateway, type PropylonGateway } from '../../src/index.js';
import { type BytesHandlers, startBytesBackend } from './bytes-backend.js';
import { compileProtos } from './compile-protos.js';
import { httpAnnotations } from './http-annotations.js';

const proto = `syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
message M {
  string name = 1; string text = 2; int64 size = 3; Color color = 4; repeated M items = 5;
  map<string, string> labels = 6; M child = 7; repeated int32 numbers = 8; bool is_old = 9;
}
enum Color { COLOR_UNSPECIFIED = 0; RED = 1; }
service T {
  rpc Unary(M) returns (M) {
    option (google.api.http) = {
      post: "/v1/echo" body: "*"
      additional_bindings { get: "/v1/echo" }
      additional_bindings { delete: "/v1/echo" }
      additional_bindings { put: "/v1/{name=things/*}" body: "*" }
      additional_bindings { put: "/v1/{child.name=children/*}" body: "*" }
      additional_bindings { put: "/v1/nested/{child.name=things/*}" body: "child" }
      additional_bindings { get: "/v1/child" response_body: "child" }
      additional_bindings { get: "/v1/items" response_body: "items" }
      additional_bindings { post: "/v1/numbers" body: "numbers" }
    };
  }
  rpc Ping(M) returns (google.api.HttpBody) { option (google.api.http) = { get: "/v1/raw" }; }
  rpc ServerStream(M) returns (stream M) {
    option (google.api.http) = {
      post: "/v1/stream" body: "*"
      additional_bindings { get: "/v1/stream" }
      additional_bindings { get: "/v1/stream/child" response_body: "child" }
      additional_bindings { get: "/v1/stream/numbers" response_body: "numbers" }
    };
  }
  rpc ClientStream(stream M) returns (M) { option (google.api.http) = { post: "/v1/collect" body: "*" }; }
  rpc Upload(stream google.api.HttpBody) returns (M) {
    option (google.api.http) = { post: "/v1/upload" body: "*" };
  }
  rpc Download(M) returns (stream google.api.HttpBody) { option (google.api.http) = { get: "/v1/download" }; }
  rpc Bidi(stream M) returns (stream M) { option (google.api.http) = { post: "/v1/talk/{name}" body: "*" }; }
}
`;

/** Descriptors of package t. */
export const echoImage: Uint8Array = compileProtos({ ...httpAnnotations(), 't.proto': proto });

const types = createFileRegistry(fromBinary(FileDescriptorSetSchema, echoImage));

/** t.M as protobuf bytes, by an independent implementation. */
export function messageOf(json: JsonValue): Uint8Array<ArrayBuffer> {
  return new Uint8Array(toBinary(schema(), fromJson(schema(), json)));
}

/** Bytes of t.M as JSON, by an independent implementation. */
export function jsonOf(binary: Uint8Array): JsonValue {
  return toJson(schema(), fromBinary(schema(), binary));
}

function schema() {
  const message = types.getMessage('t.M');
  if (message === undefined) throw new Error('no t.M');
  return message;
}

/**
 * Unary gives its request back, ServerStream gives it three times, ClientStream gives everything
 * merged, Bidi each message. A text of "fail" fails, in a stream after the first message.
 */
export const echoHandlers: BytesHandlers = {
  Unary(call, callback) {
    callback(null, call.request);
  },
  async ServerStream(call: ServerWritableStream<Buffer, Buffer>) {
    call.write(call.request);
    if (call.request.includes('fail')) {
      call.emit('error', { code: status.UNAVAILABLE, details: 'gone' });
      return;
    }
    call.write(call.request);
    call.write(call.request);
    call.end();
  },
  ClientStream(call, callback) {
    const all: Buffer[] = [];
    call.on('data', (message: Buffer) => all.push(message));
    call.on('end', () => callback(null, Buffer.concat(all)));
  },
  Bidi(call: ServerDuplexStream<Buffer, Buffer>) {
    call.on('data', (message: Buffer) => {
      if (message.includes('fail')) call.emit('error', { code: status.UNAVAILABLE, details: 'gone' });
      else call.write(message);
    });
    call.on('end', () => call.end());
  },
};

/** A gateway over real sockets in front of a backend of package t. */
export interface EchoGateway {
  readonly gateway: PropylonGateway;
  readonly port: number;
  /** "http://127.0.0.1:PORT", or https: */
  readonly url: string;
  /** "http://127.0.0.1:PORT" of the admin listener. */
  readonly adminUrl: string;
  close(): Promise<void>;
}

export async function startEchoGateway(
  options: Partial<GatewayOptions> = {},
  handlers: BytesHandlers = echoHandlers,
  listening: ListenOptions = {},
): Promise<EchoGateway> {
  const backend = await startBytesBackend({ ...echoHandlers, ...handlers });
  const gateway = await createGateway({
    sources: [{ label: 'echo', load: async () => echoImage }],
    backends: [{ selector: '*', target: `127.0.0.1:${backend.port}` }],
    ...options,
  });
  const listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0, ...listening });
  return {
    gateway,
    port: listener.port,
    url: `${listener.scheme}://127.0.0.1:${listener.port}`,
    adminUrl: `http://127.0.0.1:${listener.adminPort}`,
    async close() {
      await listener.close();
      await gateway.close();
      backend.close();
    },
  };
}
