import { describe, expect, it } from 'vitest';
import type { Exchange } from '../exchange.js';
import { createPlaceholder, hasPlaceholder } from './placeholder.js';
import { redactExchange } from './redact-exchange.js';
import { redactionRules } from './rules.js';

/** Nothing that holds this may be left. */
const secret = 'PLANTED-4711';

interface Given {
  readonly target?: string;
  readonly headers?: readonly [string, string][];
  readonly type?: string;
  readonly body?: string;
  readonly answer?: string;
  readonly answerType?: string;
  readonly answerHeaders?: readonly [string, string][];
}

const body = (text: string | undefined) =>
  text === undefined ? {} : { body: { text, bytes: Buffer.byteLength(text) } };

function exchangeOf({
  target = '/v1/a',
  headers = [],
  type = 'application/json',
  ...given
}: Given): Exchange {
  const { answerType = 'application/json', answerHeaders = [] } = given;
  return {
    at: '2026-01-01T00:00:00.000Z',
    ms: 1,
    request: { method: 'POST', target, headers: [['content-type', type], ...headers], ...body(given.body) },
    response: {
      status: 200,
      headers: [['content-type', answerType], ...answerHeaders],
      ...body(given.answer),
    },
  };
}

/** Escaped for a URL, as often as it is said. */
const escaped = (text: string, times: number): string =>
  times === 0 ? text : escaped(encodeURIComponent(text), times - 1);

const redacted = (given: Given, also: readonly string[] = []): Exchange =>
  redactExchange(exchangeOf(given), redactionRules(also), createPlaceholder());

describe('what is written down of an exchange', () => {
  it.each<[where: string, given: Given, also?: string[]]>([
    ['authorization', { headers: [['authorization', `Bearer ${secret}`]] }],
    ['a scheme that nobody knows', { headers: [['authorization', `Acme ${secret}`]] }],
    [
      'basic credentials',
      {
        headers: [['authorization', `Basic ${Buffer.from(`u:${secret}`).toString('base64')}`]],
        answer: `{"you":"${secret}"}`,
      },
    ],
    [
      'cookies',
      {
        headers: [['cookie', `a=1; sid=${secret}`]],
        answerHeaders: [['set-cookie', `sid=${secret}; Path=/`]],
      },
    ],
    [
      'API keys',
      {
        headers: [
          ['x-api-key', secret],
          ['x-goog-api-key', secret],
          ['apikey', secret],
        ],
      },
    ],
    ['a token in any header field', { headers: [['x-anything', `see Bearer ${secret}`]] }],
    ['a header field that is named', { headers: [['x-tenant', secret]] }, ['X-Tenant']],
    ['query parameters', { target: `/v1/a?key=${secret}&access_token=${secret}&$key=${secret}&q=1` }],
    ['… with escapes', { target: `/v1/a?access%5Ftoken=${secret}&%24key=${encodeURIComponent(secret)}` }],
    ['… of nested messages', { target: `/v1/a?login.password=${secret}&login[pin]=1` }],
    ['a path with a token of its own kind', { target: '/v1/eyJPLANTED-4711.eyJhIjoxfQ.c2ln' }],
    [
      'JSON fields',
      {
        body: `{"user":"a","password":"${secret}","nested":[{"clientSecret":"${secret}","api_key":"${secret}"}]}`,
      },
    ],
    ['everything below such a field', { body: `{"credentials":{"a":"${secret}","b":["${secret}"]}}` }],
    ['names with escapes', { body: `{"pass\\u0077ord":"${secret}"}` }],
    ['lines', { type: 'application/x-ndjson', body: `{"a":1}\n{"token":"${secret}"}\n` }],
    [
      'names in one word, with numbers and acronyms',
      {
        body: `{"accesstoken":"${secret}","newpassword":"${secret}","token2":"${secret}","IDToken":"${secret}","OTPCode":"${secret}"}`,
      },
    ],
    ['JSON in JSON', { body: JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ pin: secret }) }) }) }],
    ['JSON in a query', { target: `/v1/a?f=${encodeURIComponent(`{"pin":"${secret}"}`)}` }],
    [
      'JSON in a form',
      { type: 'application/x-www-form-urlencoded', body: `f=%7B%22pin%22%3A%22${secret}%22%7D` },
    ],
    ['JSON in a header field', { headers: [['x-data', `{"pin":"${secret}"}`]] }],
    ['XML', { type: 'text/xml', body: `<a><password>${secret}</password></a>` }],
    ['YAML', { type: 'text/yaml', body: `pin: ${secret}` }],
    [
      'events of several lines',
      { answerType: 'text/event-stream', answer: `data: {"credentials":{\ndata: "a":"${secret}"}}\n\n` },
    ],
    [
      'other lines of events',
      {
        headers: [['x-api-key', secret]],
        answerType: 'text/event-stream',
        answer: `: token=PLANTED\nid: ${secret}\ndata: {}\n\n`,
      },
    ],
    ['user and password of a URL', { target: `http://u:${secret}@a.example/v1/a` }],
    ['fragments of URLs', { answerHeaders: [['location', `https://a.example/cb#code=${secret}`]] }],
    [
      'one-time codes and subscription keys',
      {
        headers: [
          ['x-otp', secret],
          ['ocp-apim-subscription-key', secret],
          ['x-csrf', secret],
        ],
      },
    ],
    ['an array', { answer: `[{"a":1},{"token":"${secret}"}]` }],
    [
      'events',
      {
        answerType: 'text/event-stream',
        answer: `id: 1\ndata: {"token":"${secret}"}\n\ndata: token=${secret}\n\n`,
      },
    ],
    ['forms', { type: 'application/x-www-form-urlencoded', body: `user=a&password=${secret}` }],
    ['JSON without a type', { type: '', body: `{"password":"${secret}"}` }],
    ['JSON that is cut', { body: `{"password":"${secret}","x":["${secret.slice(0, 9)}` }],
    ['JSON that is cut inside of the secret', { body: `{"a":1,"password":"${secret}` }],
    ['JSON that is none', { body: `{"a":1,"password":"${secret}",}` }],
    ['text', { answerType: 'text/html', answer: `<a href="?token=${secret}">` }],
    ['multipart', { type: 'multipart/form-data; boundary=b', body: `--b\r\n\r\n${secret}\r\n--b--` }],
    ['protobuf', { type: 'application/x-protobuf', body: secret }],
    ['a redirect', { answerHeaders: [['location', `https://a.example/cb?code=${secret}#x`]] }],
    ['fields that are named', { body: `{"customer":{"taxId":"${secret}"}}` }, ['tax_id']],
    ['paths that are named', { answer: `{"items":[{"note":"${secret}"}],"note":"n"}` }, ['$.items[].note']],
    [
      'what is repeated: in an answer',
      { headers: [['x-api-key', secret]], answer: `{"message":"${secret} is unknown"}` },
    ],
    ['… in the path', { target: `/v1/keys/${secret}`, headers: [['x-api-key', secret]] }],
    ['… before it is known', { headers: [['x-trace', secret]], answer: `{"token":"${secret}"}` }],
    ['… as a name', { headers: [['x-api-key', secret]], answer: `{"${secret}":1}` }],
    [
      '… with a "+" in it',
      { target: '/v1/PLANTED+4711?x=PLANTED+4711&PLANTED%2B4711', headers: [['x-api-key', 'PLANTED+4711']] },
    ],
    [
      '… of a query, with a "+" in it',
      { target: '/v1/a?token=PLANTED+4711', answer: '{"a":"PLANTED+4711"}' },
    ],
    [
      '… escaped in lower case',
      {
        headers: [
          ['x-api-key', 'PLANTED+4711'],
          ['x-from', '/PLANTED%2b4711'],
        ],
      },
    ],
    [
      '… in base64',
      { headers: [['x-api-key', secret]], answer: `{"bytes":"${Buffer.from(secret).toString('base64')}"}` },
    ],
    ['… of a cookie in quotes', { headers: [['cookie', `sid = "${secret}"`]], answer: `{"a":"${secret}"}` }],
    [
      '… of a cookie with escapes',
      { headers: [['cookie', 'sid=PLANTED%2D4711']], answer: `{"a":"${secret}"}` },
    ],
    ['… escaped in a URL', { target: '/v1/a?x=PLANTED%2D4711', headers: [['x-api-key', secret]] }],
    [
      '… escaped in an escape',
      {
        target: '/v1/a?x=PLANTED%252D4711',
        headers: [['x-api-key', secret]],
        answer: '{"a":"PLANTED%252D4711"}',
      },
    ],
    [
      '… escaped in an escape of a path',
      { target: '/v1/PLANTED%252D4711', headers: [['x-api-key', secret]] },
    ],
    ['a name with escapes of escapes', { target: `/v1/a?access%25255Ftoken=${secret}` }],
    ['a URL in a URL in a URL in a URL', { target: `/v1/a?next=${escaped(`/cb?token=${secret}`, 3)}` }],
    ['… in a path', { target: `/v1/${escaped(`/cb?pin=${secret}`, 3)}` }],
    ['… in JSON', { body: `{"next":"${escaped(`/cb?pin=${secret}`, 2)}"}` }],
    ['… in a header field', { headers: [['x-next', escaped(`/cb?pin=${secret}`, 2)]] }],
    ['… in a text', { answerType: 'text/html', answer: `<a href="${escaped(`/cb?pin=${secret}`, 2)}">` }],
    ['… beside what is no escape', { headers: [['x-next', `%zz${escaped(`/cb?pin=${secret}`, 2)}`]] }],
    ['… deeper than anybody would', { headers: [['x-next', escaped(`/cb?pin=${secret}`, 9)]] }],
    ['JSON in escapes of escapes', { target: `/v1/a?f=${escaped(`{"pin":"${secret}"}`, 3)}` }],
    [
      'random segments behind one that speaks of secrets',
      { target: '/v1/reset-tokens/9aPLANTED-4711xQ:use' },
    ],
    ['segments behind one that is named', { target: `/v1/invites/${secret}` }, ['invites']],
  ])('has no secrets: %s', (_, given, also) => {
    const text = JSON.stringify(redacted(given, also));
    expect(text).not.toContain('PLANTED');
    expect(text).not.toContain('4711');
    expect(text).not.toContain(Buffer.from(`u:${secret}`).toString('base64').slice(0, 8));
  });

  it.each<[what: string, given: Given]>([
    ['numbers of any length', { body: '{"a":12345678901234567890.10, "b" : 1e3}' }],
    [
      'authors, page tokens and keys of other kinds',
      { body: '{"author":"a","nextPageToken":"n","keyboard":"k","primaryKey":"p"}' },
    ],
    ['text that names no secret', { type: 'text/plain', body: 'at: 10:00, x > y, page: n\n' }],
    [
      'events',
      {
        answerType: 'text/event-stream',
        answer: '\ufeff: hi\r\nid: 1\r\ndata: {"a":1}\r\n\r\ndata:x\ndata: y\n\n',
      },
    ],
    ['idempotency keys', { headers: [['idempotency-key', 'abcdefgh']] }],
    ['ids behind a segment that speaks of secrets', { target: '/v1/secrets/database-of-orders/versions/1' }],
    ['escapes of escapes', { target: '/v1/a%252Fb?x=100%2525&y=%25%zz', body: '{"a":"100%25 %252F"}' }],
    ['queries', { target: '/v1/a?page_token=x&page_size=2&a%2Fb=+' }],
    ['JSON that is none, and has no secret', { body: '{"a":1,' }],
    ['what is empty or no text', { body: '{"password":"","token":null,"hasPassword":true}' }],
    [
      'challenges, and what browsers may send',
      {
        answerHeaders: [
          ['www-authenticate', 'Bearer realm="a"'],
          ['access-control-allow-headers', 'authorization'],
        ],
      },
    ],
  ])('is otherwise as it was: %s', (_, given) => {
    expect(redacted(given)).toEqual(exchangeOf(given));
  });

  it('keeps what is equal equal, within one recording and no other', () => {
    const placeholder = createPlaceholder();
    const written = (token: string, by = placeholder): unknown =>
      redactExchange(exchangeOf({ headers: [['authorization', token]] }), redactionRules([]), by).request
        .headers[1];
    expect(written('a-token')).toEqual(written('a-token'));
    expect(written('a-token')).not.toEqual(written('b-token'));
    expect(written('a-token')).not.toEqual(written('a-token', createPlaceholder()));
  });

  it('has placeholders that are known again, in URLs too', () => {
    const { request } = redacted({ target: `/v1/a?key=${secret}`, body: `{"token":"${secret}"}` });
    expect([hasPlaceholder(request.target), hasPlaceholder(request.body?.text ?? '')]).toEqual([true, true]);
    expect(hasPlaceholder('[redacted:short]')).toBe(false);
  });

  it('takes half of a surrogate pair', () => {
    expect(JSON.stringify(redacted({ body: `{"token":"${secret}\\ud800"}` }))).not.toContain('PLANTED');
  });

  it('goes over a body of many secrets in no more than linear time', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `{"token":"token-${i}"}`);
    const start = process.cpuUsage();
    redacted({ answer: `[${many.join(',')}]` });
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(4_000);
  });

  it('goes over a large body in no more than linear time', () => {
    const large = `{"a":"${'token '.repeat(20_000)}","b":[${'1,'.repeat(20_000)}1]}`;
    const start = process.cpuUsage();
    redacted({ body: large, headers: [['x-api-key', secret]] });
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(2_000);
  });
});
