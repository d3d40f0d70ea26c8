import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../../src/index.js';
import { type BytesHandlers, startBytesBackend } from '../../support/bytes-backend.js';
import { type EchoGateway, startEchoGateway } from '../../support/echo-gateway.js';
import { freePort } from '../../support/free-port.js';
import { scrape } from '../../support/scrape.js';

/** What calls to backends count. */

type Backend = NonNullable<GatewayOptions['backends']>[number];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const fails: BytesHandlers['Unary'] = (_call, callback) =>
  callback({ code: status.UNAVAILABLE, details: 'failed' });
const answers: BytesHandlers['Unary'] = (call, callback) => callback(null, call.request);

async function backend(Unary: BytesHandlers['Unary'] = answers): Promise<string> {
  const { port, close } = await startBytesBackend({ ...(Unary === undefined ? {} : { Unary }) });
  cleanups.push(close);
  return `127.0.0.1:${port}`;
}

async function start(options: Omit<Backend, 'selector'>): Promise<EchoGateway> {
  const echo = await startEchoGateway({ backends: [{ selector: '*', ...options }] });
  cleanups.push(() => echo.close());
  return echo;
}

async function ask({ url }: EchoGateway, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) await (await fetch(`${url}/v1/echo`)).text();
}

describe.each(['http2', 'grpc-js'] as const)('over %s', (transport) => {
  it('attempts are counted and timed by target, method and code', async () => {
    const target = await backend();
    const echo = await start({ target, transport });
    await ask(echo, 2);
    await (await fetch(`${echo.url}/v1/download`)).text();
    const { value } = await scrape(echo.adminUrl);
    const count = (rpc_method: string, rpc_response_status_code: string) =>
      value('rpc_client_attempt_duration_seconds_count', {
        upstream: target,
        rpc_method,
        rpc_response_status_code,
      });
    expect(count('t.T/Unary', 'OK')).toBe(2);
    expect(count('t.T/Download', 'UNIMPLEMENTED')).toBe(1);
    expect(value('rpc_client_attempt_duration_seconds_sum', { rpc_method: 't.T/Unary' })).toBeGreaterThan(0);
    expect(value('propylon_upstream_endpoints', { upstream: target, connectivity: 'ready' })).toBe(1);
  });

  it('a target that is not there is one', async () => {
    const target = `127.0.0.1:${await freePort()}`;
    const echo = await start({ target, transport });
    await ask(echo);
    const { value } = await scrape(echo.adminUrl);
    expect(
      value('rpc_client_attempt_duration_seconds_count', { rpc_response_status_code: 'UNAVAILABLE' }),
    ).toBe(1);
    expect(value('propylon_upstream_endpoints', { upstream: target, connectivity: 'failed' })).toBe(1);
  });
});

describe('connections', () => {
  it('are counted while they are there', async () => {
    const target = await backend();
    const echo = await start({ target, transport: 'http2' });
    const connections = async () =>
      (await scrape(echo.adminUrl)).value('propylon_upstream_connections', { upstream: target });
    expect(await connections()).toBe(0);
    await ask(echo);
    expect(await connections()).toBe(1);
  });
});

describe('repairs', () => {
  it('retries are counted, each an attempt of its own', async () => {
    const target = await backend(fails);
    const echo = await start({
      target,
      retry: { attempts: 3, codes: ['UNAVAILABLE'], backoff: '1ms' },
      retryBudget: { perSecondMin: 100 },
    });
    // t.T.Unary is not declared idempotent; a GET is a read by its nature.
    await ask(echo);
    const { value } = await scrape(echo.adminUrl);
    expect(value('rpc_client_attempt_duration_seconds_count')).toBe(3);
    expect(value('propylon_upstream_repeats_total', { upstream: target, kind: 'retry' })).toBe(2);
  });

  it('what a budget leaves out is counted', async () => {
    const target = await backend(fails);
    const echo = await start({
      target,
      retry: { attempts: 2, codes: ['UNAVAILABLE'], backoff: '1ms' },
      retryBudget: { percent: 0, perSecondMin: 0 },
    });
    await ask(echo);
    const { value } = await scrape(echo.adminUrl);
    expect(value('propylon_upstream_retry_budget_exhausted_total', { upstream: target })).toBe(1);
    expect(value('propylon_upstream_repeats_total', { kind: 'retry' })).toBe(0);
  });

  it('calls that nobody can have seen go elsewhere without a policy, and are counted apart', async () => {
    const target = `127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}`;
    const echo = await start({ target });
    await ask(echo);
    const { value } = await scrape(echo.adminUrl);
    const repeats = value('propylon_upstream_repeats_total', { upstream: target, kind: 'transparent' });
    expect(repeats).toBeGreaterThan(0);
    expect(value('rpc_client_attempt_duration_seconds_count', { upstream: target })).toBe(repeats + 1);
  });

  it('hedges are counted', async () => {
    let calls = 0;
    const target = await backend((call, callback) => {
      calls += 1;
      if (calls > 1) callback(null, call.request);
    });
    const echo = await start({ target, hedge: { attempts: 2, delay: '10ms' } });
    await ask(echo);
    const { value } = await scrape(echo.adminUrl);
    expect(value('propylon_upstream_repeats_total', { upstream: target, kind: 'hedge' })).toBe(1);
  });

  it('ejections are counted, and who is ejected is said', async () => {
    const target = `${await backend(fails)},${await backend()}`;
    const echo = await start({ target, outlier: { failures: 1, ejectFor: '1h', ejectForMax: '1h' } });
    const ejected = async () =>
      (await scrape(echo.adminUrl)).value('propylon_upstream_endpoints_ejected', { upstream: target });
    while ((await ejected()) === 0) await ask(echo);
    const { value } = await scrape(echo.adminUrl);
    expect(value('propylon_upstream_ejections_total', { upstream: target })).toBe(1);
  });

  it('breakers say how they stand, how often they opened, and what they did not let through', async () => {
    const target = await backend(fails);
    const echo = await start({ target, breaker: { failures: 2, openFor: '1h' } });
    await ask(echo, 1);
    const state = async (name: string) =>
      (await scrape(echo.adminUrl)).value('propylon_upstream_circuit_state', {
        upstream: target,
        state: name,
      });
    expect([await state('closed'), await state('open')]).toEqual([1, 0]);
    await ask(echo, 3);
    expect([await state('closed'), await state('open')]).toEqual([0, 1]);
    const { value } = await scrape(echo.adminUrl);
    expect(value('propylon_upstream_circuit_openings_total', { upstream: target })).toBe(1);
    expect(value('propylon_upstream_circuit_refusals_total', { upstream: target })).toBe(2);
  });
});
