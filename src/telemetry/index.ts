export { type Fields, refusalFields, refusalsLeftFields } from './log/fields.js';
export type { LogLevelState, LogLevels } from './log/levels.js';
export { createLog, type Log, type LogHost } from './log/log.js';
export { type LogLevel, type LogOptions, logLevels, logOptionsSchema } from './log/options.js';
export { isSecretName, redact, redacted } from './log/redact.js';
export type { LineStream } from './log/sink.js';
export { catalog, type MetricName } from './metrics/catalog.js';
export { expose } from './metrics/exposition.js';
export { keepCounts } from './metrics/kept-counts.js';
export { type Meter, nullMeter, uncounted } from './metrics/meter.js';
export { createMetrics, type Metrics, type Reading } from './metrics/metrics.js';
export { type MetricsOptions, metricsOptionsSchema } from './metrics/options.js';
export { watchProcess } from './metrics/process.js';
export { type MetricReport, type MetricsReport, mergeMetrics } from './metrics/report.js';
export { countRequests } from './metrics/requests.js';
export type { Count } from './metrics/series.js';
export { mergeRecent } from './recent/merge.js';
export type { Recent } from './recent/recent.js';
export { createRecorder, type Recorder } from './recent/recorder.js';
export type { RequestEvent } from './request-event.js';
export type {
  AttemptSpan,
  CallAttempt,
  CallTrace,
  Invocation,
  RequestSpan,
  StreamPhase,
  TracedRequest,
  TraceIds,
  Tracer,
} from './tracer.js';
export { createTracer, type TracerOptions } from './tracing/create-tracer.js';
export type { FunctionPlatform } from './tracing/function-platform.js';
export { type TracingOptions, tracingSchema } from './tracing/options.js';
export { type Environment, wantsTracing } from './tracing/settings.js';
