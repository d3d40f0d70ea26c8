import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { findServerProgram } from '../support/server-program.js';
import { at } from './manifest.js';
import { prometheusRules, rulesOf } from './queries.js';

const promtool = findServerProgram('promtool', 'prometheus');

const target = 'namespace="shop",job="propylon",pod="propylon-1"';
const requests = (status: string, values: string, more = ''): [string, string] => [
  `http_server_request_duration_seconds_count{${target},http_response_status_code="${status}"${more}}`,
  values,
];
const unary = (metric: string, values: string, more = ''): [string, string] => [
  `http_server_request_duration_seconds_${metric}{${target},shape="unary"${more}}`,
  values,
];
const gauge = (name: string, labels: string, values: string): [string, string] => [
  `${name}{${target}${labels === '' ? '' : `,${labels}`}}`,
  values,
];

/** What happens, minute by minute in promtool's notation, and whether the alert fires at the end. */
const cases: readonly {
  readonly alert: string;
  readonly when: string;
  readonly series: readonly [string, string][];
  readonly at: string;
  readonly fires: boolean;
  /** Only what is as severe; default: whatever there is. */
  readonly severity?: 'critical';
  /** Of samples and evaluations; default 1m. Days by the minute take promtool half of one. */
  readonly step?: '15m';
}[] = [
  {
    alert: 'PropylonErrorBudgetBurn',
    when: '2% of requests fail for an hour',
    series: [requests('200', '0+980x120'), requests('503', '0+20x120')],
    at: '70m',
    fires: true,
  },
  {
    alert: 'PropylonErrorBudgetBurn',
    when: '0.2% fail for three days',
    series: [requests('200', '0+998x400'), requests('503', '0+2x400')],
    at: '78h',
    fires: true,
    step: '15m',
  },
  {
    alert: 'PropylonErrorBudgetBurn',
    when: '2% failed for an hour, and none since: nobody is woken up any more',
    series: [requests('200', '0+980x180'), requests('503', '0+20x60 1200x120')],
    at: '95m',
    fires: false,
    severity: 'critical',
  },
  {
    alert: 'PropylonErrorBudgetBurn',
    when: '0.05% fail',
    series: [requests('200', '0+9995x400'), requests('503', '0+5x400')],
    at: '78h',
    fires: false,
    step: '15m',
  },
  {
    alert: 'PropylonErrorBudgetBurn',
    when: 'clients are at fault',
    series: [requests('200', '0+100x120'), requests('404', '0+900x120')],
    at: '70m',
    fires: false,
  },
  {
    alert: 'PropylonLatencyBudgetBurn',
    when: 'a fifth of unary requests takes longer than 250 ms',
    series: [unary('count', '0+100x120'), unary('bucket', '0+80x120', ',le="0.25"')],
    at: '70m',
    fires: true,
  },
  {
    alert: 'PropylonLatencyBudgetBurn',
    when: 'one in two hundred does',
    series: [unary('count', '0+200x120'), unary('bucket', '0+199x120', ',le="0.25"')],
    at: '70m',
    fires: false,
  },
  {
    alert: 'PropylonServerErrors',
    when: 'one route of two fails, less than 1% of all',
    series: [
      requests('200', '0+10000x60', ',http_route="/v1/products"'),
      requests('200', '0+90x60', ',http_route="/v1/orders"'),
      requests('500', '0+10x60', ',http_route="/v1/orders"'),
    ],
    at: '30m',
    fires: true,
  },
  {
    alert: 'PropylonServerErrors',
    when: 'each route fails once in a hundred',
    series: [
      requests('200', '0+99x60', ',http_route="/v1/orders"'),
      requests('500', '0+1x60', ',http_route="/v1/orders"'),
    ],
    at: '30m',
    fires: false,
  },
  ...[
    { value: '1', fires: true },
    { value: '0', fires: false },
  ].map(({ value, fires }) => ({
    alert: 'PropylonUpstreamCircuitOpen',
    when: `${value} breakers are open`,
    series: [gauge('propylon_upstream_circuit_state', 'upstream="a:1",state="open"', `${value}x30`)],
    at: '10m',
    fires,
  })),
  {
    alert: 'PropylonUpstreamEndpointsEjected',
    when: 'an endpoint stays ejected',
    series: [gauge('propylon_upstream_endpoints_ejected', 'upstream="a:1"', '1x60')],
    at: '20m',
    fires: true,
  },
  {
    alert: 'PropylonUpstreamEndpointsEjected',
    when: 'endpoints come back within minutes',
    series: [
      gauge(
        'propylon_upstream_endpoints_ejected',
        'upstream="a:1"',
        '1 1 0 1 1 0 1 1 0 1 1 0 1 1 0 1 1 0 1 1 0',
      ),
    ],
    at: '20m',
    fires: false,
  },
  {
    alert: 'PropylonUpstreamUnreachable',
    when: 'all endpoints have failed',
    series: [
      gauge('propylon_upstream_endpoints', 'upstream="a:1",connectivity="failed"', '2x30'),
      gauge('propylon_upstream_endpoints', 'upstream="a:1",connectivity="ready"', '0x30'),
    ],
    at: '10m',
    fires: true,
  },
  {
    alert: 'PropylonUpstreamUnreachable',
    when: 'one of two has failed',
    series: [
      gauge('propylon_upstream_endpoints', 'upstream="a:1",connectivity="failed"', '1x30'),
      gauge('propylon_upstream_endpoints', 'upstream="a:1",connectivity="ready"', '1x30'),
    ],
    at: '10m',
    fires: false,
  },
  ...[
    { value: '0', fires: true },
    { value: '1', fires: false },
  ].map(({ value, fires }) => ({
    alert: 'PropylonReloadFailed',
    when: `the last reload is ${value}`,
    series: [gauge('propylon_reload_last_successful', '', `${value}x30`)],
    at: '10m',
    fires,
  })),
  ...[
    { decision: 'unavailable', fires: true },
    { decision: 'refused', fires: false },
  ].map(({ decision, fires }) => ({
    alert: 'PropylonRateLimitStoreDown',
    when: `decisions are ${decision}`,
    series: [gauge('propylon_rate_limit_decisions_total', `limit="a",decision="${decision}"`, '0+10x30')],
    at: '15m',
    fires,
  })),
  ...[
    { seconds: '0.25', fires: true },
    { seconds: '0.02', fires: false },
  ].map(({ seconds, fires }) => ({
    alert: 'PropylonEventLoopSlow',
    when: `timers are late by ${seconds} s`,
    series: [gauge('nodejs_eventloop_delay_p99_seconds', '', `${seconds}x30`)],
    at: '10m',
    fires,
  })),
  ...[
    { decision: 'refused', fires: true },
    { decision: 'allowed', fires: false },
  ].map(({ decision, fires }) => ({
    alert: 'PropylonOverloaded',
    when: `requests are ${decision}`,
    series: [gauge('propylon_overload_decisions_total', `priority="low",decision="${decision}"`, '0+10x30')],
    at: '10m',
    fires,
  })),
  ...[
    { processes: '1', fires: true },
    { processes: '2', fires: false },
  ].map(({ processes, fires }) => ({
    alert: 'PropylonMemoryHigh',
    when: `${processes} processes use 90% of the heap of one`,
    series: [
      gauge('v8js_memory_heap_used_bytes', 'v8js_heap_space_name="old"', '90x30'),
      gauge('v8js_memory_heap_limit_bytes', '', '100x30'),
      gauge('propylon_processes', '', `${processes}x30`),
    ],
    at: '20m',
    fires,
  })),
  ...[
    { hours: 24 * 6, fires: true },
    { hours: 24 * 30, fires: false },
  ].map(({ hours, fires }) => ({
    alert: 'PropylonCertificateExpiry',
    when: `the certificate ends after ${hours} hours`,
    series: [gauge('propylon_tls_certificate_expiry_timestamp_seconds', '', `${hours * 3600}x120`)],
    at: '90m',
    fires,
  })),
  ...[
    { ready: '0', fires: true },
    { ready: '1', fires: false },
  ].map(({ ready, fires }) => ({
    alert: 'PropylonPodsNotReady',
    when: `kube-state-metrics says ${ready}`,
    series: [
      [`kube_pod_status_ready{namespace="shop",pod="propylon-1",condition="true"}`, `${ready}x30`] as [
        string,
        string,
      ],
    ],
    at: '10m',
    fires,
  })),
  ...[
    { up: '0', fires: true },
    { up: '1', fires: false },
  ].map(({ up, fires }) => ({
    alert: 'PropylonDown',
    when: `the only target is ${up}`,
    series: [gauge('up', '', `${up}x30`)],
    at: '10m',
    fires,
  })),
];

describe.skipIf(promtool === undefined)('the rules, as promtool sees them', () => {
  const files = ['slo.yaml', 'alerts.yaml'] as const;
  let folder = '';
  const run = (...args: string[]) => spawnSync(promtool ?? '', args, { cwd: folder, encoding: 'utf8' });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'propylon-rules-'));
    for (const file of files) writeFileSync(join(folder, file), stringify(at(prometheusRules(file), 'spec')));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are in order', () => {
    const { status, stdout, stderr } = run('check', 'rules', '--lint-fatal', ...files);
    expect(`${stdout}${stderr}`).not.toMatch(/FAILED|error/);
    expect(status).toBe(0);
  });

  it.each(['1m', '15m'] as const)(
    'fire when they should, and not when they should not, by steps of %s',
    (step) => {
      const tests = cases
        .filter((one) => (one.step ?? '1m') === step)
        .map(({ alert, when, series, at: evalTime, fires, severity = '.+' }) => ({
          name: `${alert}: ${when}`,
          interval: step,
          input_series: series.map(([name, values]) => ({ series: name, values })),
          promql_expr_test: [
            {
              expr: `count(ALERTS{alertname="${alert}",alertstate="firing",severity=~"${severity}"}) > bool 0`,
              eval_time: evalTime,
              exp_samples: fires ? [{ labels: '{}', value: 1 }] : [],
            },
          ],
        }));
      writeFileSync(
        join(folder, 'tests.yaml'),
        stringify(
          {
            rule_files: files,
            evaluation_interval: step,
            // Else in any: then an alert may look at what was recorded a step ago, which is stale where steps are long.
            group_eval_order: ['propylon.slo', 'propylon.alerts'],
            tests,
          },
          { aliasDuplicateObjects: false },
        ),
      );
      const { status, stdout, stderr } = run('test', 'rules', 'tests.yaml');
      expect(`${stdout}${stderr}`).toMatch(/SUCCESS/);
      expect(status).toBe(0);
    },
    60_000,
  );

  it('are each seen to fire and to keep still', () => {
    const names = new Set(rulesOf(prometheusRules('alerts.yaml')).map(({ alert }) => alert));
    for (const fires of [true, false])
      expect(new Set(cases.filter((one) => one.fires === fires).map(({ alert }) => alert))).toEqual(names);
  });
});
