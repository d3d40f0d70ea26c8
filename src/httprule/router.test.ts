import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type TemplateCase, templateCases } from '../../test/http/template-cases.js';
import { casesProto, casesRules, compileProto, serviceOf } from '../../test/support/httprule.js';
import type { DescService } from '../descriptor/index.js';
import { StatusError } from '../status/index.js';
import { finished } from '../steps.js';
import { type Binding, bindingSteps } from './binding.js';
import { parsePathTemplate } from './path-template.js';
import { buildRouter, type Router } from './router.js';
import { readRulesFile } from './rules-file.js';

let cases: DescService;
beforeAll(() => {
  cases = serviceOf(compileProto(casesProto(1200)), 'cases.Cases');
});

/** A router whose routes are the indexes of the templates. */
function routerOf(templates: readonly string[], trailingSlash: 'strict' | 'ignore' = 'strict') {
  const { rules, diagnostics } = readRulesFile(casesRules(templates), 'rules.yaml');
  expect(diagnostics).toEqual([]);
  const found = finished(bindingSteps([cases], rules));
  expect(found.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const entries = found.bindings.map((binding) => ({ binding, route: Number(binding.method.name.slice(1)) }));
  const built = buildRouter(entries, { conflicts: 'warn', trailingSlash, multiSegmentDecoding: 'slash' });
  return { ...built, bindings: found.bindings };
}

/** What a request is answered with, in the form of the tables. */
function answer(
  router: Router<number>,
  bindings: readonly Binding[],
  { httpMethod, path }: Pick<TemplateCase, 'httpMethod' | 'path'>,
) {
  try {
    const match = router.match(httpMethod, path);
    if ('route' in match) {
      const variables = bindings[match.route]?.variables ?? [];
      const bound = Object.fromEntries(
        variables.map(({ path: field }, i) => [field.text, match.captures[i]]),
      );
      return { status: 200, matched: match.route, bound };
    }
    if (match.allow.length === 0) return { status: 404 };
    return { status: httpMethod === 'OPTIONS' ? 204 : 405, allow: match.allow };
  } catch (error) {
    if (error instanceof StatusError) return { status: error.httpStatus };
    throw error;
  }
}

describe('the router', () => {
  it.each(templateCases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { router, bindings } = routerOf(one.templates, one.trailingSlash);
    expect(answer(router, bindings, one)).toEqual(one.expect);
  });

  it('has a table of the promised size', () => {
    expect(templateCases.length).toBeGreaterThanOrEqual(200);
    expect(new Set(templateCases.map(({ name }) => name)).size).toBe(templateCases.length);
  });

  it('hands over the raw query, and says when the request is HEAD', () => {
    const { router } = routerOf(['GET /v1/{name}']);
    expect(router.match('GET', '/v1/a?b=%2B?c#')).toEqual({
      route: 0,
      captures: ['a'],
      query: 'b=%2B?c#',
      head: false,
    });
    expect(router.match('HEAD', '/v1/a')).toEqual({ route: 0, captures: ['a'], query: '', head: true });
  });

  it('names the field whose capture is not UTF-8', () => {
    const { router } = routerOf(['GET /v1/{name}/{book.author.id}']);
    expect(() => router.match('GET', '/v1/a/%FF')).toThrow(
      expect.objectContaining({
        reason: 'PATH_ENCODING',
        violations: [expect.objectContaining({ field: 'book.author.id' })],
      }),
    );
  });

  it('keeps many custom kinds apart', () => {
    const kinds = Array.from({ length: 40 }, (_, i) => `KIND${i}`);
    const { router } = routerOf(kinds.map((kind, i) => `${kind} /v1/${i % 2 ? '{name}' : 'a'}`));
    for (const [route, kind] of kinds.entries()) expect(router.match(kind, '/v1/a')).toMatchObject({ route });
    expect(router.match('KIND0', '/v1/b')).toHaveProperty('allow');
  });

  it('agrees with trying every template in turn', () => {
    const text = fc.constantFrom('a', 'b', 'x:a', '%61', 'a%2Fb');
    const plain = fc.constantFrom('a', 'b', '*', '*', 'a');
    const template = fc
      .record({
        httpMethod: fc.constantFrom('GET', 'POST', '*', 'HEAD'),
        before: fc.array(plain, { maxLength: 4 }),
        rest: fc.boolean(),
        after: fc.array(plain, { maxLength: 3 }),
        verb: fc.constantFrom('', '', ':a', ':b'),
      })
      .map(({ httpMethod, before, rest, after, verb }) => {
        const segments = [...before, ...(rest ? ['**', ...after] : [])];
        return `${httpMethod} /${segments.join('/')}${segments.length > 0 ? verb : ''}`;
      });
    const path = fc
      .array(fc.oneof(text, text, text, fc.constant('')), { maxLength: 7 })
      .map((s) => `/${s.join('/')}`);
    const httpMethod = fc.constantFrom('GET', 'POST', 'HEAD', 'PUT');
    let matched = 0;
    fc.assert(
      fc.property(
        fc.array(template, { minLength: 1, maxLength: 14 }),
        fc.array(fc.tuple(httpMethod, path, fc.constantFrom('', '', ':a', ':b', ':c')), {
          minLength: 8,
          maxLength: 8,
        }),
        (templates, requests) => {
          const { router, bindings } = routerOf(templates);
          for (const [method, stem, suffix] of requests) {
            const request = { httpMethod: method, path: stem + suffix };
            const expected = oracle(templates, request);
            if (expected.status === 200) matched++;
            expect(answer(router, bindings, request), JSON.stringify([templates, request])).toMatchObject(
              expected,
            );
          }
        },
      ),
      { numRuns: 1500 },
    );
    expect(matched).toBeGreaterThan(1000);
  });

  it('answers hostile paths in time that the templates bound', () => {
    const all = Array.from({ length: 512 }, (_, i) =>
      Array.from({ length: 9 }, (_, bit) => ((i >> bit) & 1 ? 'a' : '*')).join('/'),
    );
    const templates = all.flatMap((stem, i) => [
      `GET /${stem}/**/a/*/${'*/'.repeat(i % 7)}z`,
      `POST /${stem}/a/**/${'a/'.repeat(i % 9)}y`,
    ]);
    const { router } = routerOf(templates);
    const path = '/a'.repeat(8 * 1024);
    const start = performance.now();
    for (const httpMethod of ['GET', 'POST', 'PUT']) {
      expect(router.match(httpMethod, path)).toEqual({ allow: [] });
      expect(router.match(httpMethod, `${path}/`)).toEqual({ allow: [] });
    }
    expect(router.match('GET', `${path}/z`)).toHaveProperty('route');
    // Generous for a slow machine, and far too short for a walk that is exponential in the path.
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

/** The rules of the walk, said slowly: try every template alone, then pick by comparing decisions. */
function oracle(templates: readonly string[], request: { httpMethod: string; path: string }) {
  const segments = request.path === '/' ? [] : request.path.slice(1).split('/');
  const last = segments.at(-1) ?? '';
  const colon = last.lastIndexOf(':');
  const readings = [{ segments, verb: '' }];
  if (colon > 0 && colon < last.length - 1) {
    readings.unshift({
      segments: [...segments.slice(0, -1), last.slice(0, colon)],
      verb: last.slice(colon + 1),
    });
  }
  const methods = request.httpMethod === 'HEAD' ? ['HEAD', 'GET', '*'] : [request.httpMethod, '*'];
  const allow = new Set<string>();
  for (const reading of readings) {
    let best: { key: number[]; route: number } | undefined;
    for (const [route, line] of templates.entries()) {
      const [httpMethod = '', text = ''] = line.split(' ');
      const template = parsePathTemplate(text);
      if ('problem' in template) throw new Error(text);
      const kinds = template.segments.map((s) =>
        s.kind === 'literal' ? s.text : s.kind === 'any' ? '*' : '**',
      );
      const decisions = template.verb === reading.verb ? decide(kinds, reading.segments) : undefined;
      if (decisions === undefined) continue;
      allow.add(httpMethod);
      if (!methods.includes(httpMethod)) continue;
      // Where templates end at the same node, the preferred method decides, then the order.
      const key = [...decisions, -1, methods.indexOf(httpMethod), route];
      if (best === undefined || compare(key, best.key) < 0) best = { key, route };
    }
    if (best !== undefined) return { status: 200, matched: best.route };
  }
  if (allow.size === 0) return { status: 404 };
  if (allow.has('GET')) allow.add('HEAD');
  return { status: 405, allow: [...allow, 'OPTIONS'].sort() };
}

/** How a template matches: 0 for a literal, 1 for "*", 2 and the number of segments for "**". */
function decide(kinds: readonly string[], segments: readonly string[]): number[] | undefined {
  const [kind, ...kindsLeft] = kinds;
  if (kind === undefined) return segments.length === 0 ? [] : undefined;
  if (kind === '**') {
    for (let taken = 0; taken <= segments.length; taken++) {
      if (segments.slice(0, taken).includes('')) return undefined;
      const rest = decide(kindsLeft, segments.slice(taken));
      if (rest !== undefined) return [2, taken, ...rest];
    }
    return undefined;
  }
  const [segment = '', ...left] = segments;
  if (segment === '' || (kind !== '*' && kind !== segment.replace('%61', 'a'))) return undefined;
  const rest = decide(kindsLeft, left);
  return rest === undefined ? undefined : [kind === '*' ? 1 : 0, ...rest];
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

describe('the candidates of a path', () => {
  it.each<[path: string, templates: readonly string[], found: readonly number[]]>([
    ['/v1/a/b', ['GET /v1/{name=**}', 'GET /v1/a/{name}', 'GET /v1/a/b', 'GET /v1/{name=a/*}:go'], [2, 1, 0]],
    ['/v1/a/b:go', ['GET /v1/{name=**}', 'GET /v1/a/{name}', 'GET /v1/a/*:go'], [2, 1, 0]],
    ['/v1/a//b', ['GET /v1/{name=**}'], []],
    ['/v2', ['GET /v1/{name=**}'], []],
    ['/a/a/a/b', ['GET /{name=**}/a/b', 'GET /{name=**}/b', 'GET /{name=**}'], [0, 1, 2]],
  ])('%s of %j: %j, those that win first and each once', (path, templates, found) => {
    expect(routerOf(templates).router.candidates(path)).toEqual(found);
  });

  it('are refused for a path that nobody can read, as the request is', () => {
    expect(() => routerOf(['GET /v1/a']).router.candidates('/v1/%zz')).toThrow(StatusError);
  });
});
