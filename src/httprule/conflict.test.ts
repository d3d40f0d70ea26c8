import { beforeAll, describe, expect, it } from 'vitest';
import { casesProto, casesRules, compileProto, serviceOf } from '../../test/support/httprule.js';
import type { DescService } from '../descriptor/index.js';
import { finished } from '../steps.js';
import { bindingSteps } from './binding.js';
import { buildRouter } from './router.js';
import { readRulesFile } from './rules-file.js';

let cases: DescService;
beforeAll(() => {
  cases = serviceOf(compileProto(casesProto(4000)), 'cases.Cases');
});

function diagnose(templates: readonly string[], conflicts: 'warn' | 'refuse' = 'warn') {
  const { bindings } = finished(
    bindingSteps([cases], readRulesFile(casesRules(templates), 'rules.yaml').rules),
  );
  expect(bindings).toHaveLength(templates.length);
  const entries = bindings.map((binding) => ({ binding, route: binding.method.name }));
  return buildRouter(entries, { conflicts, trailingSlash: 'strict', multiSegmentDecoding: 'slash' });
}

describe('equal routes', () => {
  it.each([
    ['GET /v1/{name}', 'GET /v1/{id}'],
    ['GET /v1/{name=a/*}', 'GET /v1/a/{id=*}'],
    ['GET /v1/%61', 'GET /v1/a'],
    ['GET /v1/{a}:go', 'GET /v1/*:go'],
    ['* /v1/{a=**}', '* /v1/**'],
    ['GET /', 'GET /'],
  ])('%s and %s: the first keeps the route, and both are named', (first, second) => {
    const { diagnostics, router } = diagnose([first, second]);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ severity: 'warning', code: 'HTTP_RULE_CONFLICT' });
    expect(diagnostics[0]?.locations).toEqual([
      expect.objectContaining({ file: 'rules.yaml' }),
      expect.objectContaining({ file: 'rules.yaml' }),
    ]);
    expect(diagnostics[0]?.locations[0]?.column).toBeGreaterThan(diagnostics[0]?.locations[1]?.column ?? 0);
    expect(diagnostics[0]?.text).toContain(`cases.Cases.M0, "${first}"`);
    expect(diagnostics[0]?.text).toContain(`cases.Cases.M1, "${second}"`);
    const path = first
      .slice(first.indexOf('/'))
      .replace(/\{a=\*\*\}|\{a\}|\{name\}/, 'x')
      .replace('{name=a/*}', 'a/x');
    expect(router.match('GET', path)).toHaveProperty('route', 'M0');
  });

  it('are an error when conflicts are refused', () => {
    expect(diagnose(['GET /a', 'GET /a'], 'refuse').diagnostics[0]?.severity).toBe('error');
  });

  it.each([
    ['GET /v1/{name}', 'POST /v1/{name}'],
    ['GET /v1/{name}', 'GET /v1/{name}:go'],
    ['GET /v1/{name}', '* /v1/{name}'],
    ['GET /v1/{name}/a', 'GET /v1/{name}/b'],
    ['GET /v1/a', 'GET /v1/a/{name}'],
    ['GET /v1/a/{name=**}', 'GET /v1/b/{name=**}'],
    ['GET /v1/{a}/x', 'GET /v1/y/{b}/z'],
  ])('%s and %s do not collide', (first, second) => {
    expect(diagnose([first, second]).diagnostics).toEqual([]);
  });
});

describe('overlapping routes', () => {
  it.each([
    ['GET /v1/{name}', 'GET /v1/a', 'GET /v1/a', 'M1'],
    ['GET /v1/{name}/b', 'GET /v1/a/{name}', 'GET /v1/a/b', 'M1'],
    ['GET /v1/{name=**}', 'GET /v1/{name}', 'GET /v1/x', 'M1'],
    ['GET /v1/{name=**}', 'GET /v1', 'GET /v1', 'M1'],
    ['GET /v1/{name=**}', 'GET /v1/a/b/c', 'GET /v1/a/b/c', 'M1'],
    ['GET /v1/{name=**}', 'GET /v1/{a=**}/x', 'GET /v1/x', 'M1'],
    ['GET /v1/{name=**}/a/b', 'GET /v1/{a=**}/b', 'GET /v1/a/b', 'M0'],
    ['GET /v1/{name=**}/{a}', 'GET /v1/{a=**}/b', 'GET /v1/b', 'M1'],
    ['GET /v1/{name}', '* /v1/a', 'GET /v1/a', 'M1'],
    ['GET /v1/x/{name}', 'GET /v1/{a}/y', 'GET /v1/x/y', 'M0'],
    ['GET /v1/{name}:go', 'GET /v1/a:go', 'GET /v1/a:go', 'M1'],
    ['GET /x/x1/{name}', 'GET /x/{a}/{b}', 'GET /x/x1/x2', 'M0'],
  ])('%s and %s: noted with %s, which goes to %s', (first, second, example, winner) => {
    const { diagnostics, router } = diagnose([first, second]);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ severity: 'note', code: 'HTTP_RULE_OVERLAP' });
    expect(diagnostics[0]?.text).toContain(`also matches ${example}, which goes to cases.Cases.${winner},`);
    expect(diagnostics[0]?.locations).toHaveLength(2);
    const [httpMethod = '', path = ''] = example.split(' ');
    expect(router.match(httpMethod, path)).toHaveProperty('route', winner);
  });

  it('are capped, and the rest is counted', () => {
    const literals = Array.from({ length: 80 }, (_, i) => `GET /v1/l${i}`);
    const { diagnostics } = diagnose([...literals, 'GET /v1/{name}']);
    expect(diagnostics).toHaveLength(51);
    expect(diagnostics.at(-1)?.text).toContain('30 more pairs');
  });

  it('are found without comparing every route with every other', () => {
    const templates = Array.from(
      { length: 4000 },
      (_, i) => `GET /v${i % 5}/{name=c${i % 400}/*}/r${i}/{a=**}`,
    );
    const start = process.cpuUsage();
    expect(diagnose(templates).diagnostics).toEqual([]);
    expect(cpuMsSince(start)).toBeLessThan(3_000);
  });

  it('end the search when the templates are made to blow it up', () => {
    const templates = Array.from({ length: 4000 }, (_, i) => {
      const stem = Array.from({ length: 12 }, (_, bit) => ((i >> bit) & 1 ? 'a' : '*'));
      return `GET /${stem.join('/')}/**/a`;
    });
    const start = process.cpuUsage();
    const { diagnostics } = diagnose(templates);
    expect(diagnostics.at(-1)?.text).toContain('not all pairs were compared');
    expect(cpuMsSince(start)).toBeLessThan(10_000);
  });
});

/** Work, and not waiting for others on a busy machine. */
function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}
