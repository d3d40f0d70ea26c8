import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Tracer } from '../../../src/index.js';
import { createAuthority, openssl } from '../../support/certificates.js';
import { type EchoGateway, startEchoGateway } from '../../support/echo-gateway.js';
import { sendRaw } from '../../support/raw-http.js';
import { openMetrics, prometheusText, type Scrape, scrape } from '../../support/scrape.js';

/** What a request counts, as those see it who scrape the admin listener. */

const json = { 'content-type': 'application/json' };
const count = 'http_server_request_duration_seconds_count';

let echo: EchoGateway;
beforeAll(async () => {
  echo = await startEchoGateway({ limits: { requestBodyBytesMax: 1_000 } });
});
afterAll(() => echo?.close());

/** What has changed from one scrape to the other. */
async function counted(act: () => Promise<unknown>): Promise<(...of: Parameters<Scrape['value']>) => number> {
  const before = await scrape(echo.adminUrl);
  await act();
  const after = await scrape(echo.adminUrl);
  return (...of) => after.value(...of) - before.value(...of);
}

const get = (path: string, init: RequestInit = {}): Promise<string> =>
  fetch(`${echo.url}${path}`, init)
    .then((response) => response.text())
    .catch(() => 'cut');

describe('a request is counted once', () => {
  it.each<[string, () => Promise<unknown>, Record<string, string>]>([
    [
      'by its template, not its path',
      () => get('/v1/things/7', { method: 'PUT', body: '{}', headers: json }),
      {
        http_request_method: 'PUT',
        http_route: '/v1/{name=things/*}',
        http_response_status_code: '200',
        rpc_method: 't.T/Unary',
        rpc_response_status_code: 'OK',
        shape: 'unary',
      },
    ],
    [
      'without a route as unmatched',
      () => get('/nowhere/at/all'),
      {
        http_request_method: 'GET',
        http_route: 'unmatched',
        http_response_status_code: '404',
        rpc_method: '',
        rpc_response_status_code: 'NOT_FOUND',
      },
    ],
    [
      'with the wrong HTTP method as unmatched, too',
      () => get('/v1/collect'),
      {
        http_route: 'unmatched',
        http_response_status_code: '405',
        rpc_response_status_code: 'UNIMPLEMENTED',
      },
    ],
    [
      'with an unknown HTTP method as _OTHER',
      () => sendRaw(echo.port, 'PURGE /v1/echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'),
      { http_request_method: '_OTHER', http_route: 'unmatched', http_response_status_code: '405' },
    ],
    [
      'as HEAD, which its route answers like GET',
      () => get('/v1/echo', { method: 'HEAD' }),
      { http_request_method: 'HEAD', http_route: '/v1/echo', http_response_status_code: '200' },
    ],
    [
      'with the status that its client saw',
      () => get('/v1/echo', { method: 'POST', body: '{"size": "x"}', headers: json }),
      {
        http_request_method: 'POST',
        http_route: '/v1/echo',
        http_response_status_code: '400',
        rpc_response_status_code: 'INVALID_ARGUMENT',
      },
    ],
    [
      'as a stream that ends well',
      () => get('/v1/stream?text=a'),
      {
        http_route: '/v1/stream',
        http_response_status_code: '200',
        rpc_response_status_code: 'OK',
        shape: 'server-stream',
      },
    ],
    [
      'as a stream that failed midway, with the status that had gone out and the code it came to',
      () => get('/v1/stream?text=fail'),
      {
        http_route: '/v1/stream',
        http_response_status_code: '200',
        rpc_response_status_code: 'UNAVAILABLE',
        shape: 'server-stream',
      },
    ],
  ])('%s', async (_, act, labels) => {
    const change = await counted(act);
    expect(change(count, labels)).toBe(1);
  });

  it('and its time is in one bucket and all larger ones', async () => {
    await get('/v1/items');
    const { text } = await scrape(echo.adminUrl);
    const buckets = text
      .split('\n')
      .filter(
        (line) =>
          line.startsWith('http_server_request_duration_seconds_bucket') && line.includes('/v1/items'),
      )
      .map((line) => Number(line.split(' ').at(-1)));
    expect(buckets.length).toBe(15);
    expect(buckets.toSorted((a, b) => a - b)).toEqual(buckets);
    expect(buckets.at(-1)).toBe(1);
  });
});

describe('bytes of bodies are counted', () => {
  const request = 'http_server_request_body_size_bytes_sum';
  const response = 'http_server_response_body_size_bytes_sum';

  it.each<[string, string, () => Promise<unknown>, number]>([
    [
      'one message',
      '/v1/echo',
      () => get('/v1/echo', { method: 'POST', body: '{"text":"abc"}', headers: json }),
      14,
    ],
    ['no body', '/v1/raw', () => get('/v1/raw'), 0],
    [
      'a stream of messages, with what stands between them',
      '/v1/collect',
      () => get('/v1/collect', { method: 'POST', body: '{"text":"a"}\n{"text":"b"}\n', headers: json }),
      26,
    ],
    [
      'both ways at once',
      '/v1/talk/{name}',
      () => get('/v1/talk/x', { method: 'POST', body: '{"text":"a"}\n{"text":"b"}', headers: json }),
      25,
    ],
  ])('of a request with %s', async (_, http_route, act, bytes) => {
    const change = await counted(act);
    expect(
      change(request, { http_route, ...(http_route === '/v1/echo' ? { http_request_method: 'POST' } : {}) }),
    ).toBe(bytes);
  });

  it.each<[string, string, string]>([
    ['of a message', '/v1/child', '/v1/child?child.text=abc'],
    ['of a stream', '/v1/stream/child', '/v1/stream/child?child.text=abc'],
    ['of an error', 'unmatched', '/nowhere'],
  ])('of an answer: %s', async (_, http_route, path) => {
    let length = 0;
    const change = await counted(async () => {
      length = (await get(path)).length;
    });
    expect(length).toBeGreaterThan(0);
    expect(change(response, { http_route, http_request_method: 'GET' })).toBe(length);
  });

  it('of a WebSocket, frame by frame', async () => {
    const labels = { http_route: '/v1/talk/{name}', http_request_method: 'GET' };
    let received = 0;
    const before = await scrape(echo.adminUrl);
    const socket = new WebSocket(`ws://127.0.0.1:${echo.port}/v1/talk/x`);
    socket.on('message', (frame: Buffer) => {
      received += frame.length;
    });
    await once(socket, 'open');
    socket.send('{"text":"a"}');
    socket.send('{"text":"bc"}');
    socket.send('');
    await once(socket, 'close');
    const after = await scrape(echo.adminUrl);
    const change = (name: string, more = {}) =>
      after.value(name, { ...labels, ...more }) - before.value(name, { ...labels, ...more });
    expect(change(count, { http_response_status_code: '101', shape: 'bidi' })).toBe(1);
    expect(change(request)).toBe('{"text":"a"}{"text":"bc"}'.length);
    expect(change(response)).toBe(received);
  });
});

describe('what clients write', () => {
  it('makes no new series, however many paths, HTTP methods, queries and header fields they invent', async () => {
    const httpMethods = ['GET', 'POST', 'PURGE', 'LINK', 'PROPFIND', 'M-SEARCH', 'REPORT', 'OPTIONS'];
    const flood = async (from: number): Promise<void> => {
      for (let i = from; i < from + 60; i++) {
        const httpMethod = httpMethods[i % httpMethods.length] ?? 'GET';
        const paths = [
          `/p${i}/x`,
          `/v1/talk%2F${i}`,
          `/v1/echo?q${i}=1`,
          `/v1/echo:v${i}`,
          `/v1/things/${i}`,
        ];
        const head = `host: h${i}\r\nx-request-id: r${i}\r\nx-f${i}: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
        await sendRaw(echo.port, `${httpMethod} ${paths[i % paths.length]} HTTP/1.1\r\n${head}`);
      }
    };
    // Every way to be answered once.
    await flood(0);
    const { series } = await scrape(echo.adminUrl);
    await flood(120);
    await flood(1_000);
    expect((await scrape(echo.adminUrl)).series.filter((one) => !series.includes(one))).toEqual([]);
  });
});

describe('the format', () => {
  const text = 'text/plain; version=0.0.4; charset=utf-8';
  const open = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

  it.each([
    ['*/*', text],
    [prometheusText, text],
    [openMetrics, open],
    [`${openMetrics};q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`, open],
    [`${openMetrics};q=0.2,text/plain;q=0.3`, text],
    ['image/png', text],
  ])('for Accept: %s', async (accept, contentType) => {
    expect((await scrape(echo.adminUrl, accept)).contentType).toBe(contentType);
  });

  it('of counters and their names differs as it must, and nothing else of the series', async () => {
    const names = (one: Scrape) =>
      one.series.filter((series) => !/^(process|nodejs|v8js)_/.test(series)).map((series) => series);
    expect(names(await scrape(echo.adminUrl, openMetrics))).toEqual(names(await scrape(echo.adminUrl)));
    expect((await scrape(echo.adminUrl, openMetrics)).text).toMatch(/\n# EOF\n$/);
  });
});

const tracer: Tracer = {
  names: new Set(),
  start: ({ target }) => ({
    ids: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: !target.includes('unsampled') },
    event: () => undefined,
    end: () => undefined,
    attempt: () => undefined,
  }),
  flush: async () => undefined,
  close: async () => undefined,
};

describe('a gateway', () => {
  it('names a trace that is kept as an example, in the format that has them', async () => {
    const traced = await startEchoGateway({ tracer });
    try {
      await fetch(`${traced.url}/v1/echo?text=unsampled`);
      expect((await scrape(traced.adminUrl, openMetrics)).text).not.toContain('trace_id');
      await fetch(`${traced.url}/v1/echo`);
      expect((await scrape(traced.adminUrl, openMetrics)).text).toMatch(
        /http_server_request_duration_seconds_bucket\{.*\} \d+ # \{trace_id="a{32}",span_id="b{16}"\} 0\.\d+ \d+\.\d+\n/,
      );
      expect((await scrape(traced.adminUrl)).text).not.toContain('trace_id');
    } finally {
      await traced.close();
    }
  });

  it('has buckets as configured', async () => {
    const own = await startEchoGateway({ metrics: { buckets: [0.5, 20] } });
    try {
      await fetch(`${own.url}/v1/echo`);
      const { series } = await scrape(own.adminUrl);
      const bounds = series
        .filter((one) => one.startsWith('http_server_request_duration_seconds_bucket'))
        .map((one) => /le="([^"]+)"/.exec(one)?.[1]);
      expect(bounds.toSorted()).toEqual(['+Inf', '0.5', '20.0']);
    } finally {
      await own.close();
    }
  });

  it('counts nothing where that is off', async () => {
    const own = await startEchoGateway({ metrics: { enabled: false } });
    try {
      await fetch(`${own.url}/v1/echo`);
      expect((await fetch(`${own.adminUrl}/metrics`)).status).toBe(404);
    } finally {
      await own.close();
    }
  });

  it('counts for itself: two in a process share nothing', async () => {
    const [one, two] = [await startEchoGateway(), await startEchoGateway()];
    try {
      await fetch(`${one.url}/v1/echo`);
      expect((await scrape(one.adminUrl)).value(count, { http_route: '/v1/echo' })).toBe(1);
      expect((await scrape(two.adminUrl)).value(count, { http_route: '/v1/echo' })).toBe(0);
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  });

  it('says what it is, and what it serves', async () => {
    const scraped = await scrape(echo.adminUrl);
    expect(scraped.value('propylon_build_info', { node_version: process.version })).toBe(1);
    expect(scraped.value('propylon_processes')).toBe(1);
    expect(scraped.value('propylon_surface_generation')).toBe(1);
    expect(scraped.value('propylon_surface_routes')).toBe(echo.gateway.counts.routes);
    expect(scraped.value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(scraped.value('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(scraped.value('nodejs_eventloop_utilization_ratio')).toBeLessThanOrEqual(1);
    expect(
      Math.abs(scraped.value('propylon_reload_last_success_timestamp_seconds') - Date.now() / 1_000),
    ).toBeLessThan(600);
  });

  it.skipIf(openssl === undefined)('says until when its certificate is good', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'propylon-expiry-'));
    const tls = createAuthority(folder, 'ca').issue('server');
    const own = await startEchoGateway({}, {}, { tls });
    try {
      const { value } = await scrape(own.adminUrl);
      const daysLeft =
        (value('propylon_tls_certificate_expiry_timestamp_seconds') - Date.now() / 1_000) / 86_400;
      expect(Math.round(daysLeft)).toBe(2);
      expect((await scrape(echo.adminUrl)).text).not.toContain('certificate_expiry');
    } finally {
      await own.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('counts its reloads, and says whether the last one was good', async () => {
    const own = await startEchoGateway();
    try {
      await own.gateway.reload({ sources: [], backends: [{ selector: '*', target: 'no target' }] });
      const bad = await scrape(own.adminUrl);
      expect(bad.value('propylon_reloads_total', { result: 'failure' })).toBe(1);
      expect(bad.value('propylon_reload_last_successful')).toBe(0);
      await own.gateway.reload();
      const good = await scrape(own.adminUrl);
      expect(good.value('propylon_reloads_total', { result: 'unchanged' })).toBe(1);
      expect(good.value('propylon_reload_last_successful')).toBe(1);
    } finally {
      await own.close();
    }
  });
});
