import { describe, expect, it } from 'vitest';
import type { TracerOptions } from '../../src/index.js';
import { startEchoGateway } from '../support/echo-gateway.js';
import { sendRaw } from '../support/raw-http.js';
import { seenMetadata } from '../support/seen-metadata.js';
import { only, recordSpans } from '../support/span-recorder.js';

/** How traces come in with a request and go on to the backend, over real sockets on both sides. */

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const traceNames =
  /^(traceparent|tracestate|b3|x-b3-.*|uber-trace-id|x-ot-span-context|x-request-id|baggage)$/;

type Fields = readonly (readonly [name: string, value: string])[];

/** Sends one request; what the backend was told of its trace, and the spans, the gateway being closed. */
async function send(fields: Fields, options: TracerOptions | undefined) {
  const backend = seenMetadata();
  const recorder = options && (await recordSpans(options));
  const echo = await startEchoGateway(recorder ? { tracer: recorder.tracer } : {}, backend.handlers);
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  await sendRaw(echo.port, `GET /v1/echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${lines}\r\n`);
  await echo.close();
  const told = Object.fromEntries(Object.entries(backend.last()).filter(([name]) => traceNames.test(name)));
  return { told, spans: recorder?.spans ?? [] };
}

const w3c = `00-${traceId}-${spanId}-01`;

describe('a trace that comes in', () => {
  /** Format, fields, and the parent that is understood: its trace, its span, whether it is sampled. */
  const understood: [string, TracerOptions['propagators'], Fields, [string, string, boolean]][] = [
    ['traceparent', ['tracecontext'], [['traceparent', w3c]], [traceId, spanId, true]],
    ['traceparent, with spaces', ['tracecontext'], [['traceparent', ` ${w3c} `]], [traceId, spanId, true]],
    [
      'traceparent, not sampled',
      ['tracecontext'],
      [['Traceparent', `00-${traceId}-${spanId}-00`]],
      [traceId, spanId, false],
    ],
    [
      'traceparent of a later version, with more behind',
      ['tracecontext'],
      [['traceparent', `cc-${traceId}-${spanId}-01-what.ever`]],
      [traceId, spanId, true],
    ],
    ['b3', ['b3'], [['b3', `${traceId}-${spanId}-1`]], [traceId, spanId, true]],
    ['b3, denied', ['b3'], [['b3', `${traceId}-${spanId}-0`]], [traceId, spanId, false]],
    [
      'b3 with the grandparent, and with capitals',
      ['b3'],
      [['b3', `${traceId.toUpperCase()}-${spanId}-d-00f067aa0ba902b8`]],
      [traceId, spanId, true],
    ],
    [
      'b3 with an id of 64 bits',
      ['b3'],
      [['b3', `a3ce929d0e0e4736-${spanId}-1`]],
      ['0000000000000000a3ce929d0e0e4736', spanId, true],
    ],
    [
      'X-B3-*, which b3 understands too',
      ['b3'],
      [
        ['X-B3-TraceId', traceId],
        ['X-B3-SpanId', spanId],
        ['X-B3-Sampled', '0'],
      ],
      [traceId, spanId, false],
    ],
    [
      'X-B3-*, with the words of old senders',
      ['b3multi'],
      [
        ['X-B3-TraceId', traceId],
        ['X-B3-SpanId', spanId],
        ['X-B3-Sampled', 'true'],
      ],
      [traceId, spanId, true],
    ],
    [
      'X-B3-Flags, which is a decision',
      ['b3multi'],
      [
        ['X-B3-TraceId', traceId],
        ['X-B3-SpanId', spanId],
        ['X-B3-Flags', '1'],
      ],
      [traceId, spanId, true],
    ],
    [
      'b3 before X-B3-*',
      ['b3multi'],
      [
        ['X-B3-TraceId', 'a'.repeat(32)],
        ['X-B3-SpanId', 'b'.repeat(16)],
        ['b3', `${traceId}-${spanId}-1`],
      ],
      [traceId, spanId, true],
    ],
    [
      'X-B3-* where b3 is malformed',
      ['b3'],
      [
        ['b3', 'what'],
        ['X-B3-TraceId', traceId],
        ['X-B3-SpanId', spanId],
        ['X-B3-Sampled', '1'],
      ],
      [traceId, spanId, true],
    ],
    ['uber-trace-id', ['jaeger'], [['uber-trace-id', `${traceId}:${spanId}:0:1`]], [traceId, spanId, true]],
    [
      'uber-trace-id, not sampled, escaped and without leading zeros',
      ['jaeger'],
      [['uber-trace-id', 'a3ce929d0e0e4736%3Af067aa0ba902b7%3A0%3A00']],
      ['0000000000000000a3ce929d0e0e4736', spanId, false],
    ],
    [
      'of several, the last of the list',
      ['jaeger', 'b3', 'tracecontext'],
      [
        ['traceparent', w3c],
        ['b3', `${'a'.repeat(32)}-${'b'.repeat(16)}-0`],
        ['uber-trace-id', `${'c'.repeat(32)}:${'d'.repeat(16)}:0:0`],
      ],
      [traceId, spanId, true],
    ],
    [
      'of several, the last that is well-formed',
      ['tracecontext', 'b3'],
      [
        ['traceparent', w3c],
        ['b3', 'zzz'],
      ],
      [traceId, spanId, true],
    ],
  ];

  it.each(understood)('%s', async (_title, propagators, fields, [trace, span, sampled]) => {
    const { spans, told } = await send(fields, {
      sampler: 'parentbased_always_off',
      propagators: propagators?.includes('tracecontext')
        ? propagators
        : ['tracecontext', ...(propagators ?? [])],
    });
    // Sampled here is sampled behind us, and the parent is the caller's span.
    const parent = told['traceparent']?.[0]?.split('-') ?? [];
    expect([parent[1], parent[3]]).toEqual([trace, sampled ? '01' : '00']);
    if (sampled) {
      expect(only(spans, 'server').parentSpanContext).toMatchObject({ traceId: trace, spanId: span });
    } else expect(spans).toEqual([]);
  });

  const ignored: [string, TracerOptions['propagators'], Fields][] = [
    ['no field at all', ['tracecontext'], []],
    ['traceparent of 54 characters', ['tracecontext'], [['traceparent', w3c.slice(0, -1)]]],
    ['traceparent with more behind in version 00', ['tracecontext'], [['traceparent', `${w3c}-x`]]],
    ['traceparent of version ff', ['tracecontext'], [['traceparent', w3c.replace(/^00/, 'ff')]]],
    ['traceparent in capitals', ['tracecontext'], [['traceparent', w3c.toUpperCase()]]],
    [
      'traceparent with a trace of zeros',
      ['tracecontext'],
      [['traceparent', `00-${'0'.repeat(32)}-${spanId}-01`]],
    ],
    [
      'traceparent with a parent of zeros',
      ['tracecontext'],
      [['traceparent', `00-${traceId}-${'0'.repeat(16)}-01`]],
    ],
    [
      'two lines of traceparent',
      ['tracecontext'],
      [
        ['traceparent', w3c],
        ['traceparent', w3c],
      ],
    ],
    ['two values in one line', ['tracecontext'], [['traceparent', `${w3c},${w3c}`]]],
    ['b3 with a trace of zeros', ['b3'], [['b3', `${'0'.repeat(32)}-${spanId}-1`]]],
    ['b3 with an unknown decision', ['b3'], [['b3', `${traceId}-${spanId}-2`]]],
    ['b3 of 120 bits', ['b3'], [['b3', `${traceId.slice(2)}-${spanId}-1`]]],
    [
      'X-B3-* without a span',
      ['b3'],
      [
        ['X-B3-TraceId', traceId],
        ['X-B3-Sampled', '1'],
      ],
    ],
    ['uber-trace-id with a part missing', ['jaeger'], [['uber-trace-id', `${traceId}:${spanId}:1`]]],
    ['uber-trace-id with a span of zeros', ['jaeger'], [['uber-trace-id', `${traceId}:0:0:1`]]],
    ['a format that is not configured', ['jaeger'], [['traceparent', w3c]]],
  ];
  it.each(ignored)('is ignored: %s', async (_title, propagators, fields) => {
    const { spans } = await send(fields, { ...(propagators && { propagators }) });
    expect(spans).toHaveLength(2);
    expect(only(spans, 'server').parentSpanContext).toBeUndefined();
    expect(only(spans, 'server').spanContext().traceId).not.toBe(traceId);
  });

  it.each([
    ['0', false],
    ['1', true],
    ['d', true],
  ])('b3: %s is a decision without a trace', async (value, sampled) => {
    const sampler = sampled ? 'parentbased_always_off' : 'parentbased_always_on';
    const { spans, told } = await send([['b3', value]], { sampler, propagators: ['b3'] });
    expect(spans).toHaveLength(sampled ? 2 : 0);
    expect(told['b3']?.[0]?.at(-1)).toBe(value);
  });

  it('B3 without a decision leaves it to us', async () => {
    const fields: Fields = [['b3', `${traceId}-${spanId}`]];
    const kept = await send(fields, { sampler: 'parentbased_always_on', propagators: ['b3'] });
    const dropped = await send(fields, { sampler: 'parentbased_always_off', propagators: ['b3'] });
    expect([kept.spans.length, dropped.spans.length]).toEqual([2, 0]);
    expect(dropped.told['b3']?.[0]).toMatch(new RegExp(`^${traceId}-[0-9a-f]{16}-0$`));
  });
});

describe('the backend is told', () => {
  const cases: [TracerOptions['propagators'], (trace: string, span: string) => Record<string, string[]>][] = [
    [['tracecontext'], (trace, span) => ({ traceparent: [`00-${trace}-${span}-01`] })],
    [['b3'], (trace, span) => ({ b3: [`${trace}-${span}-1`] })],
    [
      ['b3multi'],
      (trace, span) => ({ 'x-b3-traceid': [trace], 'x-b3-spanid': [span], 'x-b3-sampled': ['1'] }),
    ],
    [['jaeger'], (trace, span) => ({ 'uber-trace-id': [`${trace}:${span}:0:01`] })],
    [
      ['tracecontext', 'baggage', 'b3', 'jaeger'],
      (trace, span) => ({
        traceparent: [`00-${trace}-${span}-01`],
        b3: [`${trace}-${span}-1`],
        'uber-trace-id': [`${trace}:${span}:0:01`],
      }),
    ],
  ];
  /** Whatever a client can say of traces. */
  const everything: Fields = [
    ['traceparent', w3c],
    ['tracestate', 'a=1'],
    ['b3', `${traceId}-${spanId}-1`],
    ['X-B3-TraceId', traceId],
    ['X-B3-SpanId', spanId],
    ['X-B3-ParentSpanId', spanId],
    ['X-B3-Sampled', '1'],
    ['X-B3-Flags', '0'],
    ['uber-trace-id', `${traceId}:${spanId}:0:1`],
    ['x-ot-span-context', 'x'],
    ['x-request-id', 'r-1'],
    ['baggage', 'a=b'],
  ];

  it.each(cases)(
    "the attempt's span in %s, and nothing else of the client's",
    async (propagators, expected) => {
      const { told, spans } = await send(everything, {
        parentsFrom: 'nobody',
        ...(propagators && { propagators }),
      });
      const { traceId: trace, spanId: span } = only(spans, 'client').spanContext();
      expect(trace).not.toBe(traceId);
      expect(told).toEqual({ ...expected(trace, span), 'x-request-id': ['r-1'], baggage: ['a=b'] });
    },
  );

  it('without a tracer, all that the client has said, as it has said it', async () => {
    const { told } = await send(everything, undefined);
    expect(told).toEqual(
      Object.fromEntries(everything.map(([name, value]) => [name.toLowerCase(), [value]])),
    );
  });

  it.each([
    ['b3', [['b3', `${traceId}-${spanId}-d`]], { b3: [expect.stringMatching(/-d$/)] }],
    [
      'b3multi',
      [['b3', `${traceId}-${spanId}-d`]],
      { 'x-b3-traceid': [traceId], 'x-b3-spanid': [expect.any(String)], 'x-b3-flags': ['1'] },
    ],
    [
      'jaeger',
      [['uber-trace-id', `${traceId}:${spanId}:0:3`]],
      { 'uber-trace-id': [expect.stringMatching(/:03$/)] },
    ],
  ] as const)('of a debug flag, in %s', async (format, fields, expected) => {
    const { told } = await send(fields, { propagators: [format], sampler: 'parentbased_always_off' });
    expect(told).toEqual({ ...expected, 'x-request-id': [expect.any(String)] });
  });
});

describe('tracestate', () => {
  const member = (index: number, length: number): string =>
    `k${index}=${'v'.repeat(length - String(index).length - 2)}`;
  const states: [string, string[], string | undefined][] = [
    ['goes on as it is', ['a=1,b@c=2'], 'a=1,b@c=2'],
    ['of several lines becomes one', ['a=1', 'b=2 , c=3'], 'a=1,b=2,c=3'],
    ['may have empty members', ['a=1,,b=2'], 'a=1,b=2'],
    ['that is empty is none', [''], undefined],
    ['with a member that is none is dropped', ['a=1,b'], undefined],
    ['with capitals in a key is dropped', ['A=1'], undefined],
    ['of 32 members goes on', [Array.from({ length: 32 }, (_, i) => `k${i}=1`).join(',')], 'same'],
    ['of 33 members is dropped', [Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(',')], undefined],
    [
      'that is too long loses its long members first',
      [[member(1, 200), member(2, 100), member(3, 250)].join(',')],
      member(2, 100),
    ],
    [
      'that is still too long loses its last ones',
      [Array.from({ length: 6 }, (_, i) => member(i, 100)).join(',')],
      Array.from({ length: 5 }, (_, i) => member(i, 100)).join(','),
    ],
  ];
  it.each(states)('%s', async (_title, lines, expected) => {
    const fields: Fields = [['traceparent', w3c], ...lines.map((line) => ['tracestate', line] as const)];
    const { told, spans } = await send(fields, {});
    const wanted = expected === 'same' ? lines[0] : expected;
    expect(told['tracestate']).toEqual(wanted === undefined ? undefined : [wanted]);
    expect(only(spans, 'client').spanContext().traceState?.serialize()).toBe(wanted);
  });

  it('without a traceparent that can be read is dropped', async () => {
    const { told } = await send(
      [
        ['traceparent', 'x'],
        ['tracestate', 'a=1'],
      ],
      {},
    );
    expect(told['tracestate']).toBeUndefined();
  });

  it('the flag that a trace id is random goes on', async () => {
    const { told } = await send([['traceparent', `00-${traceId}-${spanId}-03`]], {});
    expect(told['traceparent']).toEqual([expect.stringMatching(/-03$/)]);
  });
});
