import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type GatewayOptions, type PropylonGateway } from '../../../src/index.js';
import { compileProtos } from '../../support/compile-protos.js';
import { httpAnnotations } from '../../support/http-annotations.js';

const files = 50;
const methodsPerFile = 100;

/** 5,000 methods with a route each; those that begin an operation look for where it can be asked for. */
function largeApi(): Uint8Array {
  const methods = Array.from({ length: methodsPerFile }, (_, index) => index);
  const file = (n: number): string => `syntax = "proto3";
    package large.p${n};
    import "google/api/annotations.proto";
    ${methods.map((m) => `message Part${m} { string name = 1; repeated string tags = 2; Part${(m + 1) % methodsPerFile} next = 3; Kind${m} kind = 4; } enum Kind${m} { K${m}_UNSPECIFIED = 0; K${m}_ONE = 1; }`).join('\n')}
    service S { ${methods
      .map(
        (m) =>
          `rpc M${m}(Part${m}) returns (Part${m}) { option (google.api.http) = { post: "/v1/p${n}/{name=things/*}/m${m}" body: "*" }; }`,
      )
      .join('\n')} }`;
  return compileProtos({
    ...httpAnnotations(),
    ...Object.fromEntries(Array.from({ length: files }, (_, n) => [`p${n}.proto`, file(n)])),
  });
}

let gateway: PropylonGateway;
let options: GatewayOptions;
beforeAll(async () => {
  const image = largeApi();
  options = {
    sources: [{ label: 'large', load: async () => image }],
    backends: [{ selector: '*', target: '127.0.0.1:1' }],
  };
}, 60_000);
afterAll(() => gateway.close());

/** The longest time for which nothing else could run, in milliseconds. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let working = true;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (working) setImmediate(look);
  };
  setImmediate(look);
  await work();
  working = false;
  look();
  return longest;
}

describe('an API of 5,000 routes', () => {
  // On a slow machine; in one go, each takes seconds there.
  const longestMs = 500;

  it('is loaded, and loaded again, beside what else the process does', { timeout: 60_000 }, async () => {
    const start = await longestBlock(async () => {
      gateway = await createGateway(options);
    });
    expect(gateway.counts.routes).toBe(files * methodsPerFile);
    let answered = 0;
    let reloading = true;
    const reload = await longestBlock(async () => {
      const done = gateway.reload({ ...options, trailingSlash: 'ignore' });
      const requests = async (): Promise<void> => {
        while (reloading) {
          const response = await gateway.app.request('/v1/p0/nothing');
          expect(response.status).toBe(404);
          answered += 1;
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const asking = requests();
      expect(await done).toMatchObject({ kind: 'reloaded', generation: 2 });
      reloading = false;
      await asking;
    });
    expect(start).toBeLessThan(longestMs);
    expect(reload).toBeLessThan(longestMs);
    expect(answered).toBeGreaterThan(50);
  });
});
