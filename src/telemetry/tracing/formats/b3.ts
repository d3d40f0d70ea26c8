import type { MetadataEntry } from '../../../status/index.js';
import type { TraceFields } from './fields.js';
import { type Incoming, isZero, type Outgoing, type TraceFormat } from './format.js';

/** Trace id, span id and, where they are given, decision and the id of the parent's parent. */
const single = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?$/i;

/** The `b3` field of openzipkin/b3-propagation; the several X-B3-* are understood too, where it is not there. */
export const b3: TraceFormat = { extract, inject: injectSingle };

/** The same with X-B3-* fields for those behind us. */
export const b3Multi: TraceFormat = { extract, inject: injectMulti };

function extract(fields: TraceFields): Incoming | undefined {
  return extractSingle(fields.only('b3')) ?? extractMulti(fields);
}

function extractSingle(text: string | undefined): Incoming | undefined {
  if (text === undefined) return undefined;
  // A decision without a trace.
  if (text === '0' || text === '1' || text === 'd') return decided(text);
  const [, traceId, spanId, decision] = single.exec(text) ?? [];
  return withParent(traceId, spanId, decided(decision));
}

function extractMulti(fields: TraceFields): Incoming | undefined {
  const decision = decided(
    fields.only('x-b3-flags') === '1' ? 'd' : fields.only('x-b3-sampled')?.toLowerCase(),
  );
  const traceId = fields.only('x-b3-traceid');
  const spanId = fields.only('x-b3-spanid');
  if (traceId === undefined && spanId === undefined)
    return decision.sampled === undefined ? undefined : decision;
  const good = /^([0-9a-f]{16}|[0-9a-f]{32})$/i.test(traceId ?? '') && /^[0-9a-f]{16}$/i.test(spanId ?? '');
  return good ? withParent(traceId, spanId, decision) : undefined;
}

/** "true" and "false" are what old senders write. */
function decided(decision: string | undefined): Incoming {
  if (decision === 'd') return { sampled: true, debug: true };
  if (decision === '1' || decision === 'true') return { sampled: true };
  return { sampled: decision === '0' || decision === 'false' ? false : undefined };
}

/** Trace ids of 64 bits become ones of 128 by zeros in front. */
function withParent(
  traceId: string | undefined,
  spanId: string | undefined,
  decision: Incoming,
): Incoming | undefined {
  if (traceId === undefined || spanId === undefined || isZero(traceId) || isZero(spanId)) return undefined;
  const parent = { traceId: traceId.toLowerCase().padStart(32, '0'), spanId: spanId.toLowerCase() };
  return { ...decision, parent };
}

function injectSingle(
  { traceId, sampled, debug }: Outgoing,
  spanId: string,
  metadata: MetadataEntry[],
): void {
  metadata.push(['b3', `${traceId}-${spanId}-${debug ? 'd' : sampled ? '1' : '0'}`]);
}

/** A debug flag implies the decision, which is not written beside it. */
function injectMulti({ traceId, sampled, debug }: Outgoing, spanId: string, metadata: MetadataEntry[]): void {
  metadata.push(['x-b3-traceid', traceId], ['x-b3-spanid', spanId]);
  metadata.push(debug ? ['x-b3-flags', '1'] : ['x-b3-sampled', sampled ? '1' : '0']);
}
