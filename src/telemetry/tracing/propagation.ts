import type { HeaderFields } from '../../headers.js';
import type { Metadata, MetadataEntry } from '../../status/index.js';
import { b3, b3Multi } from './formats/b3.js';
import { traceFields } from './formats/fields.js';
import type { Incoming, Outgoing, TraceFormat } from './formats/format.js';
import { jaeger } from './formats/jaeger.js';
import { traceContext } from './formats/trace-context.js';

/** The names that OTEL_PROPAGATORS has for them. `baggage` passes through the gateway in any case. */
export const formats = {
  tracecontext: traceContext,
  b3,
  b3multi: b3Multi,
  jaeger,
} as const satisfies Record<string, TraceFormat>;

export type FormatName = keyof typeof formats;

/** How traces come in and go out. */
export interface Propagation {
  extract(headers: HeaderFields): Incoming | undefined;
  /** The metadata of an attempt whose span is `spanId`. */
  inject(trace: Outgoing, spanId: string): Metadata;
}

/**
 * Reads and writes several formats. Of a request that has a trace in more than one, the later format of the
 * list counts, as with the propagators of OpenTelemetry, each of which replaces what the ones before it found.
 */
export function propagationOf(names: readonly FormatName[]): Propagation {
  const chosen = names.map((name) => formats[name]);
  return {
    extract(headers) {
      const fields = traceFields(headers);
      if (fields === undefined) return undefined;
      let found: Incoming | undefined;
      for (const format of chosen) {
        const next = format.extract(fields);
        // A decision alone does not make up for a parent.
        if (next !== undefined && (next.parent !== undefined || found === undefined)) found = next;
      }
      return found;
    },
    inject(trace, spanId) {
      const metadata: MetadataEntry[] = [];
      for (const format of chosen) format.inject(trace, spanId, metadata);
      return metadata;
    },
  };
}
