import { expect, it } from 'vitest';
import { mountedTarget } from './mounted-target.js';

it.each([
  ['/v1/a', '/*', '/v1/a'],
  ['/api/v1/a%2Fb?x=/y', '/api/*', '/v1/a%2Fb?x=/y'],
  ['/%61pi/v1/a', '/api/*', '/v1/a'],
  ['/t/shop/v1/a', '/t/:tenant/*', '/v1/a'],
  ['http://host/api/v1/a?x', '/api/*', '/v1/a?x'],
  ['/api', '/api/*', '/'],
  ['/api?x=1', '/api/*', '/?x=1'],
  // The router refuses these; they must reach it as they are.
  ['/api/v1/../a', '/api/*', '/v1/../a'],
  ['/api//v1', '/api/*', '//v1'],
  // These could be another path than Hono matched.
  ['/../api/v1', '/api/*', undefined],
  ['/%2E./api/v1', '/api/*', undefined],
  ['/api/v1\\a', '/api/*', undefined],
])('%s below %s is %s', (target, pattern, expected) => {
  expect(mountedTarget(target, pattern)).toBe(expected);
});
