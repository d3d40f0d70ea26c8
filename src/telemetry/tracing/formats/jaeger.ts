import { type Incoming, isZero, type TraceFormat } from './format.js';

const sampledFlag = 1;
const debugFlag = 2;

/** {trace-id}:{span-id}:{parent-span-id}:{flags}, hex, the ids without leading zeros if they like. */
const pattern = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{0,16}:([0-9a-f]{1,2})$/i;

/** Jaeger's own field, `uber-trace-id` (Jaeger, "Client Libraries", Propagation Format); some write its ":" as "%3A". */
export const jaeger: TraceFormat = {
  extract(fields): Incoming | undefined {
    const text = fields.only('uber-trace-id')?.replace(/%3a/gi, ':') ?? '';
    const [, traceId, spanId, flagDigits = ''] = pattern.exec(text) ?? [];
    if (traceId === undefined || spanId === undefined || isZero(traceId) || isZero(spanId)) return undefined;
    const flags = Number.parseInt(flagDigits, 16);
    return {
      parent: {
        traceId: traceId.toLowerCase().padStart(32, '0'),
        spanId: spanId.toLowerCase().padStart(16, '0'),
      },
      sampled: (flags & (sampledFlag | debugFlag)) !== 0,
      debug: (flags & debugFlag) !== 0,
    };
  },
  inject({ traceId, sampled, debug }, spanId, metadata) {
    const flags = (sampled ? sampledFlag : 0) + (debug ? debugFlag : 0);
    metadata.push(['uber-trace-id', `${traceId}:${spanId}:0:0${flags}`]);
  },
};
