import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { expect, it } from 'vitest';
import type { WallClock } from '../../clock.js';
import { Code } from '../../status/index.js';
import type { RequestEvent } from '../request-event.js';
import { createTracer } from './create-tracer.js';
import { epochDistance } from './wall-time.js';

const epochMs = 1_795_770_785_000.3;

/** A monotonic clock that goes on by `stepMs` with each look, beside a wall clock of whole milliseconds. */
function steppingClock(stepMs: number): WallClock {
  let now = 0;
  return {
    now: () => {
      now += stepMs;
      return now;
    },
    wall: () => Math.floor(epochMs + now),
    after: () => () => undefined,
  };
}

it('is at most a millisecond short, and nearer from look to look', () => {
  const distance = epochDistance(steppingClock(0.17));
  const seen = Array.from({ length: 100 }, distance);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen[0]).toBeGreaterThan(epochMs - 2);
  expect(seen.at(-1)).toBeLessThanOrEqual(epochMs);
  expect(seen.at(-1)).toBeGreaterThan(epochMs - 0.4);
});

it('follows a wall clock that is put back', () => {
  let wall = 10_000;
  const distance = epochDistance({ now: () => 0, wall: () => wall, after: () => () => undefined });
  expect(distance()).toBe(10_000);
  wall = 9_000;
  expect(distance()).toBe(9_000);
});

it('a call is within its request, however much nearer the second span of it finds the wall clock', async () => {
  const exporter = new InMemorySpanExporter();
  for (let step = 1; step <= 40; step++) {
    const clock = steppingClock(step * 0.05);
    const tracer = await createTracer({ exporter, clock, env: {}, ratio: 1 });
    const span = tracer.start(
      { httpMethod: 'GET', target: '/', headers: [], peerAddress: '', scheme: 'http' },
      () => false,
    );
    span?.attempt({ path: '/a.B/C', endpoint: 'here:1' })?.end({ code: Code.OK, message: '', details: [] });
    span?.end(event);
    await tracer.flush();
  }
  const ms = ([seconds, nanos]: ReadableSpan['startTime']): number => seconds * 1_000 + nanos / 1e6;
  const spans = exporter.getFinishedSpans();
  const requests = spans.filter(({ parentSpanContext }) => parentSpanContext === undefined);
  expect(requests).toHaveLength(40);
  for (const request of requests) {
    const call = spans.find(
      ({ parentSpanContext }) => parentSpanContext?.spanId === request.spanContext().spanId,
    );
    const times = [request.startTime, call?.startTime, call?.endTime, request.endTime];
    const inOrder = times.map((time) => ms(time ?? [0, 0]));
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
  }
});

const event: RequestEvent = {
  kind: 'request',
  httpMethod: 'GET',
  route: '/',
  method: undefined,
  shape: undefined,
  httpStatus: 200,
  code: Code.OK,
  refused: undefined,
  reason: undefined,
  clientAddress: '',
  principal: undefined,
  durationMs: 1,
  requestBytes: 0,
  responseBytes: 0,
  requestId: 'a',
  trace: undefined,
  cause: undefined,
};
