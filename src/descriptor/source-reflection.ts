import { createHash } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { DiagnosticsError } from '../diagnostic/index.js';
import type { DescriptorSource } from './source.js';
import { type Seen, watchContent } from './watch.js';

/** Opens a bidirectional call of the given path; an upstream's stream call fits. */
export type OpenReflectionStream = (path: string) => ReflectionStream;

export interface ReflectionStream {
  send(message: Uint8Array): Promise<void>;
  end(): void;
  /** The next response, undefined once there are no more; then `outcome` is settled. */
  next(): Promise<Uint8Array | undefined>;
  readonly outcome: Promise<{ readonly status: { readonly code: number; readonly message: string } }>;
  cancel(): void;
}

/** Newest first; servers of before 2023 know the other one only. Both have the same messages. */
const reflectionPaths = [
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
] as const;

/** A server's descriptors are untrusted input; all of googleapis is 7,208 files and 21 MB. */
const filesMax = 20_000;
const bytesMax = 64 * 1024 * 1024;

const unimplemented = 12;

/** What a running server says of itself through gRPC server reflection (grpc/reflection/v1). */
export function reflectionSource(label: string, open: OpenReflectionStream): DescriptorSource {
  const load = async (signal: AbortSignal): Promise<Uint8Array> => {
    signal.throwIfAborted();
    const failures: string[] = [];
    for (const path of reflectionPaths) {
      const stream = open(path);
      const abort = (): void => stream.cancel();
      signal.addEventListener('abort', abort, { once: true });
      try {
        return await ask(new Questions(stream));
      } catch (error) {
        signal.throwIfAborted();
        // Anything else is the wire reader's word on an answer that is none.
        failures.push(error instanceof ReflectionError ? error.message : 'its answer is malformed');
        if (!(error instanceof ReflectionError) || error.code !== unimplemented) break;
      } finally {
        signal.removeEventListener('abort', abort);
        stream.cancel();
      }
    }
    throw new DiagnosticsError([
      {
        severity: 'error',
        code: 'SOURCE_UNREADABLE',
        text: `${label} does not answer reflection: ${failures.at(-1) ?? 'no answer'}.`,
        locations: [],
        hint: 'Is the server running, and does it register grpc.reflection.v1.ServerReflection? Else give an image with --descriptors.',
      },
    ]);
  };
  return {
    label: `reflection ${label}`,
    load,
    watch(changed, { clock, serverPollMs }) {
      let last: string | undefined;
      const look = async (): Promise<Seen> => {
        try {
          const binary = await load(AbortSignal.timeout(serverPollMs));
          last = createHash('sha256').update(binary).digest('base64url');
        } catch {
          // A server that is away has not changed.
        }
        return { digest: last, folders: [] };
      };
      return watchContent(look, { clock, pollMs: serverPollMs }, changed);
    },
  };
}

class ReflectionError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

async function ask(questions: Questions): Promise<Uint8Array> {
  // In order, which a server may change with each answer.
  const listed = (await questions.services()).sort().filter((name) => !name.startsWith('grpc.reflection.'));
  // A server that offers nothing but its health is still worth a look; beside others it is no API.
  const own = listed.filter((name) => !name.startsWith('grpc.health.'));
  const services = own.length > 0 ? own : listed;
  if (services.length === 0) throw new ReflectionError(0, 'it lists no services');
  const files = new Map<string, FileDescriptorProto>();
  for (const service of services) await questions.fileContaining(service, files);
  for (;;) {
    const missing = [...files.values()].flatMap((file) => file.dependency).filter((name) => !files.has(name));
    const next = missing[0];
    if (next === undefined) break;
    await questions.fileByName(next, files);
    if (!files.has(next))
      throw new ReflectionError(0, `it does not know ${next}, which another of its files imports`);
  }
  questions.close();
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [...files.values()] }));
}

/** ServerReflectionRequest and ServerReflectionResponse on one stream, one question at a time. */
class Questions {
  readonly #stream: ReflectionStream;
  #bytes = 0;

  constructor(stream: ReflectionStream) {
    this.#stream = stream;
  }

  /** list_services = 7 → list_services_response = 6 { service = 1 { name = 1 } }. */
  async services(): Promise<string[]> {
    const answer = await this.#ask(7, '*');
    return (
      fieldsOf(answer.get(6) ?? [])
        .get(1)
        ?.flatMap((service) => strings(fieldsOf([service]).get(1))) ?? []
    );
  }

  /** file_containing_symbol = 4. */
  async fileContaining(symbol: string, files: Map<string, FileDescriptorProto>): Promise<void> {
    this.#add(await this.#ask(4, symbol), files);
  }

  /** file_by_filename = 3. */
  async fileByName(name: string, files: Map<string, FileDescriptorProto>): Promise<void> {
    this.#add(await this.#ask(3, name), files);
  }

  close(): void {
    this.#stream.end();
  }

  /** file_descriptor_response = 4 { file_descriptor_proto = 1 }: the file, and often its imports. */
  #add(answer: Fields, files: Map<string, FileDescriptorProto>): void {
    for (const bytes of fieldsOf(answer.get(4) ?? []).get(1) ?? []) {
      const file = fromBinary(FileDescriptorProtoSchema, bytes);
      if (!files.has(file.name)) files.set(file.name, file);
    }
    if (files.size > filesMax) throw new ReflectionError(8, `it has more than ${filesMax} files`);
  }

  async #ask(field: number, value: string): Promise<Fields> {
    await this.#stream.send(new BinaryWriter().tag(field, WireType.LengthDelimited).string(value).finish());
    const answer = await this.#stream.next();
    if (answer === undefined) {
      const { status } = await this.#stream.outcome;
      throw new ReflectionError(
        status.code,
        status.message === '' ? `status ${status.code}` : status.message,
      );
    }
    this.#bytes += answer.length;
    if (this.#bytes > bytesMax)
      throw new ReflectionError(8, `its descriptors are larger than ${bytesMax} bytes`);
    const fields = fieldsOf([answer]);
    // error_response = 7 { error_code = 1, error_message = 2 }
    const error = fields.get(7);
    if (error !== undefined) {
      throw new ReflectionError(
        0,
        strings(fieldsOf(error).get(2)).join(' ') || `it refused to describe ${value}`,
      );
    }
    return fields;
  }
}

/** Length-delimited fields of a message by number; others are passed over. */
type Fields = ReadonlyMap<number, readonly Uint8Array[]>;

function fieldsOf(pieces: readonly Uint8Array[]): Fields {
  const fields = new Map<number, Uint8Array[]>();
  for (const piece of pieces) {
    const reader = new BinaryReader(piece);
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (wireType !== WireType.LengthDelimited) {
        reader.skip(wireType, number);
        continue;
      }
      const list = fields.get(number) ?? [];
      list.push(reader.bytes());
      fields.set(number, list);
    }
  }
  return fields;
}

const strings = (pieces: readonly Uint8Array[] | undefined): string[] =>
  (pieces ?? []).map((bytes) => Buffer.from(bytes).toString('utf8'));
