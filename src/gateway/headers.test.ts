import { describe, expect, it } from 'vitest';
import { bench, bytes, outcome, settled } from '../../test/support/gateway-bench.js';
import { Code, type Metadata } from '../status/index.js';
import { timeoutMsOf } from './deadline.js';
import type { HeaderFields } from './exchange.js';
import { defaultMetadataRules, metadataNames } from './metadata-rules.js';
import { requestIdOf } from './request-id.js';
import { requestMetadata } from './request-metadata.js';
import { responseHeaders, responseTrailers } from './response-headers.js';

const names = metadataNames({
  requestNames: ['X-Tenant', 'x-key-bin', 'grpc-timeout', 'x-envoy-retry', 'x_user', 'x-forwarded-for', 'te'],
  responseNames: ['x-total', 'x-mark-bin', 'content-type', 'grpc-status'],
});

/** Metadata without what the gateway adds to every request. */
function forwarded(headers: HeaderFields): Metadata {
  const exchange = bench().exchange({ headers, peerAddress: '' });
  return requestMetadata(exchange, names, 'id').filter(
    ([name]) => name !== 'x-request-id' && name !== 'x-forwarded-proto',
  );
}

const invalid = expect.objectContaining({ code: Code.INVALID_ARGUMENT, reason: 'HEADER_MALFORMED' });

describe('request headers to metadata', () => {
  it.each([
    ['authorization', 'Bearer x'],
    ['accept-language', 'de'],
    ['traceparent', '00-1-2-01'],
    ['tracestate', 'a=b'],
    ['baggage', 'a=b'],
    ['idempotency-key', 'k'],
    ['if-match', '"e"'],
    ['if-none-match', '*'],
    ['x-tenant', 't'],
  ])('%s goes on under its own name', (name, value) => {
    expect(forwarded([[name, ` ${value}\t`]])).toEqual([[name, value]]);
  });

  it.each([
    'accept',
    'connection',
    'content-length',
    'content-type',
    'cookie',
    'expect',
    'forwarded',
    'grpc-metadata-x-user',
    'grpc-status',
    'grpc-timeout',
    'keep-alive',
    'proxy-authorization',
    'te',
    'transfer-encoding',
    'upgrade',
    'x-envoy-retry',
    'x-forwarded-client-cert',
    'x-forwarded-user-agent',
    'x-http-method-override',
    'x-user-id',
    'x_user',
  ])('%s goes nowhere, configured or not', (name) => {
    expect(forwarded([[name, 'x']])).toEqual([]);
  });

  it('a name that Connection lists goes nowhere', () => {
    const connection = ['connection', 'close, X-Tenant'] as const;
    expect(forwarded([connection, ['x-tenant', 't'], ['if-match', 'e']])).toEqual([['if-match', 'e']]);
  });

  it('duplicates keep their order', () => {
    const baggage: HeaderFields = [
      ['baggage', 'a'],
      ['baggage', 'b'],
    ];
    expect(forwarded(baggage)).toEqual(baggage);
  });

  it.each([
    ['AAE=', [[0, 1]]],
    ['AAE', [[0, 1]]],
    ['AAE=, /w==', [[0, 1], [255]]],
    ['', [[]]],
  ])('binary value %j', (value, expected) => {
    expect(forwarded([['x-key-bin', value]]).map(([, binary]) => [...binary])).toEqual(expected);
  });

  it.each([
    ['authorization', 'a', 'authorization', 'b'],
    ['x-request-id', 'a', 'x-request-id', 'a'],
    ['content-type', 'a/b', 'content-type', 'a/b'],
    ['x-tenant', 'é', 'accept', '*/*'],
    ['x-tenant', 'a\u0001', 'accept', '*/*'],
    ['x-forwarded-for', 'a\u007f', 'accept', '*/*'],
    ['x-key-bin', 'A', 'accept', '*/*'],
    ['x-key-bin', 'A-_A', 'accept', '*/*'],
    ['x-key-bin', 'AAE==', 'accept', '*/*'],
  ])('refuses %s: %j with %s: %j', (...[name, value, otherName, other]) => {
    const fields: HeaderFields = [
      [name, value],
      [otherName, other],
    ];
    expect(() => forwarded(fields)).toThrow(invalid);
  });

  it('tells the backend who asked, and how, as one list', () => {
    const headers: HeaderFields = [
      ['host', 'api.example.com'],
      ['user-agent', 'curl/8'],
      ['x-forwarded-for', '203.0.113.1'],
      ['x-forwarded-for', '203.0.113.2,203.0.113.3'],
      ['x-forwarded-proto', 'https'],
      ['x-forwarded-host', 'evil.example.com'],
    ];
    expect(requestMetadata(bench().exchange({ headers }), names, 'id')).toEqual([
      ['x-request-id', 'id'],
      ['x-forwarded-for', '203.0.113.1, 203.0.113.2, 203.0.113.3, 192.0.2.1'],
      ['x-forwarded-proto', 'http'],
      ['x-forwarded-host', 'api.example.com'],
      ['x-forwarded-user-agent', 'curl/8'],
    ]);
  });
});

describe('response metadata to headers', () => {
  it.each([
    ['etag', 'e', [['etag', 'e']]],
    ['x-total', '3', [['x-total', '3']]],
    ['x-mark-bin', bytes('\u0001'), [['x-mark-bin', 'AQ==']]],
    ['location', 'a\r\nset-cookie: b', []],
    ['location', 'é', []],
    ['set-cookie', 'a', []],
    ['content-type', 'text/html', []],
    ['grpc-status', '0', []],
    ['x-request-id', 'theirs', []],
    ['server', 'x', []],
  ])('%s: %j', (name, value, expected) => {
    expect(responseHeaders([[name, value]], names)).toEqual(expected);
  });

  it('every name of the list, duplicates in their order', () => {
    const built = [
      'etag',
      'cache-control',
      'location',
      'retry-after',
      'content-language',
      'content-disposition',
      'link',
      'deprecation',
      'sunset',
    ];
    const metadata = [...built, 'link'].map((name, index) => [name, String(index)] as const);
    expect(responseHeaders(metadata, metadataNames(defaultMetadataRules))).toEqual(metadata);
  });

  it.each([
    'grpc-message',
    'x-envoy-upstream',
    'content-encoding',
    'content-length',
    'transfer-encoding',
    'a_b',
  ])('%s never passes, not even when it is configured', (name) => {
    const configured = metadataNames({ requestNames: [], responseNames: [name], trailerNames: [name] });
    expect(responseHeaders([[name, 'a']], configured)).toEqual([]);
    expect(responseTrailers([[name, 'a']], configured)).toEqual([]);
  });

  it('trailers pass by their own list, and none that could be taken for a header field', () => {
    const configured = metadataNames({
      ...defaultMetadataRules,
      trailerNames: ['X-Sum', 'x-sum-bin', 'cache-control', 'set-cookie'],
    });
    const trailers: Metadata = [
      ['x-sum', '1'],
      ['x-sum', '2'],
      ['x-sum', 'a\nb'],
      ['x-sum-bin', bytes('\u0001')],
      ['etag', 'e'],
      ['cache-control', 'public'],
      ['set-cookie', 'a'],
    ];
    expect(responseTrailers(trailers, configured)).toEqual([
      ['x-sum', '1'],
      ['x-sum', '2'],
      ['x-sum-bin', 'AQ=='],
    ]);
    expect(responseTrailers(trailers, metadataNames(defaultMetadataRules))).toEqual([]);
  });

  it('set-cookie passes once it is configured', () => {
    const configured = metadataNames({ ...defaultMetadataRules, responseNames: ['Set-Cookie'] });
    expect(responseHeaders([['set-cookie', 'a']], configured)).toEqual([['set-cookie', 'a']]);
  });
});

describe('request id', () => {
  it.each([[''], ['é'], ['x'.repeat(201)]])('makes one in place of %j', (id) => {
    expect(requestIdOf([['x-request-id', id]])).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('a good one is kept', () => {
    expect(requestIdOf([['x-request-id', 'abc']])).toBe('abc');
  });
});

describe('timeout', () => {
  const hour = 3_600_000;
  const day = 24 * hour;
  const limits = { unaryTimeoutMaxMs: hour, streamDurationMaxMs: day };

  it.each([
    ['unary', { 'grpc-timeout': '2S' }, undefined, 2_000],
    ['unary', { 'grpc-timeout': '1H' }, undefined, hour],
    ['unary', { 'grpc-timeout': '2H' }, undefined, hour],
    ['unary', { 'grpc-timeout': '3M' }, undefined, 180_000],
    ['unary', { 'grpc-timeout': '99999999n' }, undefined, 99.999999],
    ['unary', { 'grpc-timeout': '50u' }, undefined, 0.05],
    ['unary', { 'grpc-timeout': '0m' }, undefined, 0],
    ['unary', { 'grpc-timeout': '2S' }, 500, 500],
    ['unary', { 'grpc-timeout': '200m' }, 500, 200],
    ['unary', { 'x-server-timeout': '2.5' }, undefined, 2_500],
    ['unary', { 'grpc-timeout': '2S', 'x-server-timeout': '1' }, undefined, 1_000],
    ['unary', {}, 20_000, 20_000],
    ['unary', {}, 2 * hour, hour],
    ['unary', {}, undefined, 15_000],
    ['server-stream', {}, undefined, day],
    ['server-stream', {}, 500, 500],
    ['server-stream', { 'grpc-timeout': '2S' }, undefined, 2_000],
    ['server-stream', { 'grpc-timeout': '99999999H' }, 2 * day, day],
  ] as const)('of a %s call, %j, route %j → %j', async (shape, headers, routeTimeoutMs, expected) => {
    const answer = () => outcome(Code.ABORTED);
    const b = bench({ shape, limits, answer, route: { timeoutMs: routeTimeoutMs } });
    void b.handle({ headers: Object.entries(headers) });
    await settled();
    const call = shape === 'unary' ? b.calls[0]?.call : b.streams[0]?.call;
    // The clock of the bench stands at 1,000.
    expect((call?.deadline ?? 0) - 1_000).toBeCloseTo(expected, 9);
  });

  it.each([
    ['grpc-timeout', '-5S'],
    ['grpc-timeout', '5'],
    ['grpc-timeout', 'S'],
    ['grpc-timeout', ''],
    ['grpc-timeout', '+5S'],
    ['grpc-timeout', '5 S'],
    ['grpc-timeout', '５S'],
    ['grpc-timeout', '123456789S'],
    ['grpc-timeout', '5s'],
    ['grpc-timeout', '1.5S'],
    ['x-server-timeout', '-1'],
    ['x-server-timeout', '1e3'],
    ['x-server-timeout', 'Infinity'],
    ['x-server-timeout', ''],
  ])('%s: %j is refused', (name, value) => {
    const refused = expect.objectContaining({ reason: 'TIMEOUT_MALFORMED' });
    expect(() => timeoutMsOf([[name, value]], undefined)).toThrow(refused);
  });

  it('is counted from the arrival of the request: a slow body uses it up', async () => {
    const b = bench({ answer: () => outcome(Code.ABORTED) });
    async function* body() {
      await settled();
      await b.clock.advance(400);
      yield bytes('{}');
    }
    await b.handle({ headers: [['grpc-timeout', '1S']], body: body() });
    expect(b.calls[0]?.call.deadline).toBe(2_000);
    expect(b.clock.now()).toBe(1_400);
  });
});
