/** A file of the folder that services are in, written where it is not there yet. */
export interface WorkspaceFile {
  readonly path: string;
  readonly text: string;
}

/** What buf and the gateway want to know of a folder whose protos lie in `out`. */
export function workspaceFiles(out: string): readonly WorkspaceFile[] {
  return [
    {
      path: 'buf.yaml',
      text: `version: v2
modules:
  - path: ${out}
  # propylon/v1/annotations.proto
  - path: node_modules/propylon/proto
deps:
  - buf.build/googleapis/googleapis
  - buf.build/bufbuild/protovalidate
lint:
  use: [STANDARD]
  except:
    # AIP-131 to AIP-135: Get, Create and Update answer the resource itself, Delete answers Empty.
    - RPC_REQUEST_RESPONSE_UNIQUE
    - RPC_RESPONSE_STANDARD_NAME
breaking:
  use: [FILE]
`,
    },
    {
      path: 'buf.gen.yaml',
      text: `version: v2
plugins:
  - local: protoc-gen-propylon
    out: gen/openapi
    strategy: all
    opt: [format=yaml]
  - local: protoc-gen-propylon
    out: gen/client
    strategy: all
    opt: [emit=client]
inputs:
  - directory: ${out}
`,
    },
    {
      path: 'propylon.yaml',
      text: `sources:
  protos: [${out}]
# Who callers are (docs/policies.md): until it is said, nobody is let in.
# authentication:
#   providers:
#     clerks: { type: apiKey, keysFile: keys.yaml }
# Where calls go, once there is a backend:
# backends:
#   '*': localhost:50051
`,
    },
  ];
}
