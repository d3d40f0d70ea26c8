import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

interface Payload {
  readonly body: Buffer;
}

interface EchoStatus {
  readonly code: number;
  readonly message: string;
}

interface SimpleRequest {
  readonly responseSize: number;
  readonly responseStatus: EchoStatus | null;
}

interface OutputRequest {
  readonly responseParameters: readonly { readonly size: number; readonly intervalUs: number }[];
  readonly responseStatus: EchoStatus | null;
}

interface Output {
  readonly payload: { readonly body: Buffer };
}

type OutputCall =
  | grpc.ServerWritableStream<OutputRequest, Output>
  | grpc.ServerDuplexStream<OutputRequest, Output>;

const initialKey = 'x-grpc-test-echo-initial';
const trailingKey = 'x-grpc-test-echo-trailing-bin';

function sendInitialMetadata(call: grpc.ServerUnaryCall<unknown, unknown> | OutputCall): void {
  const initial = new grpc.Metadata();
  for (const value of call.metadata.get(initialKey)) initial.add(initialKey, value);
  call.sendMetadata(initial);
}

function trailersOf(metadata: grpc.Metadata): grpc.Metadata {
  const trailers = new grpc.Metadata();
  for (const value of metadata.get(trailingKey)) trailers.add(trailingKey, value);
  return trailers;
}

function failureAskedBy(request: {
  readonly responseStatus: EchoStatus | null;
}): Partial<grpc.StatusObject> | undefined {
  const { responseStatus } = request;
  if (responseStatus === null || responseStatus.code === 0) return undefined;
  return { code: responseStatus.code, details: responseStatus.message };
}

const write = (call: OutputCall, request: OutputRequest): void => {
  for (const { size } of request.responseParameters) call.write({ payload: { body: Buffer.alloc(size) } });
};

const implementation: grpc.UntypedServiceImplementation = {
  EmptyCall: ((_, done) => done(null, {})) satisfies grpc.handleUnaryCall<object, object>,

  UnaryCall: ((call, done) => {
    sendInitialMetadata(call);
    done(
      failureAskedBy(call.request) ?? null,
      { payload: { body: Buffer.alloc(call.request.responseSize) } },
      trailersOf(call.metadata),
    );
  }) satisfies grpc.handleUnaryCall<SimpleRequest, Output>,

  StreamingOutputCall: ((call) => {
    write(call, call.request);
    call.end();
  }) satisfies grpc.handleServerStreamingCall<OutputRequest, Output>,

  StreamingInputCall: ((call, done) => {
    let aggregatedPayloadSize = 0;
    call.on('data', (request: { readonly payload: Payload }) => {
      aggregatedPayloadSize += request.payload.body.length;
    });
    call.on('end', () => done(null, { aggregatedPayloadSize }));
  }) satisfies grpc.handleClientStreamingCall<unknown, { aggregatedPayloadSize: number }>,

  FullDuplexCall: ((call) => {
    sendInitialMetadata(call);
    call.on('data', (request: OutputRequest) => {
      const failure = failureAskedBy(request);
      if (failure === undefined) write(call, request);
      else call.emit('error', failure);
    });
    call.on('end', () => call.end(trailersOf(call.metadata)));
  }) satisfies grpc.handleBidiStreamingCall<OutputRequest, Output>,
};

/** The service of the interoperability tests on grpc-js's own server, in this process. */
export async function startGrpcJsInteropServer(): Promise<{ port: number; stop(): Promise<void> }> {
  const definition = loadSync(fileURLToPath(new URL('../testing.proto', import.meta.url)), {
    defaults: true,
  });
  const service = definition['grpc.testing.TestService'];
  if (service === undefined || 'format' in service) throw new Error('testing.proto has no TestService');
  const server = new grpc.Server();
  server.addService(service as grpc.ServiceDefinition, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, stop: async () => server.forceShutdown() };
}
