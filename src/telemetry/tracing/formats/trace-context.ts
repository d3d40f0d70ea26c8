import { type Incoming, isZero, type TraceFormat } from './format.js';
import { traceState } from './trace-state.js';

const sampledFlag = 1;
const randomFlag = 2;

/** Version, trace id, parent id, flags; a later version may have more behind them, which is none of our business. */
const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** W3C Trace Context, Level 2: `traceparent` and `tracestate`. */
export const traceContext: TraceFormat = {
  extract(fields): Incoming | undefined {
    const [, version, traceId = '', spanId = '', flagDigits = '', rest] =
      pattern.exec(fields.only('traceparent') ?? '') ?? [];
    // §3.2.2.1: ff is forbidden; version 00 ends with the flags. §4.3: without a parent no state either.
    if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined))
      return undefined;
    if (isZero(traceId) || isZero(spanId)) return undefined;
    const flags = Number.parseInt(flagDigits, 16);
    return {
      parent: { traceId, spanId },
      sampled: (flags & sampledFlag) !== 0,
      random: (flags & randomFlag) !== 0,
      state: traceState(fields.all('tracestate')),
    };
  },
  inject({ traceId, sampled, random, state }, spanId, metadata) {
    const flags = (sampled ? sampledFlag : 0) + (random ? randomFlag : 0);
    metadata.push(['traceparent', `00-${traceId}-${spanId}-0${flags}`]);
    if (state !== undefined) metadata.push(['tracestate', state]);
  },
};
