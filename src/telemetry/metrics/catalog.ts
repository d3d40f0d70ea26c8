import { counter, type Definition, gauge, histogram, type Kind } from './definition.js';

/** From 1 ms, what a gateway takes by itself, to the deadline of a call. */
const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const sizes = [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];
const pauses = [0.0001, 0.001, 0.01, 0.1, 1];

/**
 * Every metric there is. Names of what others have too are those of OpenTelemetry's semantic conventions in
 * Prometheus' spelling, what is the gateway's own begins with propylon_, what is any process's with process_.
 *
 * Every label has values that the configuration, the descriptors or this code name: none comes from a client.
 */
export const catalog = {
  requestDuration: histogram(
    'http_server_request_duration_seconds',
    [
      'http_request_method',
      'http_route',
      'http_response_status_code',
      'rpc_method',
      'rpc_response_status_code',
      'shape',
    ],
    'Time from the head of a request to the last byte of its answer. Its count is the number of requests. http_route is the template, or unmatched; an unknown HTTP method is _OTHER; shape is unary, server-stream, client-stream or bidi.',
    durations,
  ),
  activeRequests: gauge('http_server_active_requests', [], 'Requests under way, streams included.'),
  requestBodySize: histogram(
    'http_server_request_body_size_bytes',
    ['http_request_method', 'http_route', 'rpc_method'],
    'Body of a request as it was read, without content coding; of a stream, all of it.',
    sizes,
  ),
  responseBodySize: histogram(
    'http_server_response_body_size_bytes',
    ['http_request_method', 'http_route', 'rpc_method'],
    'Body of an answer as it was made, without content coding; of a stream, all of it.',
    sizes,
  ),

  refusals: counter(
    'propylon_gate_refusals_total',
    ['step', 'reason'],
    'Requests refused by a step of the gate, and why.',
  ),
  authentications: counter(
    'propylon_authentications_total',
    ['provider', 'result', 'reason'],
    'Decisions on who calls: result is success, failure or anonymous. reason is empty unless it failed, provider where none has known the credentials.',
  ),
  rateLimits: counter(
    'propylon_rate_limit_decisions_total',
    ['limit', 'decision'],
    'Decisions by rate limit: allowed, refused, or unavailable where the store that counts was away.',
  ),
  concurrency: counter(
    'propylon_concurrency_decisions_total',
    ['rpc_method', 'decision'],
    'Decisions of the limit on requests under way, per method: allowed or refused.',
  ),
  overload: counter(
    'propylon_overload_decisions_total',
    ['priority', 'decision'],
    'Decisions by event-loop delay, per priority: allowed or refused.',
  ),
  cache: counter(
    'propylon_cache_requests_total',
    ['rpc_method', 'result'],
    'Requests of methods whose answers are stored: hit, stale (given while a new one is fetched), stale_error (given for a backend that failed), joined (shared the call of another request), miss, or bypass.',
  ),
  cacheEvictions: counter(
    'propylon_cache_evictions_total',
    [],
    'Answers that left the memory of the process for others.',
  ),
  cacheEntries: gauge('propylon_cache_entries', [], 'Answers in the memory of the process.'),
  cacheSize: gauge('propylon_cache_size_bytes', [], 'Memory that they are reckoned to take.'),
  cacheSizeMax: gauge('propylon_cache_size_max_bytes', [], 'Memory that they may take.'),
  idempotency: counter(
    'propylon_idempotency_requests_total',
    ['rpc_method', 'result'],
    'Requests with an Idempotency-Key: first, replayed, in_use, reused (for another request) or unavailable.',
  ),

  attemptDuration: histogram(
    'rpc_client_attempt_duration_seconds',
    ['upstream', 'rpc_method', 'rpc_response_status_code'],
    'Time of one sending of a call to a backend; retries and hedges are further ones. Its count is the number of attempts. upstream is the target as configured.',
    durations,
  ),
  upstreamRepeats: counter(
    'propylon_upstream_repeats_total',
    ['upstream', 'kind'],
    'Attempts after the first: retry, transparent (the backend cannot have seen the one before) or hedge.',
  ),
  upstreamBudgetExhausted: counter(
    'propylon_upstream_retry_budget_exhausted_total',
    ['upstream'],
    'Retries and hedges left out, since there were too many of them.',
  ),
  upstreamEjections: counter(
    'propylon_upstream_ejections_total',
    ['upstream'],
    'Endpoints kept from calls for a while, since too many failed.',
  ),
  upstreamCircuitOpenings: counter(
    'propylon_upstream_circuit_openings_total',
    ['upstream'],
    'Times at which a breaker suspended calls to its target.',
  ),
  upstreamCircuitRefusals: counter(
    'propylon_upstream_circuit_refusals_total',
    ['upstream'],
    'Calls that a breaker did not let through: suspended, or one too many.',
  ),
  upstreamCircuitState: gauge(
    'propylon_upstream_circuit_state',
    ['upstream', 'state'],
    'Breakers in a state: closed, open or half-open; one per process and target.',
  ),
  upstreamEndpoints: gauge(
    'propylon_upstream_endpoints',
    ['upstream', 'connectivity'],
    'Endpoints of a target: idle, connecting, ready or failed. Of xds:/// targets the whole target counts as one.',
  ),
  upstreamEndpointsEjected: gauge(
    'propylon_upstream_endpoints_ejected',
    ['upstream'],
    'Endpoints that are kept from calls at the moment.',
  ),
  upstreamEndpointsUnhealthy: gauge(
    'propylon_upstream_endpoints_unhealthy',
    ['upstream'],
    'Endpoints whose health service says that they do not serve.',
  ),
  upstreamConnections: gauge(
    'propylon_upstream_connections',
    ['upstream'],
    'Connections to a target, open or being opened; not known of the transport grpc-js.',
  ),
  upstreamStreams: gauge(
    'propylon_upstream_streams',
    ['upstream'],
    'Calls under way on connections; not known of the transport grpc-js.',
  ),
  upstreamWaitingCalls: gauge(
    'propylon_upstream_waiting_calls',
    ['upstream'],
    'Calls that wait for a connection or a stream; not known of the transport grpc-js.',
  ),

  reloads: counter(
    'propylon_reloads_total',
    ['result'],
    'Reloads: success, unchanged where nothing is different from what is served, or failure, after which that is served on.',
  ),
  reloadSuccessful: gauge(
    'propylon_reload_last_successful',
    [],
    'Whether the last load succeeded: 1 or 0.',
    'min',
  ),
  reloadTimestamp: gauge(
    'propylon_reload_last_success_timestamp_seconds',
    [],
    'When what is served was loaded, in Unix time.',
    'min',
  ),
  surfaceGeneration: gauge(
    'propylon_surface_generation',
    [],
    'Number of the surface that is served; the first is 1.',
    'min',
  ),
  surfaceRoutes: gauge('propylon_surface_routes', [], 'Routes that are served.', 'max'),
  surfaceMethods: gauge('propylon_surface_methods', [], 'Methods that are served.', 'max'),
  certificateExpiry: gauge(
    'propylon_tls_certificate_expiry_timestamp_seconds',
    [],
    'End of validity of the certificate that clients are shown, in Unix time; absent without TLS.',
    'min',
  ),
  tlsHandshakeFailures: counter(
    'propylon_tls_handshake_failures_total',
    ['reason'],
    'Connections that came to nothing in their TLS handshake: timeout, certificate (of the client: none, or no good; or it refused ours) or protocol.',
  ),
  build: gauge('propylon_build_info', ['version', 'node_version'], 'Always 1.', 'max'),
  processes: gauge('propylon_processes', [], 'Processes behind these numbers: the workers, or 1.'),

  eventLoopDelayMean: gauge(
    'nodejs_eventloop_delay_mean_seconds',
    [],
    'By how much timers were late on average since the scrape before; of several processes, the worst.',
    'max',
  ),
  eventLoopDelayP99: gauge(
    'nodejs_eventloop_delay_p99_seconds',
    [],
    'As nodejs_eventloop_delay_mean_seconds, the 99th percentile.',
    'max',
  ),
  eventLoopDelayMax: gauge(
    'nodejs_eventloop_delay_max_seconds',
    [],
    'As nodejs_eventloop_delay_mean_seconds, the longest.',
    'max',
  ),
  eventLoopUtilization: gauge(
    'nodejs_eventloop_utilization_ratio',
    [],
    'Share of the time since the scrape before in which the event loop was busy; of several processes, the worst.',
    'max',
  ),
  gcDuration: histogram(
    'v8js_gc_duration_seconds',
    ['v8js_gc_type'],
    'Pauses for garbage collection: minor, major, incremental or weakcb.',
    pauses,
  ),
  heapUsed: gauge('v8js_memory_heap_used_bytes', ['v8js_heap_space_name'], 'Heap in use, by space.'),
  heapSize: gauge('v8js_memory_heap_size_bytes', ['v8js_heap_space_name'], 'Heap reserved, by space.'),
  heapLimit: gauge('v8js_memory_heap_limit_bytes', [], 'Heap beyond which a process dies.', 'min'),
  externalMemory: gauge(
    'nodejs_memory_external_bytes',
    [],
    'Memory of buffers and other objects outside of the heap.',
  ),
  activeResources: gauge(
    'nodejs_active_resources',
    ['type'],
    'What keeps the event loop alive, by type: sockets, timers, servers.',
  ),
  cpuSeconds: counter('process_cpu_seconds_total', [], 'CPU time, user and system.'),
  residentMemory: gauge('process_resident_memory_bytes', [], 'Resident memory.'),
  startTime: gauge('process_start_time_seconds', [], 'Start of the process, in Unix time.', 'max'),
  openFds: gauge('process_open_fds', [], 'Open file descriptors; on Linux only.'),
} satisfies Readonly<Record<string, Definition>>;

type Catalog = typeof catalog;
export type MetricName = keyof Catalog;

/** The metrics of one kind. */
export type NameOf<K extends Kind> = {
  [N in MetricName]: Catalog[N]['kind'] extends K ? N : never;
}[MetricName];

/** A value for each label of a metric. */
export type LabelValues<N extends MetricName> = ValuesOf<Catalog[N]['labels']>;

type ValuesOf<L extends readonly string[]> = { -readonly [I in keyof L]: string };
