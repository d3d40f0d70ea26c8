import {
  type handleUnaryCall,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

/** One call as the backend saw it. */
export interface SeenCall {
  /** "/pkg.Service/Method" */
  readonly path: string;
  readonly message: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A backend that answers every unary method with its request's bytes and remembers what it saw. */
export interface EchoBackend {
  /** "127.0.0.1:PORT" */
  readonly target: string;
  readonly calls: SeenCall[];
  close(): void;
}

const identity = (bytes: Buffer): Buffer => bytes;

/** Serves the given method paths on a free port; `answer` overrides the echo. */
export async function startEchoBackend(
  paths: readonly string[],
  answer: (call: SeenCall) => Buffer = (call) => call.message,
): Promise<EchoBackend> {
  const calls: SeenCall[] = [];
  const server = new Server();
  const services = new Map<
    string,
    { definition: Record<string, MethodDefinition<Buffer, Buffer>>; handlers: UntypedServiceImplementation }
  >();
  for (const path of paths) {
    const [, service = '', method = ''] = path.split('/');
    const entry = services.get(service) ?? { definition: {}, handlers: {} };
    services.set(service, entry);
    entry.definition[method] = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    };
    const handle: handleUnaryCall<Buffer, Buffer> = (call, callback) => {
      const metadata = Object.fromEntries(
        Object.entries(call.metadata.getMap()).map(([k, v]) => [k, String(v)]),
      );
      const seen = { path, message: call.request, metadata };
      calls.push(seen);
      callback(null, answer(seen));
    };
    entry.handlers[method] = handle;
  }
  for (const { definition, handlers } of services.values()) server.addService(definition, handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { target: `127.0.0.1:${port}`, calls, close: () => server.forceShutdown() };
}
