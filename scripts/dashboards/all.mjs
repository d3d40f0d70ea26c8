import { dashboard, heat, lines, number, table } from './panels.mjs';

const pods = 'namespace=~"$namespace",pod=~"$pod"';
const requests = 'http_server_request_duration_seconds';
const attempts = 'rpc_client_attempt_duration_seconds';

const rate = (metric, matchers, by = '', from = pods) =>
  `sum${by === '' ? '' : ` by (${by})`} (rate(${metric}{${[from, matchers].filter((m) => m !== '').join(',')}}[$__rate_interval]))`;
const quantile = (q, metric, matchers = '', by = '', from = pods) =>
  `histogram_quantile(${q}, ${rate(`${metric}_bucket`, matchers, by === '' ? 'le' : `${by}, le`, from)})`;
const percentiles = (metric, matchers = '', from = pods) =>
  [0.5, 0.95, 0.99].map((q) => [quantile(q, metric, matchers, '', from), `p${q * 100}`]);
const gauge = (how, metric, by = '', matchers = '') =>
  `${how}${by === '' ? '' : ` by (${by})`} (${metric}{${[pods, matchers].filter((m) => m !== '').join(',')}})`;
const share = (metric, matchers) => `${rate(metric, matchers)} / ${rate(metric, '')}`;
const red = (value) => ({ color: 'red', value });
const orange = (value) => ({ color: 'orange', value });

const overview = dashboard(
  'overview',
  'Overview',
  'Whether clients get what they ask for, and how fast.',
  [],
  [
    number('Requests', 'reqps', rate(`${requests}_count`, '')),
    number('Errors', 'percentunit', share(`${requests}_count`, 'http_response_status_code=~"5.."'), [
      orange(0.001),
      red(0.01),
    ]),
    number('p95', 's', quantile(0.95, requests, 'shape="unary"'), [orange(0.25), red(1)]),
    number('Under way', 'short', gauge('sum', 'http_server_active_requests')),
    number('Breakers open', 'short', gauge('sum', 'propylon_upstream_circuit_state', '', 'state="open"'), [
      red(1),
    ]),
    number('Old surfaces', 'short', `count(propylon_reload_last_successful{${pods}} == 0) or vector(0)`, [
      red(1),
    ]),
    lines('Requests by status', 'reqps', [
      [rate(`${requests}_count`, '', 'http_response_status_code'), '{{http_response_status_code}}'],
    ]),
    lines('Response time, unary', 's', percentiles(requests, 'shape="unary"')),
    heat(
      'Where response times lie',
      `sum by (le) (increase(${requests}_bucket{${pods},shape="unary"}[$__rate_interval]))`,
    ),
    lines('Error budget burnt, times what 99.9% allows', 'short', [
      ['propylon:request_errors:ratio_rate5m{namespace=~"$namespace"} / 0.001', '5 min'],
      ['propylon:request_errors:ratio_rate1h{namespace=~"$namespace"} / 0.001', '1 h'],
      ['propylon:request_errors:ratio_rate6h{namespace=~"$namespace"} / 0.001', '6 h'],
    ]),
    lines('Requests by version', 'reqps', [[rate(`${requests}_count`, '', 'version'), '{{version}}']], {
      description: 'The label version of pods: stable and canary.',
    }),
    lines('Streams under way and ended', 'short', [
      [gauge('sum', 'http_server_active_requests'), 'under way, all'],
      [rate(`${requests}_count`, 'shape!="unary"', 'shape'), '{{shape}} ended per second'],
    ]),
    lines('Bytes', 'Bps', [
      [rate('http_server_request_body_size_bytes_sum', ''), 'in'],
      [rate('http_server_response_body_size_bytes_sum', ''), 'out'],
    ]),
    lines('Pods and processes', 'short', [
      [gauge('count', 'propylon_build_info', 'version'), '{{version}}'],
      [gauge('sum', 'propylon_processes'), 'processes'],
    ]),
    lines('Refused', 'reqps', [[rate('propylon_gate_refusals_total', '', 'step'), '{{step}}']]),
  ],
);

const routed = `${pods},http_route=~"$route"`;
const routes = dashboard(
  'routes',
  'Routes',
  'Each route by itself: who is slow, who fails, what moves most.',
  [['route', 'Route', `label_values(${requests}_count{namespace=~"$namespace"}, http_route)`]],
  [
    table(
      'Most asked',
      'reqps',
      `topk(20, ${rate(`${requests}_count`, '', 'http_request_method, http_route', routed)})`,
    ),
    table(
      'Slowest, p95',
      's',
      `topk(20, ${quantile(0.95, requests, 'shape="unary"', 'http_request_method, http_route', routed)})`,
    ),
    lines('Requests', 'reqps', [
      [
        rate(`${requests}_count`, '', 'http_request_method, http_route', routed),
        '{{http_request_method}} {{http_route}}',
      ],
    ]),
    lines('Errors', 'percentunit', [
      [
        `${rate(`${requests}_count`, 'http_response_status_code=~"5.."', 'http_route', routed)} / ${rate(`${requests}_count`, '', 'http_route', routed)}`,
        '{{http_route}}',
      ],
    ]),
    lines('p95', 's', [[quantile(0.95, requests, 'shape="unary"', 'http_route', routed), '{{http_route}}']]),
    lines('By code of the call', 'reqps', [
      [
        rate(
          `${requests}_count`,
          'rpc_response_status_code!="OK"',
          'rpc_method, rpc_response_status_code',
          routed,
        ),
        '{{rpc_method}} {{rpc_response_status_code}}',
      ],
    ]),
    lines('Turned away by clients’ mistakes', 'reqps', [
      [
        rate(
          `${requests}_count`,
          'http_response_status_code=~"4.."',
          'http_route, http_response_status_code',
          routed,
        ),
        '{{http_response_status_code}} {{http_route}}',
      ],
    ]),
    lines('Without a route', 'reqps', [[rate(`${requests}_count`, 'http_route="unmatched"'), 'unmatched']]),
    lines('Size of requests, p95', 'bytes', [
      [quantile(0.95, 'http_server_request_body_size_bytes', '', 'http_route', routed), '{{http_route}}'],
    ]),
    lines('Size of answers, p95', 'bytes', [
      [quantile(0.95, 'http_server_response_body_size_bytes', '', 'http_route', routed), '{{http_route}}'],
    ]),
    heat(
      'Where response times lie',
      `sum by (le) (increase(${requests}_bucket{${routed},shape="unary"}[$__rate_interval]))`,
    ),
  ],
);

const called = `${pods},upstream=~"$upstream"`;
const upstreams = dashboard(
  'upstreams',
  'Upstreams',
  'The backends as the gateway meets them: attempts, breakers, endpoints, connections.',
  [['upstream', 'Upstream', `label_values(${attempts}_count{namespace=~"$namespace"}, upstream)`]],
  [
    lines('Attempts', 'reqps', [[rate(`${attempts}_count`, '', 'upstream', called), '{{upstream}}']]),
    lines('Failed attempts', 'reqps', [
      [
        rate(
          `${attempts}_count`,
          'rpc_response_status_code!="OK"',
          'upstream, rpc_response_status_code',
          called,
        ),
        '{{upstream}} {{rpc_response_status_code}}',
      ],
    ]),
    lines('Time of an attempt, p95', 's', [
      [quantile(0.95, attempts, '', 'upstream', called), '{{upstream}}'],
    ]),
    lines('Slowest methods, p95', 's', [
      [`topk(10, ${quantile(0.95, attempts, '', 'rpc_method', called)})`, '{{rpc_method}}'],
    ]),
    lines('Repeats', 'reqps', [
      [rate('propylon_upstream_repeats_total', '', 'upstream, kind', called), '{{upstream}} {{kind}}'],
      [
        rate('propylon_upstream_retry_budget_exhausted_total', '', 'upstream', called),
        '{{upstream}} left out',
      ],
    ]),
    lines('Breakers', 'short', [
      [
        `sum by (upstream, state) (propylon_upstream_circuit_state{${called},state!="closed"})`,
        '{{upstream}} {{state}}',
      ],
    ]),
    lines('Calls that breakers refused', 'reqps', [
      [rate('propylon_upstream_circuit_refusals_total', '', 'upstream', called), '{{upstream}}'],
      [rate('propylon_upstream_circuit_openings_total', '', 'upstream', called), '{{upstream}} openings'],
    ]),
    lines('Endpoints', 'short', [
      [
        `sum by (upstream, connectivity) (propylon_upstream_endpoints{${called}})`,
        '{{upstream}} {{connectivity}}',
      ],
    ]),
    lines('Endpoints kept from calls', 'short', [
      [`sum by (upstream) (propylon_upstream_endpoints_ejected{${called}})`, '{{upstream}} ejected'],
      [`sum by (upstream) (propylon_upstream_endpoints_unhealthy{${called}})`, '{{upstream}} unhealthy'],
      [
        rate('propylon_upstream_ejections_total', '', 'upstream', called),
        '{{upstream}} ejections per second',
      ],
    ]),
    lines('Connections', 'short', [
      [`sum by (upstream) (propylon_upstream_connections{${called}})`, '{{upstream}}'],
    ]),
    lines('Calls under way', 'short', [
      [`sum by (upstream) (propylon_upstream_streams{${called}})`, '{{upstream}}'],
    ]),
    lines('Calls that wait for a connection', 'short', [
      [`sum by (upstream) (propylon_upstream_waiting_calls{${called}})`, '{{upstream}}'],
    ]),
  ],
);

const hits = 'result=~"hit|stale|stale_error|joined"';
const gate = dashboard(
  'gate-and-cache',
  'Gate and cache',
  'Who is let in, who is turned away and why, and what need not be asked again.',
  [],
  [
    number('Refused', 'reqps', rate('propylon_gate_refusals_total', '')),
    number(
      'Authentication failures',
      'percentunit',
      share('propylon_authentications_total', 'result="failure"'),
      [orange(0.05), red(0.2)],
    ),
    number(
      'Cache hits',
      'percentunit',
      `${rate('propylon_cache_requests_total', hits)} / ${rate('propylon_cache_requests_total', 'result!="bypass"')}`,
    ),
    number(
      'Limits without their store',
      'reqps',
      rate('propylon_rate_limit_decisions_total', 'decision="unavailable"'),
      [red(0.001)],
    ),
    number('Overload', 'reqps', rate('propylon_overload_decisions_total', 'decision="refused"'), [
      red(0.001),
    ]),
    lines('Refused, by step', 'reqps', [[rate('propylon_gate_refusals_total', '', 'step'), '{{step}}']]),
    lines('Refused, by reason', 'reqps', [
      [rate('propylon_gate_refusals_total', '', 'reason'), '{{reason}}'],
    ]),
    lines('Authentication', 'reqps', [
      [rate('propylon_authentications_total', '', 'provider, result'), '{{provider}} {{result}}'],
    ]),
    lines('Authentication failures', 'reqps', [
      [
        rate('propylon_authentications_total', 'result="failure"', 'provider, reason'),
        '{{provider}} {{reason}}',
      ],
    ]),
    lines('Rate limits', 'reqps', [
      [rate('propylon_rate_limit_decisions_total', '', 'limit, decision'), '{{limit}} {{decision}}'],
    ]),
    lines('Concurrency and overload', 'reqps', [
      [rate('propylon_concurrency_decisions_total', 'decision="refused"', 'rpc_method'), '{{rpc_method}}'],
      [rate('propylon_overload_decisions_total', 'decision="refused"', 'priority'), 'priority {{priority}}'],
    ]),
    lines('Cache', 'reqps', [[rate('propylon_cache_requests_total', '', 'result'), '{{result}}']]),
    lines('Cache hits, by method', 'percentunit', [
      [
        `${rate('propylon_cache_requests_total', hits, 'rpc_method')} / ${rate('propylon_cache_requests_total', 'result!="bypass"', 'rpc_method')}`,
        '{{rpc_method}}',
      ],
    ]),
    lines('Cache memory', 'bytes', [
      [gauge('sum', 'propylon_cache_size_bytes'), 'in use'],
      [gauge('sum', 'propylon_cache_size_max_bytes'), 'at most'],
    ]),
    lines('Cache entries and evictions', 'short', [
      [gauge('sum', 'propylon_cache_entries'), 'entries'],
      [rate('propylon_cache_evictions_total', ''), 'evictions per second'],
    ]),
    lines('Idempotency', 'reqps', [
      [rate('propylon_idempotency_requests_total', '', 'result'), '{{result}}'],
    ]),
  ],
);

const runtime = dashboard(
  'runtime',
  'Runtime',
  'The processes: event loop, memory, CPU, reloads.',
  [],
  [
    lines('Event loop delay', 's', [
      [gauge('max', 'nodejs_eventloop_delay_p99_seconds', 'pod'), '{{pod}} p99'],
      [gauge('max', 'nodejs_eventloop_delay_max_seconds', 'pod'), '{{pod}} max'],
    ]),
    lines(
      'Event loop utilization',
      'percentunit',
      [[gauge('max', 'nodejs_eventloop_utilization_ratio', 'pod'), '{{pod}}']],
      { defaults: { max: 1 } },
    ),
    lines('CPU', 'short', [[rate('process_cpu_seconds_total', '', 'pod'), '{{pod}}']], {
      description: 'In cores.',
    }),
    lines('Heap', 'bytes', [
      [gauge('sum', 'v8js_memory_heap_used_bytes', 'pod'), '{{pod}} used'],
      [gauge('sum', 'v8js_memory_heap_size_bytes', 'pod'), '{{pod}} reserved'],
    ]),
    lines('Memory', 'bytes', [
      [gauge('sum', 'process_resident_memory_bytes', 'pod'), '{{pod}} resident'],
      [gauge('sum', 'nodejs_memory_external_bytes', 'pod'), '{{pod}} buffers'],
    ]),
    lines(
      'Garbage collection',
      'percentunit',
      [[rate('v8js_gc_duration_seconds_sum', '', 'v8js_gc_type'), '{{v8js_gc_type}}']],
      { description: 'Share of the time.' },
    ),
    lines('Pauses, p99', 's', [
      [quantile(0.99, 'v8js_gc_duration_seconds', '', 'v8js_gc_type'), '{{v8js_gc_type}}'],
    ]),
    lines('What keeps the loop alive', 'short', [
      [gauge('sum', 'nodejs_active_resources', 'type'), '{{type}}'],
    ]),
    lines('Open files', 'short', [[gauge('sum', 'process_open_fds', 'pod'), '{{pod}}']]),
    lines('Reloads', 'short', [
      [`sum by (result) (increase(propylon_reloads_total{${pods}}[$__rate_interval]))`, '{{result}}'],
    ]),
    lines('Age of what is served', 's', [
      [`time() - ${gauge('min', 'propylon_reload_last_success_timestamp_seconds', 'pod')}`, '{{pod}}'],
    ]),
    lines('Routes and methods', 'short', [
      [gauge('max', 'propylon_surface_routes'), 'routes'],
      [gauge('max', 'propylon_surface_methods'), 'methods'],
    ]),
    lines('Uptime', 's', [[`time() - ${gauge('max', 'process_start_time_seconds', 'pod')}`, '{{pod}}']]),
    lines('Certificate ends in', 's', [
      [`${gauge('min', 'propylon_tls_certificate_expiry_timestamp_seconds', 'pod')} - time()`, '{{pod}}'],
    ]),
    lines('TLS handshakes that came to nothing', 'reqps', [
      [rate('propylon_tls_handshake_failures_total', '', 'reason'), '{{reason}}'],
    ]),
  ],
);

/** Every dashboard there is. */
export const dashboards = [overview, routes, upstreams, gate, runtime];
