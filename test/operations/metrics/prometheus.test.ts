import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tracer } from '../../../src/index.js';
import { type EchoGateway, startEchoGateway } from '../../support/echo-gateway.js';
import { freePort } from '../../support/free-port.js';
import { scrape } from '../../support/scrape.js';
import { findServerProgram } from '../../support/server-program.js';

/** Prometheus itself, which reads what nobody here has written a reader for. */

const promtool = findServerProgram('promtool', 'prometheus');
const prometheus = findServerProgram('prometheus', 'prometheus');

/** So that there are examples to be read. */
const tracer: Tracer = {
  names: new Set(),
  start: () => ({
    ids: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true },
    event: () => undefined,
    end: () => undefined,
    attempt: () => undefined,
  }),
  flush: async () => undefined,
  close: async () => undefined,
};

let echo: EchoGateway;
beforeAll(async () => {
  echo = await startEchoGateway({
    tracer,
    policies: [
      { selector: '*', policy: { authentication: { mode: 'none' } } },
      { selector: 't.T.Unary', policy: { rateLimits: [{ requests: 1_000, per: 1_000, by: 'address' }] } },
    ],
  });
  for (const path of ['/v1/echo', '/v1/stream?text=a', '/nowhere'])
    await (await fetch(`${echo.url}${path}`)).text();
});
afterAll(() => echo?.close());

describe.skipIf(promtool === undefined)('promtool check metrics', () => {
  it('has nothing to say against a scrape', async () => {
    const { text } = await scrape(echo.adminUrl);
    const checked = spawnSync(promtool ?? '', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(checked.stdout + checked.stderr).toBe('');
    expect(checked.status).toBe(0);
  });
});

describe.skipIf(prometheus === undefined)('a Prometheus server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'propylon-prometheus-'));
  let server: ChildProcess;
  let url = '';

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const config = join(folder, 'prometheus.yml');
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '100ms', scrape_timeout: '100ms' },
        scrape_configs: [
          { job_name: 'propylon', static_configs: [{ targets: [new URL(echo.adminUrl).host] }] },
        ],
      }),
    );
    server = spawn(
      prometheus ?? '',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--enable-feature=exemplar-storage',
        '--log.level=error',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  });
  afterAll(async () => {
    if (server?.kill('SIGTERM')) await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Waits until a question has an answer that will do. */
  async function answer(
    path: string,
    isEnough: (results: readonly unknown[]) => boolean,
  ): Promise<unknown[]> {
    for (const deadline = Date.now() + 12_000; ; ) {
      const response = await fetch(`${url}/api/v1/${path}`).catch(() => undefined);
      const body = response?.ok === true ? await response.json() : {};
      const { data } = body as { readonly data?: unknown[] | { readonly result: unknown[] } };
      const results = Array.isArray(data) ? data : (data?.result ?? []);
      if (isEnough(results) || Date.now() > deadline) return results;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('scrapes the gateway, and knows the request rate by route', async () => {
    const query = encodeURIComponent(
      'sum by (http_route) (rate(http_server_request_duration_seconds_count{http_route="/v1/echo"}[10s])) > 0',
    );
    let isAsking = true;
    const asking = (async () => {
      while (isAsking) await (await fetch(`${echo.url}/v1/echo`)).text();
    })();
    const results = await answer(`query?query=${query}`, (found) => found.length > 0);
    isAsking = false;
    await asking;
    expect(results).toMatchObject([{ metric: { http_route: '/v1/echo' } }]);
  });

  it('keeps the examples, since it asks for OpenMetrics', async () => {
    const query = 'http_server_request_duration_seconds_bucket&start=0&end=9999999999';
    const results = await answer(`query_exemplars?query=${query}`, (found) => found.length > 0);
    expect(JSON.stringify(results)).toContain(`"trace_id":"${'a'.repeat(32)}"`);
  });
});
