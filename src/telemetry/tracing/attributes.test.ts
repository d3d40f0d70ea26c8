import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { describe, expect, it } from 'vitest';
import type { RequestEvent } from '../request-event.js';
import { attemptAttributes, exceptionAttributes, requestAttributes } from './attributes.js';

const known = new Set<unknown>(Object.values(conventions));

const event: RequestEvent = {
  kind: 'request',
  httpMethod: 'BREW',
  route: '/v1/pots',
  httpStatus: 503,
  code: 14,
  principal: 'staff:ada',
  durationMs: 1,
  requestBytes: 1,
  responseBytes: 2,
  requestId: 'r',
};
const request = {
  httpMethod: 'BREW',
  target: '/v1/pots?key=secret',
  headers: [
    ['host', 'shop.example:8443'],
    ['user-agent', 'x'.repeat(10_000)],
  ],
  peerAddress: '192.0.2.1',
  scheme: 'https',
} as const;

describe('attributes', () => {
  it('have names of the semantic conventions, or our own', () => {
    const names = [
      requestAttributes(request, event, true),
      attemptAttributes({ path: '/a.B/C', endpoint: 'a:1' }, 14),
      exceptionAttributes(new Error('x')),
    ].flatMap(Object.keys);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !known.has(name) && !name.startsWith('propylon.'))).toEqual([]);
  });

  it('never hold the query, and nothing without bound', () => {
    const attributes = requestAttributes(
      { ...request, target: `/${'y'.repeat(10_000)}?key=secret` },
      event,
      true,
    );
    for (const value of Object.values(attributes)) expect(String(value).length).toBeLessThanOrEqual(1_024);
    expect(JSON.stringify(attributes)).not.toContain('secret');
  });

  it('say who the caller was only where that is wanted', () => {
    expect(requestAttributes(request, event, true)['enduser.id']).toBe('staff:ada');
    expect(requestAttributes(request, event, false)).not.toHaveProperty('enduser.id');
  });

  it.each([
    ['shop:50051', 'shop', 50_051],
    ['[2001:db8::1]:443', '2001:db8::1', 443],
    ['shop', 'shop', undefined],
    ['unix:/run/shop.sock', 'unix:/run/shop.sock', undefined],
    ['xds:///shop', 'xds:///shop', undefined],
  ])('%s is an address and a port', (endpoint, address, port) => {
    const attributes = attemptAttributes({ path: '/a.B/C', endpoint }, 0);
    expect([attributes['server.address'], attributes['server.port']]).toEqual([address, port]);
  });

  it('of a request without a host have no address', () => {
    expect(requestAttributes({ ...request, headers: [] }, event, false)).not.toHaveProperty('server.address');
  });
});
