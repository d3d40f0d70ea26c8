import * as grpc from '@grpc/grpc-js';

/** What a backend of bytes does; methods left out are UNIMPLEMENTED. */
export interface BytesHandlers {
  readonly Unary?: grpc.handleUnaryCall<Buffer, Buffer>;
  readonly Ping?: grpc.handleUnaryCall<Buffer, Buffer>;
  readonly ClientStream?: grpc.handleClientStreamingCall<Buffer, Buffer>;
  readonly ServerStream?: grpc.handleServerStreamingCall<Buffer, Buffer>;
  readonly Bidi?: grpc.handleBidiStreamingCall<Buffer, Buffer>;
  readonly Upload?: grpc.handleClientStreamingCall<Buffer, Buffer>;
  readonly Download?: grpc.handleServerStreamingCall<Buffer, Buffer>;
}

export interface BytesBackend {
  readonly port: number;
  close(): void;
}

/** Serves /t.T/Unary, Ping, ClientStream, ServerStream, Bidi, Upload and Download without descriptors, by default on a free port and in plain text. */
export async function startBytesBackend(
  handlers: BytesHandlers,
  port = 0,
  credentials = grpc.ServerCredentials.createInsecure(),
): Promise<BytesBackend> {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
  server.addService(service, { ...handlers });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, number) =>
      error === null ? resolve(number) : reject(error),
    );
  });
  return { port: bound, close: () => server.forceShutdown() };
}

const bytes = (value: Buffer): Buffer => value;

function method(
  name: string,
  requestStream: boolean,
  responseStream: boolean,
): grpc.MethodDefinition<Buffer, Buffer> {
  return {
    path: `/t.T/${name}`,
    requestStream,
    responseStream,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
}

const service = {
  Unary: method('Unary', false, false),
  Ping: method('Ping', false, false),
  ClientStream: method('ClientStream', true, false),
  ServerStream: method('ServerStream', false, true),
  Bidi: method('Bidi', true, true),
  Upload: method('Upload', true, false),
  Download: method('Download', false, true),
};
