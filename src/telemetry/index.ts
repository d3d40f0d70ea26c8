export { type Fields, refusalFields, refusalsLeftFields } from './log/fields.js';
export type { LogLevelState, LogLevels } from './log/levels.js';
export { createLog, type Log, type LogHost } from './log/log.js';
export { type LogLevel, type LogOptions, logLevels, logOptionsSchema } from './log/options.js';
export { isSecretName, redact, redacted } from './log/redact.js';
export type { LineStream } from './log/sink.js';
export { catalog } from './metrics/catalog.js';
export { mergeRecent } from './recent/merge.js';
export type { Recent } from './recent/recent.js';
export { createRecorder, type Recorder } from './recent/recorder.js';
export type { RequestEvent } from './request-event.js';
export type {
  AttemptSpan,
  CallAttempt,
  CallTrace,
  RequestSpan,
  StreamPhase,
  TracedRequest,
  TraceIds,
  Tracer,
} from './tracer.js';
export { createTracer, type TracerOptions } from './tracing/create-tracer.js';
export { type TracingOptions, tracingSchema } from './tracing/options.js';
export { type Environment, wantsTracing } from './tracing/settings.js';
