import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { compileProtos } from '../../test/support/compile-protos.js';
import { DiagnosticsError } from '../diagnostic/index.js';
import { type OpenReflectionStream, reflectionSource } from './index.js';

const files = fromBinary(
  FileDescriptorSetSchema,
  compileProtos({
    'a.proto': 'syntax = "proto3"; package a; import "b.proto"; service A { rpc M(b.B) returns (b.B); }',
    'b.proto': 'syntax = "proto3"; package b; message B {}',
  }),
).file;
const bytesOf = (name: string): Uint8Array | undefined => {
  const file = files.find((one) => one.name === name);
  return file && toBinary(FileDescriptorProtoSchema, file);
};
const field = (number: number, bytes: Uint8Array): Uint8Array =>
  new BinaryWriter().tag(number, 2).bytes(bytes).finish();
const text = (number: number, value: string): Uint8Array =>
  new BinaryWriter().tag(number, 2).string(value).finish();
const listed = (...names: string[]): Uint8Array =>
  field(6, Buffer.concat(names.map((name) => field(1, text(1, name)))));

/** A server in memory: one answer per question, by the question's field number and text. */
function server(
  answer: (question: number, value: string) => Uint8Array | undefined,
  options: { status?: number; only?: string } = {},
) {
  const asked: string[] = [];
  let cancelled = 0;
  const open: OpenReflectionStream = (path) => {
    asked.push(path);
    const answers: (Uint8Array | undefined)[] = [];
    const isServed = options.only === undefined || path.includes(options.only);
    return {
      send: async (message) => {
        const reader = new BinaryReader(message);
        const [number] = reader.tag();
        const value = reader.string();
        asked.push(`${number} ${value}`);
        answers.push(isServed ? answer(number, value) : undefined);
      },
      end: () => undefined,
      next: async () => answers.shift(),
      outcome: Promise.resolve({ status: { code: isServed ? (options.status ?? 13) : 12, message: '' } }),
      cancel: () => {
        cancelled += 1;
      },
    };
  };
  return { open, asked, cancelled: () => cancelled };
}

const good = (question: number, value: string): Uint8Array | undefined => {
  if (question === 7) return listed('a.A', 'grpc.reflection.v1.ServerReflection', 'grpc.health.v1.Health');
  const bytes = bytesOf(question === 4 ? 'a.proto' : value);
  return bytes && field(4, field(1, bytes));
};
const load = (open: OpenReflectionStream, signal = new AbortController().signal) =>
  reflectionSource('shop:1', open).load(signal);

describe('server reflection', () => {
  it('collects the files of listed services and what they import, but not of reflection and health', async () => {
    const { open, asked } = server(good);
    const names = fromBinary(FileDescriptorSetSchema, await load(open)).file.map((file) => file.name);
    expect(names).toEqual(['a.proto', 'b.proto']);
    expect(asked).toEqual([
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      '7 *',
      '4 a.A',
      '3 b.proto',
    ]);
  });

  it('falls back to v1alpha when v1 is UNIMPLEMENTED', async () => {
    const { open } = server(good, { only: 'v1alpha' });
    expect(fromBinary(FileDescriptorSetSchema, await load(open)).file).toHaveLength(2);
  });

  it.each<[string, ReturnType<typeof server>, RegExp]>([
    ['does not serve it', server(() => undefined, { status: 12 }), /status 12/],
    ['is not there', server(() => undefined, { status: 14 }), /status 14/],
    ['lists nothing', server(() => listed('grpc.reflection.v1.ServerReflection')), /lists no services/],
    [
      'answers with an error',
      server((q) => (q === 7 ? listed('a.A') : field(7, text(2, 'not found')))),
      /not found/,
    ],
    [
      'lacks an import',
      server((q, v) => (q === 3 ? field(4, new Uint8Array()) : good(q, v))),
      /does not know b\.proto/,
    ],
    ['answers with garbage', server(() => Uint8Array.of(0x32, 0x7f, 1)), /malformed/],
    [
      'sends descriptors that are none',
      server((q) => (q === 7 ? listed('a.A') : field(4, field(1, Uint8Array.of(0x0a, 0x7f))))),
      /malformed/,
    ],
  ])('a server that %s is a diagnostic with a hint', async (_, { open, cancelled }, reason) => {
    const failure = await load(open).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DiagnosticsError);
    const [first] = failure instanceof DiagnosticsError ? failure.diagnostics : [];
    expect(first).toMatchObject({ severity: 'error', code: 'SOURCE_UNREADABLE', hint: expect.any(String) });
    expect(first?.text).toMatch(/^shop:1 does not answer reflection/);
    expect(first?.text).toMatch(reason);
    expect(cancelled()).toBeGreaterThan(0);
  });

  it('does not begin when it was given up already', async () => {
    const { open, asked } = server(good);
    await expect(load(open, AbortSignal.abort())).rejects.toThrow(/abort/i);
    expect(asked).toEqual([]);
  });
});
