import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiagnosticsError } from '../diagnostic/index.js';
import { buildRegistry, httpRuleOf, locationOf, protosSource } from './index.js';

describe('directories of .proto files', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'protos-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const write = (name: string, text: string): void =>
    writeFileSync(join(directory, name), `syntax = "proto3";\n${text}`);
  const load = (...directories: string[]): Promise<Uint8Array> =>
    protosSource(directories).load(new AbortController().signal);
  const diagnostics = (promise: Promise<unknown>) =>
    promise.then(
      () => [],
      (error: unknown) => (error instanceof DiagnosticsError ? error.diagnostics : [error]),
    );

  it('compiles with google/api imports that the directory does not hold, and keeps positions', async () => {
    write(
      'a.proto',
      `package a.v1;
import "google/api/annotations.proto";
service A {
  rpc Get(M) returns (M) { option (google.api.http) = { get: "/v1/{name=a/*}" additional_bindings { custom { kind: "PURGE" path: "/p" } } }; }
}
message M { string name = 1; }`,
    );
    const { registry, diagnostics: found } = buildRegistry([
      { label: 'test', binary: await load(directory) },
    ]);
    expect(found).toEqual([]);
    const method = registry.method('a.v1.A.Get');
    expect(method && httpRuleOf(method)).toEqual({
      httpMethod: 'GET',
      path: '/v1/{name=a/*}',
      body: '',
      responseBody: '',
      additionalBindings: [
        { httpMethod: 'PURGE', path: '/p', body: '', responseBody: '', additionalBindings: [] },
      ],
    });
    expect(method && locationOf(method)).toEqual({ file: 'a.proto', line: 5, column: 3 });
    expect(registry.services.map((service) => service.typeName)).toEqual(['a.v1.A']);
  });

  it('compiles with an import of buf/validate/validate.proto that the directory does not hold', async () => {
    write(
      'a.proto',
      'package a.v1;\nimport "buf/validate/validate.proto";\nmessage M { string name = 1 [(buf.validate.field).string.min_len = 1]; }',
    );
    const { registry, diagnostics: found } = buildRegistry([
      { label: 'test', binary: await load(directory) },
    ]);
    expect(found).toEqual([]);
    expect(registry.types.getExtension('buf.validate.field')?.number).toBe(1159);
    expect(registry.message('a.v1.M')?.fields.map((field) => field.name)).toEqual(['name']);
  });

  it('names file, line and column of what does not compile, in the folder of the user', async () => {
    write('bad.proto', 'package a;\nmessage M { Nope n = 1; }');
    expect(await diagnostics(load(directory))).toMatchObject([
      {
        severity: 'error',
        code: 'SOURCE_UNREADABLE',
        text: expect.stringContaining('Nope'),
        locations: [{ file: join(directory, 'bad.proto'), line: 3, column: 13 }],
      },
    ]);
  });

  it.each([
    ['a folder without protos', () => directory, 'no .proto file'],
    ['a folder that does not exist', () => join(directory, 'nowhere'), 'not a directory'],
  ])('refuses %s', async (_, path, text) => {
    expect(await diagnostics(load(path()))).toMatchObject([
      { text: expect.stringContaining(text), hint: expect.any(String) },
    ]);
  });
});
