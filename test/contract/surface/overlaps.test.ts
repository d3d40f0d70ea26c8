import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { surfaceOverlaps } from '../../../src/contract/index.js';
import { buildRouter } from '../../../src/httprule/index.js';
import type { Outline, OutlinedRoute } from '../../../src/surface/index.js';
import { contractProtos, outlineOf } from '../../support/openapi.js';

const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'x') },
  { weight: 3, arbitrary: fc.constant('*') },
  { weight: 1, arbitrary: fc.constant('**') },
);
const template = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '', ':stop'))
  .map(([segments, verb]) => `/${segments.join('/')}${verb}`)
  .filter((text) => text.split('**').length < 3);
const templates = fc.uniqueArray(template, { minLength: 2, maxLength: 7 });

/** The router of the gateway, over some routes. */
function routerOf(routes: readonly OutlinedRoute[]) {
  const entries = routes.map((route) => ({ binding: route.binding, route }));
  return buildRouter(entries, { conflicts: 'warn', trailingSlash: 'strict', multiSegmentDecoding: 'slash' })
    .router;
}

const named = (outline: Outline, method: string): OutlinedRoute[] =>
  outline.routes.filter(
    ({ binding }) => `${binding.method.parent.typeName}.${binding.method.name}` === method,
  );

/** One service for each set of templates, so that one run of the compiler does for all. */
function outlinesOf(sets: readonly (readonly string[])[]): readonly Outline[] {
  const services = sets.map((set, index) => {
    const methods = set.map(
      (text, at) => `rpc M${at}(Ask) returns (Ask) { option (google.api.http).get = "${text}"; }`,
    );
    return `service S${index} { ${methods.join(' ')} }`;
  });
  const outline = outlineOf(contractProtos(`message Ask {} ${services.join('\n')}`));
  return sets.map((_, index) => ({
    ...outline,
    routes: outline.routes.filter(({ binding }) => binding.method.parent.name === `S${index}`),
  }));
}

describe('overlapping templates', () => {
  it('each request matches both routes, and the router leads it to the winner', () => {
    const sets = fc.sample(templates, { numRuns: 400, seed: 11 });
    let seen = 0;
    for (const outline of outlinesOf(sets)) {
      const router = routerOf(outline.routes);
      for (const { request, winner, loser } of surfaceOverlaps(outline).overlaps) {
        seen++;
        const [httpMethod = '', path = ''] = request.split(' ');
        const [first] = named(outline, winner.method);
        for (const { method } of [winner, loser])
          expect(
            routerOf(named(outline, method)).match(httpMethod, path),
            `${method} ${request}`,
          ).toHaveProperty('route');
        const found = router.match(httpMethod, path);
        expect('route' in found && found.route === first, `${request} → ${winner.route}`).toBe(true);
      }
    }
    expect(seen).toBeGreaterThan(300);
  });

  const cases: readonly (readonly [winner: string, loser: string, request: string, why: string])[] = [
    [
      '/v1/things/special',
      '/v1/things/{name}',
      'GET /v1/things/special',
      'it has "special" where the other has "*"',
    ],
    ['/v1/{name=things/*}', '/v1/{name=**}', 'GET /v1/things/x', 'it has "things" where the other has "**"'],
    ['/v1/{name}', '/v1/{name=**}', 'GET /v1/x', 'it has "*" where the other has "**"'],
    ['/v1/things', '/v1/things/{name=**}', 'GET /v1/things', 'it ends where the other has "**"'],
    ['/v1/{name=**}/parts', '/v1/{name=**}', 'GET /v1/parts', 'its "**" takes fewer segments'],
    ['/v1/{name}', '/v1/*', 'GET /v1/x', 'it is declared first'],
  ];
  it.each(cases)('%s wins over %s', (winner, loser, request, why) => {
    const api = (first: string, second: string) => `message Ask { string name = 1; } service S {
      rpc One(Ask) returns (Ask) { option (google.api.http).get = "${first}"; }
      rpc Two(Ask) returns (Ask) { option (google.api.http).get = "${second}"; } }`;
    const { overlaps } = surfaceOverlaps(outlineOf(contractProtos(api(winner, loser))));
    expect(overlaps).toMatchObject([
      {
        request,
        why,
        winner: { route: `GET ${winner}` },
        loser: { route: `GET ${loser}` },
        differsInAccess: false,
      },
    ]);
  });

  it('says whether other callers may call the one than the other', () => {
    const { overlaps } = surfaceOverlaps(
      outlineOf(
        contractProtos(`message Ask { string name = 1; } service S {
          option (propylon.v1.service) = { authorization: { scopes: ["read"] } };
          rpc One(Ask) returns (Ask) { option (google.api.http).get = "/v1/{name}"; }
          rpc Two(Ask) returns (Ask) {
            option (google.api.http).get = "/v1/public";
            option (propylon.v1.method) = { authentication: { mode: MODE_NONE } authorization: { scopes: [] } };
          } }`),
      ),
    );
    expect(overlaps).toMatchObject([
      {
        differsInAccess: true,
        winner: { access: 'public, scopes read' },
        loser: { access: 'credentials of any provider, scopes read' },
      },
    ]);
  });
});
