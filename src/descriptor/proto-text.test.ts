import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFileRegistry, createRegistry, type DescFile, fromBinary, toJson } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { file_buf_validate_validate } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { describe, expect, it } from 'vitest';
import { printProto } from './proto-text.js';
import { validateProto } from './validate-proto.js';

/** What buf makes of one file's text. */
function compile(path: string, text: string): DescFile {
  const workspace = mkdtempSync(join(tmpdir(), 'propylon-text-'));
  try {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
    const buf = join(import.meta.dirname, '../../node_modules/@bufbuild/buf/bin/buf');
    const image = join(workspace, 'image.binpb');
    execFileSync(
      process.execPath,
      [buf, 'build', workspace, '--as-file-descriptor-set', '--exclude-source-info', '-o', image],
      { stdio: 'pipe', env: { ...process.env, BUF_CACHE_DIR: join(workspace, '.cache') } },
    );
    const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(image)));
    const file = registry.getFile(path);
    if (file === undefined) throw new Error(`${path} is not in the image`);
    return file;
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** The descriptor as data, options' extensions included; an absent syntax means proto2. */
function facts(file: DescFile): unknown {
  const json = toJson(FileDescriptorProtoSchema, file.proto, {
    registry: createRegistry(file, file_buf_validate_validate),
  });
  return { syntax: 'proto2', ...(json as object) };
}

const proto2 = `
syntax = "proto2";
package text.v1;
import "google/protobuf/descriptor.proto";
option java_package = "a.\\"b\\"";
extend google.protobuf.FieldOptions { repeated string note = 50001; optional Note deep = 50002; }
message Note { message Inner { optional int32 x = 1; } optional Inner inner = 1; repeated int32 list = 2; }
enum Top { option allow_alias = true; A = 0; B = 1 [deprecated = true]; C = 1; reserved 5 to 7, 9; reserved "X"; }
message Deep {
  message Inner { optional int32 x = 1; }
  enum Kind { NONE = 0; reserved 4 to max; }
  optional Inner inner = 1 [deprecated = true, (note) = "one", (note) = "two\\n", (deep) = { inner { x: 3 } list: 1 list: 2 }];
  repeated int32 list = 2 [packed = true];
  required string must = 3 [default = "a \\"quoted\\" é"];
  optional Kind kind = 4 [default = NONE];
  map<string, Inner> by_name = 5;
  oneof choice { string left = 6; sint64 right = 7; }
  optional double big = 8 [default = inf, json_name = "HUGE"];
  extensions 100 to 199, 500;
  reserved 20, 30 to 40;
  reserved "old", "older";
}
`;

const proto3 = `
syntax = "proto3";
package text.v1;
import public "google/protobuf/timestamp.proto";
message Plain { optional int32 perhaps = 1; google.protobuf.Timestamp at = 2; repeated bytes parts = 3; }
`;

describe('a descriptor printed as .proto text compiles to the same descriptor', () => {
  it.each([
    ['proto2', proto2],
    ['proto3', proto3],
  ])('%s', { timeout: 60_000 }, (_, text) => {
    const path = 'text/v1/text.proto';
    const file = compile(path, text);
    const again = compile(path, printProto(file, createRegistry(file)));
    expect(facts(again)).toEqual(facts(file));
  });

  it('buf/validate/validate.proto, as @bufbuild/protovalidate carries it', { timeout: 60_000 }, async () => {
    const again = compile(validateProto.path, await validateProto.text());
    expect(facts(again)).toEqual(facts(file_buf_validate_validate));
  });

  it.each([
    ['services', 'syntax = "proto3"; package a.v1; message M {} service S { rpc R(M) returns (M); }'],
    ['groups', 'syntax = "proto2"; package a.v1; message M { optional group G = 1 {} }'],
    ['editions', 'edition = "2023"; package a.v1; message M {}'],
  ])('%s are refused, not lost', { timeout: 60_000 }, (_, text) => {
    const file = compile('a/v1/a.proto', text);
    expect(() => printProto(file, createRegistry(file))).toThrow(RangeError);
  });
});
