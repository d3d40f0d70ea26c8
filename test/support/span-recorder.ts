import { createTracer, type Tracer, type TracerOptions } from '../../src/index.js';

type SpanExporter = NonNullable<TracerOptions['exporter']>;

/** A span as an exporter was given it. */
export type RecordedSpan = Parameters<SpanExporter['export']>[0][number];

/** A tracer whose spans stay here. It reads no environment but what it is given. */
export interface SpanRecorder {
  readonly tracer: Tracer;
  /** What was exported so far; all of it once the gateway is closed. */
  readonly spans: readonly RecordedSpan[];
}

export async function recordSpans(options: TracerOptions = {}): Promise<SpanRecorder> {
  const spans: RecordedSpan[] = [];
  const exporter: SpanExporter = {
    export(batch, done) {
      spans.push(...batch);
      done({ code: 0 });
    },
    shutdown: async () => undefined,
  };
  const tracer = await createTracer({ sampler: 'always_on', exporter, env: {}, ...options });
  return { tracer, spans };
}

/** The one span of a kind: 1 is a server's, 2 a client's (SpanKind). */
export function only(spans: readonly RecordedSpan[], kind: 'server' | 'client'): RecordedSpan {
  const [span, ...others] = spans.filter((one) => one.kind === (kind === 'server' ? 1 : 2));
  if (span === undefined || others.length > 0)
    throw new Error(`there are ${spans.map(({ name }) => name).join(', ') || 'no spans'}`);
  return span;
}
