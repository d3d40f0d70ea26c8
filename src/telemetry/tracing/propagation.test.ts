import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';
import { JaegerPropagator } from '@opentelemetry/propagator-jaeger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FormatName, propagationOf } from './propagation.js';

/** OpenTelemetry's own propagators say what the formats are, wherever they and the specifications agree. */

const oracles = {
  tracecontext: new W3CTraceContextPropagator(),
  b3: new B3Propagator(),
  b3multi: new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
  jaeger: new JaegerPropagator(),
} as const satisfies Record<FormatName, unknown>;
const names = Object.keys(oracles) as FormatName[];

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const spanIds = digits(16).filter((id) => !/^0+$/.test(id));
const traceIds = digits(32).filter((id) => !/^0+$/.test(id));

describe.each(names)('%s', (name) => {
  const ours = propagationOf([name]);
  const oracle = oracles[name];

  it('is written as OpenTelemetry writes it', () => {
    fc.assert(
      fc.property(traceIds, spanIds, fc.boolean(), (traceId, spanId, sampled) => {
        const carrier: Record<string, string> = {};
        const context: SpanContext = { traceId, spanId, traceFlags: sampled ? 1 : 0 };
        oracle.inject(trace.setSpanContext(ROOT_CONTEXT, context), carrier, defaultTextMapSetter);
        const outgoing = { traceId, sampled, debug: false, random: false, state: undefined };
        expect(Object.fromEntries(ours.inject(outgoing, spanId))).toEqual(carrier);
      }),
    );
  });

  /** Well-formed, or with something wrong about it in one place or several. */
  const part = (good: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 6, arbitrary: good },
      fc.constantFrom('', '0', 'x', '0'.repeat(16), '0'.repeat(32)),
      digits(15),
    );
  const fields: Record<FormatName, fc.Arbitrary<Record<string, string>>> = {
    tracecontext: fc
      .tuple(
        part(fc.constantFrom('00', '01', 'fe', 'ff')),
        part(traceIds),
        part(spanIds),
        part(fc.constantFrom('00', '01')),
      )
      .map((parts) => ({ traceparent: parts.join('-') })),
    b3: fc
      .tuple(part(fc.oneof(traceIds, spanIds)), part(spanIds), fc.constantFrom('0', '1', 'd'))
      .map((parts) => ({ b3: parts.join('-') })),
    b3multi: fc.record({
      // Of any other length the oracle makes one by zeros in front.
      'x-b3-traceid': fc.oneof(traceIds, spanIds, fc.constantFrom('', 'x', '0'.repeat(32))),
      'x-b3-spanid': part(spanIds),
      'x-b3-sampled': fc.constantFrom('0', '1', 'true', 'false'),
    }),
    // The oracle takes what is too short or not hex for an id.
    jaeger: fc
      .tuple(traceIds, spanIds, fc.constant('0'), fc.constantFrom('0', '1', '00', '01'))
      .map((parts) => ({ 'uber-trace-id': parts.join(':') })),
  };

  it('is read as OpenTelemetry reads it', () => {
    let understood = 0;
    fc.assert(
      fc.property(fields[name], (carrier) => {
        const theirs = trace.getSpanContext(oracle.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter));
        const found = ours.extract(Object.entries(carrier));
        if (theirs !== undefined) understood += 1;
        expect(
          found?.parent && { ...found.parent, traceFlags: found.sampled === true ? 1 : 0 },
          JSON.stringify(carrier),
        ).toEqual(
          theirs && { traceId: theirs.traceId, spanId: theirs.spanId, traceFlags: theirs.traceFlags & 1 },
        );
      }),
      { numRuns: 400 },
    );
    expect(understood).toBeGreaterThan(50);
  });
});

it('header fields that are none of a trace say nothing', () => {
  const fields = fc.array(
    fc.tuple(fc.constantFrom('host', 'accept', 'b4', 'traceparents', 'x-b3-sample'), fc.string()),
  );
  fc.assert(
    fc.property(fields, (headers) => {
      expect(propagationOf(names).extract(headers)).toBeUndefined();
    }),
  );
});

it('whatever the bytes, nothing throws, and what is understood is well-formed', () => {
  const values = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef-:%3A=,@ ') }),
  );
  const fields = fc.array(
    fc.tuple(
      fc.constantFrom('traceparent', 'tracestate', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'uber-trace-id'),
      values,
    ),
  );
  fc.assert(
    fc.property(fields, (headers) => {
      const { parent } = propagationOf(names).extract(headers) ?? {};
      if (parent === undefined) return;
      expect(parent.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
      expect(parent.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
    }),
    { numRuns: 1_000 },
  );
});
