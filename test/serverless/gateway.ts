import { createGateway, type GatewayOptions, type PropylonGateway } from '../../src/index.js';
import { startBytesBackend } from '../support/bytes-backend.js';
import { compileProtos } from '../support/compile-protos.js';
import { echoHandlers } from '../support/echo-gateway.js';
import { httpAnnotations } from '../support/http-annotations.js';

const image = compileProtos({
  ...httpAnnotations(),
  't.proto': `syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
message M { string name = 1; string text = 2; int64 size = 3; map<string, string> labels = 4; }
service T {
  rpc Unary(M) returns (M) {
    option (google.api.http) = {
      post: "/v1/echo" body: "*"
      additional_bindings { get: "/v1/things/{name}" }
    };
  }
  rpc Ping(M) returns (google.api.HttpBody) { option (google.api.http) = { get: "/v1/raw" }; }
  rpc ServerStream(M) returns (stream M) { option (google.api.http) = { get: "/v1/stream" }; }
}
`,
});

/** A gateway that listens nowhere, and what its backend has seen of the last call. */
export interface PlatformGateway {
  readonly gateway: PropylonGateway;
  lastMetadata(name: string): unknown;
  close(): Promise<void>;
}

/** Unary gives its request back, Ping an image, ServerStream its request three times. */
export async function startPlatformGateway(options: Partial<GatewayOptions> = {}): Promise<PlatformGateway> {
  let last: { get(name: string): unknown[] } | undefined;
  const backend = await startBytesBackend({
    ...echoHandlers,
    Unary(call, callback) {
      last = call.metadata;
      callback(null, call.request);
    },
    Ping(_call, callback) {
      // HttpBody: content_type = 1, data = 2, which is no UTF-8.
      const type = Buffer.from('image/png');
      callback(
        null,
        Buffer.concat([Buffer.of(0x0a, type.length), type, Buffer.of(0x12, 3, 0xff, 0xd8, 0xff)]),
      );
    },
  });
  const gateway = await createGateway({
    sources: [{ label: 't', load: async () => image }],
    backends: [{ selector: '*', target: `127.0.0.1:${backend.port}` }],
    ...options,
  });
  return {
    gateway,
    lastMetadata: (name) => last?.get(name)[0],
    async close() {
      await gateway.close();
      backend.close();
    },
  };
}
