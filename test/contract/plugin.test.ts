import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const api = join(root, 'node_modules/google-gax/build/protos/google/api');
const plugin = join(root, 'dist/src/plugin/main.js');

describe('protoc-gen-propylon in a repository of somebody else', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'plugin-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  const service = (name: string, rule: string): string => `syntax = "proto3";
package ${name};
import "google/api/annotations.proto";
service Things {
  // Returns a thing.
  rpc GetThing(Thing) returns (Thing) { option (google.api.http) = { ${rule} }; }
}
message Thing { string name = 1; }
`;
  /** `buf generate` with these options; what it wrote, and what it said. */
  const generate = (opt: readonly string[] = []) => {
    for (const name of ['annotations', 'http'])
      write(`google/api/${name}.proto`, readFileSync(join(api, `${name}.proto`), 'utf8'));
    const entry = { local: [process.execPath, plugin], out: 'out', strategy: 'all', opt };
    write('buf.gen.yaml', JSON.stringify({ version: 'v2', plugins: [entry] }));
    const run = spawnSync(join(root, 'node_modules/.bin/buf'), ['generate'], {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, BUF_CACHE_DIR: join(directory, '.cache') },
    });
    const files = run.status === 0 ? readdirSync(join(directory, 'out')).sort() : [];
    const read = (name: string): string => readFileSync(join(directory, 'out', name), 'utf8');
    return { status: run.status, said: run.stderr, files, read };
  };

  it('writes a document for each package', () => {
    write('a/v1/a.proto', service('a.v1', 'get: "/v1/{name=things/*}"'));
    write('b/v1/b.proto', service('b.v1', 'get: "/v1/{name=others/*}"'));
    const { files, read, said } = generate();
    expect(files, said).toEqual(['a.v1.openapi.json', 'b.v1.openapi.json']);
    expect(JSON.parse(read('a.v1.openapi.json'))).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'a.v1', version: 'v1' },
      paths: {
        '/v1/things/{thing}': { get: { operationId: 'Things_GetThing', summary: 'Returns a thing' } },
      },
    });
  });

  it('writes one of all where that is asked for, as it is asked for', () => {
    write('a/v1/a.proto', service('a.v1', 'get: "/v1/{name=things/*}"'));
    write('b/v1/b.proto', service('b.v1', 'get: "/v1/{name=others/*}"'));
    const { files, read } = generate([
      'merge=true',
      'format=yaml',
      'version=3.0',
      'title=All',
      'server=https://a.example',
    ]);
    expect(files).toEqual(['openapi.yaml']);
    expect(parse(read('openapi.yaml'))).toMatchObject({
      openapi: '3.0.3',
      info: { title: 'All' },
      servers: [{ url: 'https://a.example' }],
      tags: [{ name: 'Things' }, { name: 'b.v1.Things' }],
    });
  });

  it('writes what people and their tools read', () => {
    write('a/v1/a.proto', service('a.v1', 'get: "/v1/{name=things/*}"'));
    write('b/v1/b.proto', service('b.v1', 'get: "/v1/{name=others/*}"'));
    const { files, read, said } = generate(['emit=markdown', 'emit=postman', 'emit=llms']);
    expect(files, said).toEqual([
      'a.v1.postman.json',
      'a.v1.reference.md',
      'b.v1.postman.json',
      'b.v1.reference.md',
      'llms.txt',
    ]);
    expect(read('a.v1.reference.md')).toContain('### Returns a thing\n\n`GET /v1/things/{thing}`');
    expect(read('llms.txt')).toContain(
      '- [GET /v1/others/{other}](b.v1.reference.md#things_getthing): Returns a thing.',
    );
  });

  it('says file, line and column of what is wrong with a rule', () => {
    write('a/v1/a.proto', service('a.v1', 'get: "/v1/{nmae=things/*}"'));
    const { status, said } = generate();
    expect(status).not.toBe(0);
    expect(said).toContain('a/v1/a.proto:6:3');
    expect(said).toContain('a.v1.Thing has no field nmae');
  });

  it.each([
    [
      'formta=yaml',
      'There is no parameter "formta": emit, version, format, audience, merge, title, server, type are all there are.',
    ],
    ['version=2.0', 'The parameter version is "2.0", but must be 3.1 or 3.0.'],
  ])('refuses the parameter %s', (opt, text) => {
    write('a/v1/a.proto', service('a.v1', 'get: "/v1/a"'));
    const { status, said } = generate([opt]);
    expect(status).not.toBe(0);
    expect(said).toContain(text);
  });

  it('writes nothing for protos without a route', () => {
    write('a/v1/a.proto', 'syntax = "proto3"; package a.v1; message M {}');
    expect(generate().said).toBe('');
  });
});
