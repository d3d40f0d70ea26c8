import { describe, expect, it } from 'vitest';
import { bench, bodyText, header, outcome } from '../../test/support/gateway-bench.js';
import { type AnyBytes, Code, type Outcome, type Reason, StatusError } from '../status/index.js';

const replyTo = (answer: Outcome, headers: readonly (readonly [string, string])[] = []) =>
  bench({ answer: () => answer }).handle({ headers });

describe('a status of the backend', () => {
  it.each([
    [1, 499],
    [2, 500],
    [3, 400],
    [4, 504],
    [5, 404],
    [6, 409],
    [7, 403],
    [8, 429],
    [9, 400],
    [10, 409],
    [11, 400],
    [12, 501],
    [13, 500],
    [14, 503],
    [15, 500],
    [16, 401],
  ])('%i is HTTP %i, and its body is the status as it came', async (code, httpStatus) => {
    const reply = await replyTo(outcome(code, 'why'));
    expect([reply.httpStatus, JSON.parse(bodyText(reply))]).toEqual([httpStatus, { code, message: 'why' }]);
  });

  it('a code outside of the table is UNKNOWN', async () => {
    const reply = await replyTo(outcome(99, 'why'));
    expect([reply.httpStatus, JSON.parse(bodyText(reply)).code]).toEqual([500, 2]);
  });

  it.each<[Reason, number, number]>([
    ['UPSTREAM_MESSAGE_TOO_LARGE', Code.RESOURCE_EXHAUSTED, 502],
    ['UPSTREAM_PROTOCOL', Code.INTERNAL, 502],
    ['UPSTREAM_UNAVAILABLE', Code.UNAVAILABLE, 503],
    ['DEADLINE_EXCEEDED', Code.DEADLINE_EXCEEDED, 504],
    ['CLIENT_CLOSED', Code.CANCELLED, 499],
  ])('made on our side, %s is told apart', async (localReason, code, httpStatus) => {
    const reply = await replyTo(outcome(code, 'why', { localReason }));
    expect(reply.httpStatus).toBe(httpStatus);
    expect(JSON.parse(bodyText(reply)).details).toEqual([
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: localReason, domain: 'propylon' },
    ]);
  });

  it('OK without a message is no gRPC: 502, INTERNAL as everything of the kind, so that nobody takes it for a reason to try again', async () => {
    const reply = await replyTo(outcome(0));
    expect([reply.httpStatus, JSON.parse(bodyText(reply))]).toMatchObject([
      502,
      { code: Code.INTERNAL, details: [{ reason: 'UPSTREAM_PROTOCOL' }, {}] },
    ]);
  });

  it('401 comes with a challenge that is never made from the message', async () => {
    expect(header(await replyTo(outcome(16, 'a"\r\nb')), 'www-authenticate')).toBe('Bearer');
    expect(header(await replyTo(outcome(7, 'no')), 'www-authenticate')).toBeUndefined();
  });

  const retryInfo = (...value: number[]): AnyBytes => ({
    typeUrl: 'type.googleapis.com/google.rpc.RetryInfo',
    value: Uint8Array.from(value),
  });

  it.each([
    [Code.UNAVAILABLE, retryInfo(10, 2, 8, 5), '5'],
    [Code.RESOURCE_EXHAUSTED, retryInfo(10, 4, 8, 5, 16, 1), '6'],
    [Code.UNAVAILABLE, retryInfo(10, 3, 16, 128, 1), '1'],
    [Code.UNAVAILABLE, retryInfo(10, 0), '0'],
    [Code.UNAVAILABLE, retryInfo(10, 3, 8, 172, 2), '300'],
    [Code.UNAVAILABLE, retryInfo(), undefined],
    [Code.UNAVAILABLE, retryInfo(255), undefined],
    [Code.UNAVAILABLE, { ...retryInfo(10, 2, 8, 5), typeUrl: 'x/google.rpc.Help' }, undefined],
    [Code.UNAVAILABLE, retryInfo(10, 11, 8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1), undefined],
    [Code.NOT_FOUND, retryInfo(10, 2, 8, 5), undefined],
  ])('code %i, RetryInfo %j → Retry-After %j', async (code, detail, expected) => {
    const reply = await replyTo({ ...outcome(code), status: { code, message: '', details: [detail] } });
    expect(header(reply, 'retry-after')).toBe(expected);
  });

  it.each([
    [[], [['retry-after', '9']], ['9']],
    [[['retry-after', '7']], [['retry-after', '9']], ['7']],
    [[], [['x-internal', '9']], []],
  ] as const)(
    'metadata %j and trailers %j of an error become header fields %j',
    async (metadata, trailers, expected) => {
      const reply = await replyTo(outcome(14, '', { metadata, trailers }));
      const values = reply.headers.filter(([name]) => name === 'retry-after' || name === 'x-internal');
      expect(values.map(([, value]) => value)).toEqual(expected);
    },
  );

  it('its own retry-after goes before that of RetryInfo', async () => {
    const details = [retryInfo(10, 2, 8, 5)];
    const answer = outcome(14, '', { metadata: [['retry-after', '9']] });
    const reply = await replyTo({ ...answer, status: { ...answer.status, details } });
    expect(reply.headers.filter(([name]) => name === 'retry-after')).toEqual([['retry-after', '9']]);
  });
});

describe('the form of an error', () => {
  const status = { code: 5, message: 'why' };

  it.each([
    [[], 'application/json', status],
    [[['accept', 'application/json, application/problem+json;q=0.5']], 'application/json', status],
    [
      [['x-goog-api-client', 'gax']],
      'application/json',
      { error: { code: 404, message: 'why', status: 'NOT_FOUND' } },
    ],
    [
      [['accept', 'application/json, application/problem+json']],
      'application/problem+json',
      { type: 'about:blank', title: 'Not Found', status: 404, detail: 'why', code: 'NOT_FOUND' },
    ],
  ] as const)('request headers %j → %s', async (headers, contentType, body) => {
    const reply = await replyTo(outcome(5, 'why'), headers);
    expect([header(reply, 'content-type'), JSON.parse(bodyText(reply))]).toEqual([contentType, body]);
  });

  it('details are kept in every form', async () => {
    const answer = outcome(14, 'why', { localReason: 'UPSTREAM_UNAVAILABLE' });
    const envelope = JSON.parse(bodyText(await replyTo(answer, [['x-goog-api-client', 'gax']])));
    expect(envelope.error.details[0].reason).toBe('UPSTREAM_UNAVAILABLE');
  });

  it('answers what is wrong before there is a route', () => {
    const b = bench();
    const error = new StatusError(Code.INVALID_ARGUMENT, 'REQUEST_MALFORMED', 'no', {
      httpStatus: 431,
      violations: [{ field: 'a', description: 'b' }],
    });
    const reply = b.gateway.refuse(b.exchange(), error);
    expect([reply.httpStatus, JSON.parse(bodyText(reply)).details[0].fieldViolations]).toEqual([
      431,
      [{ field: 'a', description: 'b' }],
    ]);
  });
});
