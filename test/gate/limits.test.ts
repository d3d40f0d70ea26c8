import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { DiagnosticsError, type GatewayOptions } from '../../src/index.js';
import { type EchoGateway, echoHandlers, startEchoGateway } from '../support/echo-gateway.js';
import { redisProgram, startRedis, type TestRedis } from '../support/redis.js';

/** Rate limits, concurrency and overload as clients see them, over real sockets. */

type Policy = NonNullable<GatewayOptions['policies']>[number]['policy'];
type RateLimit = NonNullable<Policy['rateLimits']>[number];
type Gate = NonNullable<GatewayOptions['gate']>;

const hour = 3_600_000;
const json = { 'content-type': 'application/json' };
const open: EchoGateway[] = [];
let redis: TestRedis | undefined;
let stores = 0;

beforeAll(async () => {
  if (redisProgram !== undefined) redis = await startRedis();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});
afterAll(() => redis?.stop());

async function start(
  policies: Readonly<Record<string, Policy>>,
  gate: Gate = {},
  handlers: Parameters<typeof startEchoGateway>[1] = {},
  warn: (text: string) => void = () => undefined,
): Promise<EchoGateway> {
  const gateway = await startEchoGateway(
    {
      policies: Object.entries({ '*': { authentication: { mode: 'none' } as const }, ...policies }).map(
        ([selector, policy]) => ({ selector, policy }),
      ),
      gate,
      warn,
    },
    handlers,
  );
  open.push(gateway);
  return gateway;
}

const limited = (...rateLimits: RateLimit[]): Record<string, Policy> => ({ 't.T.Unary': { rateLimits } });

type Headers = Readonly<Record<string, string>>;

/** Statuses of requests, one after the other. */
async function statuses(url: string, count: number, headers: Headers = {}): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < count; i++) {
    const response = await fetch(url, { headers });
    await response.arrayBuffer();
    all.push(response.status);
  }
  return all;
}

const storeNames = redisProgram === undefined ? (['memory'] as const) : (['memory', 'redis'] as const);

describe.each(storeNames)('rate limits counted in %s', (store) => {
  const gate = (): Gate =>
    store === 'memory'
      ? {}
      : {
          redis: { url: redis?.url ?? '', keyPrefix: `test-${stores++}:`, timeout: 5_000 },
          rateLimits: { store },
        };

  it('let through as many as may come at once, then say no and when to come again', async () => {
    const { url } = await start(limited({ requests: 2, per: 60_000, by: 'address' }), gate());
    const first = await fetch(`${url}/v1/echo?name=a`);
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-policy')).toBe('"address-60s";q=2;w=60');
    expect(first.headers.get('ratelimit')).toBe('"address-60s";r=1;t=30');
    expect(await statuses(`${url}/v1/echo?name=a`, 1)).toEqual([200]);
    const refused = await fetch(`${url}/v1/echo?name=a`);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(refused.headers.get('ratelimit')).toBe('"address-60s";r=0;t=60');
    expect(await refused.json()).toMatchObject({
      code: 8,
      message: 'Too many requests: the limit "address-60s" is 2 in 60 s.',
      details: [
        { reason: 'RATE_LIMITED', domain: 'propylon', metadata: { limit: 'address-60s' } },
        {
          '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
          violations: [{ subject: 'address-60s', description: '2 requests in 60 s' }],
        },
        {
          '@type': 'type.googleapis.com/google.rpc.RetryInfo',
          retryDelay: expect.stringMatching(/^(30|29)\.\d{3}s$/),
        },
      ],
    });
  });

  it('let the next request through when its time has come', async () => {
    const { url } = await start(limited({ requests: 1, per: 300, by: 'all' }), gate());
    expect(await statuses(`${url}/v1/echo`, 2)).toEqual([200, 429]);
    let waited = 0;
    while ((await statuses(`${url}/v1/echo`, 1))[0] === 429) waited++;
    expect(waited).toBeGreaterThan(0);
  });

  it('hold together: what one refuses takes nothing of the others, wherever they stand', async () => {
    const { url } = await start(
      limited(
        { requests: 3, per: hour, by: 'address' },
        { requests: 1, per: hour, by: 'header', header: 'X-Tenant' },
      ),
      gate(),
    );
    const asked = (tenant: string): Promise<number[]> =>
      statuses(`${url}/v1/echo`, 1, { 'x-tenant': tenant });
    expect(await asked('a')).toEqual([200]);
    for (let i = 0; i < 5; i++) expect(await asked('a')).toEqual([429]);
    expect(await asked('b')).toEqual([200]);
    expect(await asked('c')).toEqual([200]);
    expect(await asked('d')).toEqual([429]);
  });

  it('are used up by what is read in vain: a limit by field gives nothing back', async () => {
    const { url } = await start(
      limited(
        { requests: 3, per: hour, by: 'address' },
        { requests: 1, per: hour, by: 'field', field: 'text' },
      ),
      gate(),
    );
    expect(await statuses(`${url}/v1/echo?text=x`, 3)).toEqual([200, 429, 429]);
    expect(await statuses(`${url}/v1/echo?text=y`, 1)).toEqual([429]);
  });

  it('charge what a request costs', async () => {
    const { url } = await start(
      {
        't.T.Unary': { rateLimits: [{ group: 'g', requests: 10, per: hour, by: 'all', cost: 4 }] },
        't.T.ServerStream': { rateLimits: [{ group: 'g', requests: 10, per: hour, by: 'all' }] },
      },
      gate(),
    );
    expect(await statuses(`${url}/v1/echo`, 3)).toEqual([200, 200, 429]);
    expect(await statuses(`${url}/v1/stream`, 3)).toEqual([200, 200, 429]);
  });

  it('are one for all bindings of a method and each method of a group, and another for other methods', async () => {
    const limit = { requests: 3, per: hour, by: 'all' } as const;
    const { url } = await start(
      {
        't.T.Unary': { rateLimits: [limit] },
        't.T.ServerStream': { rateLimits: [{ ...limit, group: 'both' }] },
        't.T.Bidi': { rateLimits: [{ ...limit, group: 'both' }] },
      },
      gate(),
    );
    expect(await statuses(`${url}/v1/echo`, 1)).toEqual([200]);
    expect(await statuses(`${url}/v1/child`, 1)).toEqual([200]);
    expect((await fetch(`${url}/v1/echo`, { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(`${url}/v1/echo`, { method: 'HEAD' })).status).toBe(429);
    expect((await fetch(`${url}/v1/things/a`, { method: 'PUT' })).status).toBe(429);
    expect(await statuses(`${url}/v1/items`, 1)).toEqual([429]);
    expect(await statuses(`${url}/v1/stream`, 2)).toEqual([200, 200]);
    const talk = (): Promise<Response> =>
      fetch(`${url}/v1/talk/a`, { method: 'POST', headers: json, body: '{}' });
    expect((await talk()).status).toBe(200);
    expect((await talk()).status).toBe(429);
  });

  it.each<[string, RateLimit, Headers, Headers]>([
    ['a forged X-Forwarded-For', { requests: 1, by: 'address' }, {}, { 'x-forwarded-for': '203.0.113.7' }],
    ['a forged Forwarded', { requests: 1, by: 'address' }, {}, { forwarded: 'for=203.0.113.7' }],
    ['a forged X-Real-IP', { requests: 1, by: 'address' }, {}, { 'x-real-ip': '203.0.113.7' }],
    ['nobody being authenticated', { requests: 1 }, {}, { authorization: 'Bearer other' }],
    [
      'another spelling of a header name',
      { requests: 1, by: 'header', header: 'x-tenant' },
      { 'x-tenant': 'a' },
      { 'X-TENANT': ' a ' },
    ],
    ['no header at all', { requests: 1, by: 'header', header: 'x-tenant' }, {}, { 'x-tenant': '' }],
  ])('are not evaded by %s', async (_, limit, first, second) => {
    const { url } = await start(limited({ per: hour, ...limit }), gate());
    expect(await statuses(`${url}/v1/echo`, 1, first)).toEqual([200]);
    expect(await statuses(`${url}/v1/echo`, 1, second)).toEqual([429]);
  });

  it.each([
    ['query', 'GET', '/v1/echo?name=things/a', undefined],
    ['body', 'POST', '/v1/echo', '{"name":"things/a"}'],
    ['escaped body', 'POST', '/v1/echo', '{"na\\u006de":"things\\/a"}'],
    ['path', 'PUT', '/v1/things/a', '{}'],
    ['escaped path', 'PUT', '/v1/things/%61', '{}'],
  ])('by field count the value and not where it came from: %s', async (_, method, path, body) => {
    const { url } = await start(limited({ requests: 1, per: hour, by: 'field', field: 'name' }), gate());
    expect(await statuses(`${url}/v1/echo?name=things/a`, 1)).toEqual([200]);
    expect((await fetch(`${url}${path}`, { method, ...(body && { headers: json, body }) })).status).toBe(429);
    expect(await statuses(`${url}/v1/echo?name=things/b`, 1)).toEqual([200]);
  });

  it('by field count numbers, too', async () => {
    const { url } = await start(
      limited({ requests: 1, per: hour, by: 'field', field: 'child.size' }),
      gate(),
    );
    expect(await statuses(`${url}/v1/echo?child.size=7`, 2)).toEqual([200, 429]);
    expect(await statuses(`${url}/v1/echo?child.size=8`, 1)).toEqual([200]);
  });

  it('refuse a header field that is there twice, since two readers would see two values', async () => {
    const { port } = await start(
      limited({ requests: 5, per: hour, by: 'header', header: 'x-tenant' }),
      gate(),
    );
    const sent = httpRequest({ port, path: '/v1/echo', headers: { 'x-tenant': ['a', 'b'] } });
    sent.end();
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(400);
    response.resume();
  });

  it('take long values and strange ones for keys like any other', async () => {
    const { url } = await start(
      limited({ requests: 1, per: hour, by: 'header', header: 'x-tenant' }),
      gate(),
    );
    for (const value of ['x'.repeat(8_000), `${'x'.repeat(8_000)}y`, '__proto__', '0', '"\\;', 'limit:*']) {
      expect(await statuses(`${url}/v1/echo`, 2, { 'x-tenant': value })).toEqual([200, 429]);
    }
  });

  it('escape names in header fields', async () => {
    const group = 'a";q=9, "b\\';
    const { url } = await start(limited({ group, requests: 1, per: hour, by: 'all' }), gate());
    const response = await fetch(`${url}/v1/echo`);
    expect(response.headers.get('ratelimit')).toBe('"a\\";q=9, \\"b\\\\";r=0;t=3600');
  });
});

describe.skipIf(redisProgram === undefined)('rate limits while Redis is away', () => {
  const policies = limited({ requests: 4, per: hour, by: 'all' });

  it.each<[string, (own: TestRedis) => Promise<void> | void, (own: TestRedis) => Promise<void> | void]>([
    ['killed', (own) => own.kill(), (own) => own.restart()],
    ['paused', (own) => own.pause(), (own) => own.resume()],
  ])(
    '%s: go on where they were, in each process, and together again when it is back',
    async (_, leave, come) => {
      const own = await startRedis();
      try {
        const gate: Gate = { redis: { url: own.url, timeout: 500 }, rateLimits: { store: 'redis' } };
        const [warnings, url] = [[] as string[], '/v1/echo'];
        const gateways = [
          await start(policies, gate, {}, (text) => warnings.push(text)),
          await start(policies, gate, {}, (text) => warnings.push(text)),
        ];
        const [one, other] = gateways.map((gateway) => gateway.url + url);
        expect(await statuses(one ?? '', 2)).toEqual([200, 200]);
        expect(await statuses(other ?? '', 1)).toEqual([200]);
        await leave(own);
        const startedAt = performance.now();
        expect(await statuses(one ?? '', 3)).toEqual([200, 200, 429]);
        expect(await statuses(other ?? '', 2)).toEqual([200, 429]);
        // One timeout of 100 ms each, and room for a busy machine.
        expect(performance.now() - startedAt).toBeLessThan(2_000);
        await come(own);
        while (warnings.filter((text) => text === 'Redis is back.').length < 2)
          await new Promise((resolve) => setTimeout(resolve, 10));
        expect(await statuses(one ?? '', 20)).not.toContain(500);
        expect(await statuses(one ?? '', 1)).toEqual([429]);
        expect(await statuses(other ?? '', 1)).toEqual([429]);
      } finally {
        await own.stop();
      }
    },
  );

  it.each([
    ['open', [200, 200, 200, 200, 200, 200]],
    ['closed', [503, 503, 503, 503, 503, 503]],
  ] as const)('that was never there, with whenUnavailable: %s', async (whenUnavailable, expected) => {
    const { url } = await start(policies, {
      redis: { url: 'redis://127.0.0.1:1' },
      rateLimits: { store: 'redis', whenUnavailable, localFor: 1 },
    });
    // What each process counts for itself at first.
    while ((await fetch(`${url}/v1/echo`)).headers.has('ratelimit'));
    expect(await statuses(`${url}/v1/echo`, 6)).toEqual(expected);
    const response = await fetch(`${url}/v1/echo`);
    expect(response.headers.get('ratelimit')).toBeNull();
    if (whenUnavailable === 'closed') {
      expect(response.headers.get('retry-after')).toBe('1');
      expect(await response.json()).toMatchObject({
        code: 14,
        details: [{ reason: 'RATE_LIMIT_UNAVAILABLE' }, {}],
      });
    }
  });
});

describe('a policy of limits that cannot hold fails the start', () => {
  const by = { requests: 1, per: hour } as const;
  it.each<[string, RateLimit[], string]>([
    ['a header without a name', [{ ...by, by: 'header' }], 'counts by a header field without a name'],
    ['a header name that is none', [{ ...by, by: 'header', header: 'a b' }], 'counts by a header field a b'],
    ['a header that is not counted by', [{ ...by, header: 'a' }], 'that it does not count by'],
    ['a field without a name', [{ ...by, by: 'field' }], 'a request field without a name'],
    ['a field that is not there', [{ ...by, by: 'field', field: 'nme' }], 'no scalar field of the request'],
    ['a field that is a message', [{ ...by, by: 'field', field: 'child' }], 'no scalar field of the request'],
    [
      'a field that is repeated',
      [{ ...by, by: 'field', field: 'numbers' }],
      'no scalar field of the request',
    ],
    ['a cost beyond the limit', [{ ...by, cost: 2 }], 'costs 2 of a limit of 1 at once'],
    ['one limit twice', [by, by], 'names the limit "principal-3600s" twice'],
    ['a group with a line break', [{ ...by, group: 'a\r\nset-cookie: b' }], 'is not printable ASCII'],
    ['a part of a millisecond', [{ ...by, per: 0.5 }], 'no whole number of milliseconds'],
  ])('%s', async (_, rateLimits, text) => {
    const failure = await start({ 't.T.Unary': { rateLimits } }).then(
      () => expect.fail('started'),
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(DiagnosticsError);
    const { diagnostics } = failure as DiagnosticsError;
    expect(diagnostics.map(({ code }) => code)).toEqual(['POLICY_INVALID']);
    expect(diagnostics[0]?.text).toContain(text);
    expect(diagnostics[0]?.text).toContain('A rate limit of t.T.Unary (policies.t.T.Unary)');
    expect(diagnostics[0]?.hint).toBeDefined();
  });

  it('members of a group that disagree', async () => {
    const policies = {
      't.T.Unary': { rateLimits: [{ group: 'g', requests: 1, per: hour }] },
      't.T.Bidi': { rateLimits: [{ group: 'g', requests: 2, per: hour }] },
    };
    await expect(start(policies)).rejects.toThrow(
      'counts in the group "g" 2 in 3600 s, 2 at once, by principal, and t.T.Unary 1 in 3600 s, 1 at once, by principal',
    );
  });

  it('counting in a Redis that is not configured', async () => {
    await expect(start({}, { rateLimits: { store: 'redis' } })).rejects.toThrow('no Redis is configured');
  });
});

describe('concurrency', () => {
  /** A backend that answers when it is told to. */
  function held() {
    const waiting: (() => void)[] = [];
    return {
      handlers: {
        ...echoHandlers,
        Unary: (call, callback) => void waiting.push(() => callback(null, call.request)),
        ServerStream(call: ServerWritableStream<Buffer, Buffer>) {
          call.write(call.request);
          waiting.push(() => call.end());
        },
      } satisfies Parameters<typeof startEchoGateway>[1],
      async arrived(count: number): Promise<void> {
        while (waiting.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
      },
      release: () => {
        for (const answer of waiting.splice(0)) answer();
      },
    };
  }

  it('refuses at once what is one too many, over all bindings, and lets in when others have left', async () => {
    const backend = held();
    const { url } = await start({ 't.T.Unary': { concurrency: { max: 2 } } }, {}, backend.handlers);
    const running = [fetch(`${url}/v1/echo`), fetch(`${url}/v1/child`)];
    await backend.arrived(2);
    const refused = await fetch(`${url}/v1/items`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 14, details: [{ reason: 'CONCURRENCY_EXHAUSTED' }] });
    backend.release();
    for (const response of await Promise.all(running)) expect(response.status).toBe(200);
    const next = fetch(`${url}/v1/items`);
    await backend.arrived(1);
    backend.release();
    expect((await next).status).toBe(200);
  });

  it('counts a stream until its end, and a client that has left no longer', async () => {
    const backend = held();
    const { url } = await start({ 't.T.ServerStream': { concurrency: { max: 1 } } }, {}, backend.handlers);
    const abort = new AbortController();
    const stream = await fetch(`${url}/v1/stream`, { signal: abort.signal });
    expect(stream.status).toBe(200);
    expect(await statuses(`${url}/v1/stream`, 1)).toEqual([503]);
    abort.abort();
    let response = await fetch(`${url}/v1/stream`);
    while (response.status === 503) response = await fetch(`${url}/v1/stream`);
    expect(response.status).toBe(200);
    backend.release();
    await response.text();
    const last = await fetch(`${url}/v1/stream`);
    expect(last.status).toBe(200);
    await last.body?.cancel();
  });

  it('counts a WebSocket until it is closed', async () => {
    const { port, url } = await start({ 't.T.Bidi': { concurrency: { max: 1 } } });
    const talk = () => fetch(`${url}/v1/talk/a`, { method: 'POST', headers: json, body: '{}' });
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/talk/a`);
    await once(socket, 'open');
    expect((await talk()).status).toBe(503);
    socket.close();
    let status = 503;
    while (status === 503) status = (await talk()).status;
    expect(status).toBe(200);
  });

  it('counts out requests that fail or are refused behind it', async () => {
    const { url } = await start({
      't.T.Unary': {
        concurrency: { max: 1 },
        rateLimits: [{ requests: 1, per: hour, by: 'field', field: 'name' }],
      },
    });
    const bad = () => fetch(`${url}/v1/echo`, { method: 'POST', headers: json, body: '{' });
    for (let i = 0; i < 3; i++) expect((await bad()).status).toBe(400);
    expect(await statuses(`${url}/v1/echo?name=a`, 3)).toEqual([200, 429, 429]);
    expect(await statuses(`${url}/v1/echo?name=b`, 1)).toEqual([200]);
  });
});

describe('overload', () => {
  /** Turns of the event loop of so many milliseconds, in which nothing else happens. */
  function keepBusy(turnMs: number): () => void {
    let immediate = setImmediate(function turn() {
      const end = performance.now() + turnMs;
      while (performance.now() < end);
      immediate = setImmediate(turn);
    });
    return () => clearImmediate(immediate);
  }

  const together = (url: string, count: number): Promise<number[]> =>
    Promise.all(Array.from({ length: count }, async () => (await statuses(url, 1))[0] ?? 0));

  it('refuses low priority first and high last, tells when to come again, and never the admin', async () => {
    const gateway = await start(
      {
        't.T.Unary': { priority: 'low' },
        't.T.ServerStream': { priority: 'high' },
      },
      { overload: { eventLoopDelay: 100 } },
    );
    const { url } = gateway;
    expect(await statuses(`${url}/v1/echo`, 5)).toEqual([200, 200, 200, 200, 200]);
    const rest = keepBusy(250);
    try {
      const refused = async (): Promise<Response> => {
        for (;;) {
          const response = await fetch(`${url}/v1/echo`);
          if (response.status !== 200) return response;
          await response.arrayBuffer();
        }
      };
      const response = await refused();
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toMatch(/^[123]$/);
      expect(await response.json()).toMatchObject({ code: 14, details: [{ reason: 'OVERLOADED' }] });
      // More than twice the delay, less than four times: nearly all of low priority, none of high.
      const low = await together(`${url}/v1/echo`, 8);
      expect(low.filter((status) => status === 503).length).toBeGreaterThan(4);
      expect(await together(`${url}/v1/stream`, 3)).toEqual([200, 200, 200]);
      expect((await fetch(`${gateway.adminUrl}/livez`)).status).toBe(200);
    } finally {
      rest();
    }
    // Five in a row would not come by chance.
    while ((await statuses(`${url}/v1/echo`, 5)).includes(503));
  }, 30_000);

  it('warns of a priority that has no effect', async () => {
    const { gateway } = await start({ 't.T.Unary': { priority: 'low' } });
    expect(gateway.diagnostics.map(({ text }) => text)).toContain(
      'The priority of t.T.Unary (policies.t.T.Unary) has no effect.',
    );
  });
});
