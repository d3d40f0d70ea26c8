import { createRequire } from 'node:module';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { status as codes, type Server, type ServerDuplexStream } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** The oneof of grpc.reflection.v1.ServerReflectionRequest, as proto-loader decodes it. */
interface ReflectionRequest {
  readonly host: string;
  readonly messageRequest?: string;
  readonly fileByFilename?: string;
  readonly fileContainingSymbol?: string;
}

/**
 * Adds server reflection, v1 and v1alpha, that hands out the files of a descriptor image as they are.
 *
 * The service of @grpc/reflection rebuilds each file through protobufjs, which drops every option it does not know:
 * google.api.http among them, and without it a gateway that asks this server finds no routes. Only its protos are used.
 */
export function addReflection(server: Server, image: Uint8Array, services: readonly string[]): void {
  const files = fromBinary(FileDescriptorSetSchema, image).file;
  const answer = createAnswers(files, services);
  const require = createRequire(import.meta.url);
  const protos = require.resolve('@grpc/reflection/package.json').replace(/package\.json$/, 'build/proto/');
  for (const version of ['v1', 'v1alpha']) {
    const loaded = loadSync(`${protos}grpc/reflection/${version}/reflection.proto`, {
      oneofs: true,
      longs: String,
    });
    const definition = loaded[`grpc.reflection.${version}.ServerReflection`];
    if (definition === undefined || 'format' in definition)
      throw new Error('@grpc/reflection has other protos');
    server.addService(definition, {
      ServerReflectionInfo(call: ServerDuplexStream<ReflectionRequest, object>) {
        call.on('data', (request: ReflectionRequest) => {
          call.write({ validHost: request.host, originalRequest: request, ...answer(request) });
        });
        call.on('end', () => call.end());
      },
    });
  }
}

function createAnswers(
  files: readonly FileDescriptorProto[],
  services: readonly string[],
): (request: ReflectionRequest) => object {
  const byName = new Map(files.map((file) => [file.name, file]));
  const bySymbol = new Map(files.flatMap((file) => symbolsOf(file).map((symbol) => [symbol, file] as const)));
  // The file itself comes first, as some clients read only that; the rest saves the others a question each.
  const withImports = (file: FileDescriptorProto, seen = new Set<string>()): FileDescriptorProto[] => {
    if (seen.has(file.name)) return [];
    seen.add(file.name);
    const imports = file.dependency.flatMap((name) => {
      const imported = byName.get(name);
      return imported === undefined ? [] : withImports(imported, seen);
    });
    return [file, ...imports];
  };
  const found = (file: FileDescriptorProto | undefined, wanted: string): object =>
    file === undefined
      ? { errorResponse: { errorCode: codes.NOT_FOUND, errorMessage: `${wanted} is not known here` } }
      : {
          fileDescriptorResponse: {
            fileDescriptorProto: withImports(file).map((each) => toBinary(FileDescriptorProtoSchema, each)),
          },
        };
  return ({ messageRequest, fileByFilename = '', fileContainingSymbol = '' }) => {
    switch (messageRequest) {
      case 'listServices':
        return { listServicesResponse: { service: services.map((name) => ({ name })) } };
      case 'fileByFilename':
        return found(byName.get(fileByFilename), fileByFilename);
      case 'fileContainingSymbol':
        return found(bySymbol.get(fileContainingSymbol), fileContainingSymbol);
      default:
        return {
          errorResponse: { errorCode: codes.UNIMPLEMENTED, errorMessage: 'no proto here is extended' },
        };
    }
  };
}

/** Full names of services, methods, messages and enums, nested ones too. */
function symbolsOf(file: FileDescriptorProto): string[] {
  const within = (scope: string, name: string): string => (scope === '' ? name : `${scope}.${name}`);
  const messageNames = (scope: string, messages: FileDescriptorProto['messageType']): string[] =>
    messages.flatMap((message) => {
      const name = within(scope, message.name);
      return [
        name,
        ...messageNames(name, message.nestedType),
        ...message.enumType.map((each) => within(name, each.name)),
      ];
    });
  return [
    ...messageNames(file.package, file.messageType),
    ...file.enumType.map((each) => within(file.package, each.name)),
    ...file.service.flatMap((service) => {
      const name = within(file.package, service.name);
      return [name, ...service.method.map((method) => `${name}.${method.name}`)];
    }),
  ];
}
