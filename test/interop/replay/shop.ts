import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createFileRegistry, fromBinary, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import * as grpc from '@grpc/grpc-js';

/** The shop of bench/bench.proto, which grpc-gateway and Envoy have code or descriptors of. */
export interface Shop {
  /** "127.0.0.1:PORT" */
  readonly target: string;
  close(): void;
}

const product: JsonValue = {
  name: 'products/1',
  displayName: 'Cup',
  price: { currencyCode: 'EUR', units: '12', nanos: 500_000_000 },
  variants: [{ sku: 'a', stock: 3 }],
  createTime: '2026-01-02T03:04:05.500Z',
  rating: 4.5,
  version: '9007199254740993',
  state: 'STATE_ACTIVE',
};
const tick = (sequence: number): JsonValue => ({ product: 'products/1', sequence: String(sequence) });
const missing: JsonValue = {
  code: 5,
  message: 'orders/1 is "not" here',
  details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ORDER_UNKNOWN', domain: 'shop' }],
};

/** Starts it on a free port; `image` is a file. */
export async function startShop(image: string): Promise<Shop> {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(image)));
  const encode = (type: string, json: JsonValue): Buffer => {
    const schema = registry.getMessage(type);
    if (schema === undefined) throw new Error(`${type} is not there`);
    return Buffer.from(toBinary(schema, fromJson(schema, json, { registry })));
  };
  const { methods = [] } = registry.getService('bench.shop.v1.Shop') ?? {};
  const answers: Readonly<Record<string, JsonValue>> = {
    GetProduct: product,
    CreateProduct: product,
    ListProducts: { products: [product, { name: 'products/2' }] },
  };
  const definition: Record<string, grpc.MethodDefinition<Buffer, Buffer>> = {};
  const handlers: grpc.UntypedServiceImplementation = {};
  for (const { name, methodKind, output } of methods) {
    const bytes = (value: Buffer): Buffer => value;
    definition[name] = {
      path: `/bench.shop.v1.Shop/${name}`,
      requestStream: false,
      responseStream: methodKind === 'server_streaming',
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    };
    const answer = answers[name];
    if (methodKind === 'server_streaming')
      handlers[name] = (call: grpc.ServerWritableStream<Buffer, Buffer>) => {
        for (const sequence of [1, 2, 3]) call.write(encode(output.typeName, tick(sequence)));
        call.end();
      };
    else if (answer !== undefined)
      handlers[name] = (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) => {
        const metadata = new grpc.Metadata();
        metadata.set('etag', '"1"');
        call.sendMetadata(metadata);
        reply(null, encode(output.typeName, answer));
      };
    else
      handlers[name] = (_: unknown, reply: grpc.sendUnaryData<Buffer>) => {
        const metadata = new grpc.Metadata();
        metadata.set('grpc-status-details-bin', encode('google.rpc.Status', missing));
        reply({ code: 5, details: 'orders/1 is "not" here', metadata });
      };
  }
  const server = new grpc.Server();
  server.addService(definition, handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { target: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** Where the bench keeps its gateways. */
export const benchCache = fileURLToPath(new URL('../../../.cache/bench', import.meta.url));
