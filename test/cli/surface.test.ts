import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scratchRepository } from '../support/scratch-repository.js';

const api = (rest = '', guard = ''): string => `syntax = "proto3";
package shop.v1;
import "google/api/annotations.proto";
import "propylon/v1/annotations.proto";
service Things {
  option (propylon.v1.service) = { authentication: { mode: MODE_NONE } };
  rpc GetThing(Ask) returns (Thing) { option (google.api.http).get = "/v1/things/{name}"; }
  rpc GetSpecial(Ask) returns (Thing) { option (google.api.http).get = "/v1/things/special"; ${guard} }
}
message Thing { string name = 1; int32 size = 2; ${rest} }
message Ask { string name = 1; }
`;

const repository = scratchRepository();
afterAll(() => repository.remove());
const { write, propylon } = repository;
write('proto/shop.proto', api());
const surface = (...args: readonly string[]) => propylon('surface', '--proto', 'proto', ...args);
surface('--out', 'surface.lock');

describe('propylon surface', () => {
  it('ends with 0 and says nothing where the file is fresh', () => {
    expect(surface('--check', 'surface.lock')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('ends with 1 and shows what changes for clients where the file is stale', () => {
    write('proto/shop.proto', api('string note = 3;').replace('int32 size', 'int64 size'));
    const { status, stdout, stderr } = surface('--check', 'surface.lock');
    write('proto/shop.proto', api());
    expect(status).toBe(1);
    expect(stderr).toMatch(/^surface\.lock is stale: /);
    expect(stdout).toBe(`--- surface.lock
+++ surface.lock (now)
@@ -16,4 +16,5 @@
 
 message shop.v1.Thing in answers
   name: string
-  size: int32
+  note: string
+  size: int64
`);
  });

  it('is fresh whatever is declared first', () => {
    const [head = '', ...messages] = api().split(/^(?=message)/m);
    write('proto/shop.proto', [head, ...messages.toReversed()].join('// A comment.\n'));
    const { status } = surface('--check', 'surface.lock');
    write('proto/shop.proto', api());
    expect(status).toBe(0);
  });

  it('writes JSON', () => {
    const { status, stdout } = surface('--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      errors: 'status',
      routes: [{ path: '/v1/things/special' }, { path: '/v1/things/{name}', access: 'public' }],
      messages: [{ name: 'shop.v1.Thing', uses: ['answers'], fields: [{ name: 'name' }, { name: 'size' }] }],
    });
  });

  it('lists overlapping routes', () => {
    const { status, stdout } = surface('--overlaps');
    expect(status).toBe(0);
    expect(stdout).toBe(`GET /v1/things/special
  goes to GET /v1/things/special, shop.v1.Things.GetSpecial
  and not GET /v1/things/{name}, shop.v1.Things.GetThing: it has "special" where the other has "*"
  access is the same: public
`);
  });

  it('ends with 1 where overlapping routes differ in who may call them', () => {
    write(
      'proto/shop.proto',
      api('', 'option (propylon.v1.method) = { authentication: { mode: MODE_REQUIRED } };'),
    );
    const guarded = surface('--overlaps');
    write('proto/shop.proto', api());
    expect(guarded.status).toBe(1);
    expect(guarded.stdout).toContain(
      '  access differs: credentials of any provider\n          beside: public\n',
    );
  });

  it('ends with 2 where there is nothing to look at, or too much is asked for', () => {
    expect(propylon('surface')).toMatchObject({ status: 2, stderr: expect.stringContaining('--proto') });
    expect(surface('--check', 'surface.lock', '--out', 'x')).toMatchObject({ status: 2 });
  });
});

it('the lock of the demo has every route of it', () => {
  const text = readFileSync(join(import.meta.dirname, '../../gen/surface.lock'), 'utf8');
  expect(text.match(/^(GET|POST|PUT|PATCH|DELETE) \/v1\//gm)?.length).toBeGreaterThan(25);
});
