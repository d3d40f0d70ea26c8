export { catalog } from './metrics/catalog.js';
export type { RequestEvent } from './request-event.js';
export type {
  AttemptSpan,
  CallAttempt,
  CallTrace,
  RequestSpan,
  TracedRequest,
  TraceIds,
  Tracer,
} from './tracer.js';
