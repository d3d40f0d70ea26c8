import { describe, expect, it } from 'vitest';
import { handClock, handEpoch } from '../../../test/support/hand-clock.js';
import type { RequestEvent } from '../request-event.js';
import { failuresMax } from './failures.js';
import { bucketOf, latencyBuckets } from './latency.js';
import { mergeRecent } from './merge.js';
import { createRecorder } from './recorder.js';
import { refusalKindsMax } from './refusals.js';
import { routesMax } from './routes.js';

const epoch = handEpoch / 1000;

function event(facts: Partial<RequestEvent> = {}): RequestEvent {
  return {
    kind: 'request',
    httpMethod: 'GET',
    route: '/v1/things',
    httpStatus: 200,
    code: 0,
    durationMs: 1,
    requestBytes: 0,
    responseBytes: 0,
    requestId: 'r',
    ...facts,
  };
}

const unavailable = { httpStatus: 503, code: 14 };
const denied = { httpStatus: 403, code: 7, refused: { step: 'authz', reason: 'RULE_DENIED' } } as const;

describe('latency', () => {
  it.each([
    [0, 0],
    [0.07, 0],
    [0.08, 1],
    [0.99, 15],
    [1, 16],
    [1.18, 16],
    [1.2, 17],
    [2, 20],
    [1000, 55],
    [Number.POSITIVE_INFINITY, latencyBuckets - 1],
  ])('%s ms is in bucket %i', (durationMs, bucket) => {
    expect(bucketOf(durationMs)).toBe(bucket);
  });
});

describe('what is remembered', () => {
  it('has no place for HTTP methods that clients make up, where a rule is for any', () => {
    const recorder = createRecorder(handClock(0));
    for (let i = 0; i < routesMax; i++) recorder.record(event({ httpMethod: `MADE-UP-${i}`, ...denied }));
    recorder.record(event({ httpMethod: 'MADE-UP', ...unavailable }));
    recorder.record(event({ route: '/v1/others' }));
    const { routes, refusals, failures } = recorder.read(0);
    expect(routes.map(({ httpMethod, route }) => `${httpMethod} ${route}`)).toEqual([
      '_OTHER /v1/things',
      'GET /v1/others',
    ]);
    expect(refusals).toMatchObject([{ httpMethod: '_OTHER', count: routesMax }]);
    expect(failures).toMatchObject([{ httpMethod: '_OTHER' }]);
  });

  it('counts a request in the second in which it ended, once that is over', () => {
    const clock = handClock(0);
    const recorder = createRecorder(clock);
    recorder.record(event());
    recorder.record(event({ durationMs: 1000 }));
    expect(recorder.read(0)).toMatchObject({ next: epoch, seconds: [] });
    clock.moveTo(1000);
    recorder.record(event(unavailable));
    expect(recorder.read(0)).toMatchObject({
      next: epoch + 1,
      seconds: [{ at: epoch, ok: 2, clientErrors: 0, serverErrors: 0, latency: [8, 1, 27, 1] }],
    });
  });

  it('tells from a second on what came since', () => {
    const clock = handClock(0);
    const recorder = createRecorder(clock);
    for (let second = 0; second < 5; second++) {
      clock.moveTo(second * 1000);
      recorder.record(event());
    }
    clock.moveTo(5000);
    expect(recorder.read(epoch + 3).seconds.map(({ at }) => at - epoch)).toEqual([3, 4]);
    expect(recorder.read(epoch + 5).seconds).toEqual([]);
  });

  it.each([
    [{}, [1, 0, 0]],
    [{ httpStatus: 304 }, [1, 0, 0]],
    [{ httpStatus: 404, code: 5 }, [0, 1, 0]],
    [{ httpStatus: 405, code: 12 }, [0, 1, 0]],
    [unavailable, [0, 0, 1]],
    [{ httpStatus: 200, code: 14 }, [0, 0, 1]],
    [{ httpStatus: 200, code: 1 }, [0, 1, 0]],
  ] satisfies [Partial<RequestEvent>, number[]][])(
    '%o ends as [ok, client error, server error] %o',
    (facts, ends) => {
      const clock = handClock(0);
      const recorder = createRecorder(clock);
      recorder.record(event(facts));
      clock.moveTo(1000);
      const [{ ok, clientErrors, serverErrors } = { ok: 0, clientErrors: 0, serverErrors: 0 }] =
        recorder.read(0).seconds;
      expect([ok, clientErrors, serverErrors]).toEqual(ends);
    },
  );

  it('knows routes by HTTP method and template, minute by minute, and all that has none as one', () => {
    const clock = handClock(0);
    const recorder = createRecorder(clock);
    recorder.record(event());
    recorder.record(event({ httpMethod: 'POST', ...denied }));
    recorder.record(event({ httpMethod: 'BREW', route: undefined, httpStatus: 404, code: 5 }));
    recorder.record(event({ httpMethod: 'PROPFIND', route: undefined, httpStatus: 404, code: 5 }));
    clock.moveTo(60_000);
    recorder.record(event({ durationMs: 16, ...unavailable }));
    const idle = Array(8).fill(0);
    expect(recorder.read(0).routes).toEqual([
      {
        httpMethod: 'GET',
        route: '/v1/things',
        minutes: [...idle, 1, 1],
        clientErrors: 0,
        serverErrors: 1,
        latency: [16, 1, 32, 1],
      },
      {
        httpMethod: 'POST',
        route: '/v1/things',
        minutes: [...idle, 1, 0],
        clientErrors: 1,
        serverErrors: 0,
        latency: [16, 1],
      },
      {
        httpMethod: '',
        route: '',
        minutes: [...idle, 2, 0],
        clientErrors: 2,
        serverErrors: 0,
        latency: [16, 2],
      },
    ]);
  });

  it('forgets after ten minutes', () => {
    const clock = handClock(0);
    const recorder = createRecorder(clock);
    recorder.record(event());
    clock.moveTo(300_000);
    recorder.record(event({ route: '/v1/others' }));
    clock.moveTo(599_999);
    expect(recorder.read(0).routes.map(({ route }) => route)).toEqual(['/v1/things', '/v1/others']);
    expect(recorder.read(0).seconds).toHaveLength(2);
    clock.moveTo(601_000);
    expect(recorder.read(0).routes).toMatchObject([
      { route: '/v1/others', minutes: [0, 0, 0, 0, 1, 0, 0, 0, 0, 0] },
    ]);
    expect(recorder.read(0).seconds).toHaveLength(1);
    clock.moveTo(60 * 60_000);
    expect(recorder.read(0)).toMatchObject({ seconds: [], routes: [] });
  });

  it('keeps no counts of another second when the clock is set back', () => {
    const clock = { ...handClock(0), wall: () => wall };
    let wall = handEpoch;
    const recorder = createRecorder(clock);
    for (let count = 0; count < 3; count++) recorder.record(event());
    wall -= 600_000;
    recorder.record(event());
    wall += 1000;
    expect(recorder.read(0).seconds).toMatchObject([{ at: epoch - 600, ok: 1 }]);
    expect(recorder.read(0).routes).toMatchObject([{ minutes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] }]);
  });

  it('counts refusals of the gate by route, step and reason, the last one first', () => {
    const clock = handClock(0);
    const recorder = createRecorder(clock);
    recorder.record(event(denied));
    clock.moveTo(7);
    recorder.record(event({ ...denied, refused: { step: 'rate', reason: 'RATE_LIMITED' } }));
    clock.moveTo(9);
    recorder.record(event(denied));
    recorder.record(event({ httpStatus: 404, code: 5 }));
    const thing = { httpMethod: 'GET', route: '/v1/things' };
    expect(recorder.read(0).refusals).toEqual([
      { ...thing, step: 'authz', reason: 'RULE_DENIED', count: 2, lastAt: handEpoch + 9 },
      { ...thing, step: 'rate', reason: 'RATE_LIMITED', count: 1, lastAt: handEpoch + 7 },
    ]);
  });

  it('keeps what leads to a failed request in logs and traces, and not its cause', () => {
    const recorder = createRecorder(handClock(3));
    const trace = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), sampled: true };
    recorder.record(event({ ...unavailable, requestId: 'first', cause: new Error('secret') }));
    recorder.record(event({ ...unavailable, requestId: 'second', route: undefined, trace }));
    const common = { at: handEpoch + 3, httpMethod: 'GET', ...unavailable, durationMs: 1 };
    expect(recorder.read(0).failures).toEqual([
      { ...common, route: '', requestId: 'second', traceId: trace.traceId },
      { ...common, route: '/v1/things', requestId: 'first', traceId: '' },
    ]);
  });
});

describe('bounds', () => {
  it('whatever comes, no more is kept than was said, and the rest is counted all the same', () => {
    const clock = handClock(0);
    const recorder = createRecorder(clock);
    const requests = 20_000;
    for (let at = 0; at < requests; at++) {
      clock.moveTo(at * 29);
      recorder.record(
        event({
          route: `/v1/${at}`,
          httpStatus: 500,
          code: 13,
          durationMs: at,
          requestId: `${at}`,
          refused: { step: `step ${at}`, reason: 'RULE_DENIED' },
        }),
      );
    }
    clock.moveTo(requests * 29);
    const { seconds, routes, refusals, failures } = recorder.read(0);
    expect(seconds.length).toBeLessThanOrEqual(600);
    expect(routes).toHaveLength(routesMax + 1);
    const counted = routes.flatMap(({ minutes }) => minutes).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(requests);
    expect(routes.find(({ route }) => route === '')?.serverErrors).toBe(requests - routesMax);
    expect(refusals.map(({ step }) => step)).toEqual(
      Array.from({ length: refusalKindsMax }, (_, age) => `step ${requests - 1 - age}`),
    );
    expect(failures.map(({ requestId }) => requestId)).toEqual(
      Array.from({ length: failuresMax }, (_, age) => `${requests - 1 - age}`),
    );
  });

  it('a full table takes new routes again once old ones are forgotten', () => {
    const clock = handClock(0);
    const recorder = createRecorder(clock);
    for (let at = 0; at < routesMax; at++) recorder.record(event({ route: `/v1/${at}` }));
    clock.moveTo(660_000);
    recorder.record(event({ route: '/v2/new' }));
    expect(recorder.read(0).routes).toMatchObject([{ route: '/v2/new' }]);
  });

  it('counting costs well under a microsecond', () => {
    const recorder = createRecorder(handClock(0));
    const events = Array.from({ length: 64 }, (_, at) =>
      event({
        route: `/v1/${at % 16}`,
        durationMs: at,
        ...(at % 8 === 0 ? denied : at % 9 === 0 ? unavailable : {}),
      }),
    );
    const rounds = 5_000;
    const run = (): number => {
      const before = process.cpuUsage();
      for (let round = 0; round < rounds; round++) for (const one of events) recorder.record(one);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / (rounds * events.length);
    };
    run();
    expect(Math.min(run(), run(), run())).toBeLessThan(1);
  });
});

describe('several processes', () => {
  it('are told of as one, up to the second that all of them have seen', () => {
    const [one, other] = [handClock(0), handClock(0)];
    const [first, second] = [createRecorder(one), createRecorder(other)];
    for (const recorder of [first, second]) {
      recorder.record(event({ ...denied, requestId: 'a' }));
      recorder.record(event({ ...unavailable, durationMs: 4 }));
    }
    for (const clock of [one, other]) clock.moveTo(1000);
    first.record(event({ route: '/v1/only', ...unavailable, requestId: 'late' }));
    one.moveTo(2000);
    const merged = mergeRecent([first.read(0), second.read(0)]);
    expect(merged.next).toBe(epoch + 1);
    expect(merged.seconds).toEqual([
      { at: epoch, ok: 0, clientErrors: 2, serverErrors: 2, latency: [8, 2, 12, 2] },
    ]);
    expect(merged.routes).toMatchObject([
      { route: '/v1/things', clientErrors: 2, serverErrors: 2, latency: [16, 2, 24, 2] },
      { route: '/v1/only', serverErrors: 1 },
    ]);
    expect(merged.routes[0]?.minutes.at(-1)).toBe(4);
    expect(merged.refusals).toMatchObject([{ step: 'authz', count: 2, lastAt: handEpoch }]);
    expect(merged.failures.map(({ requestId }) => requestId)).toEqual(['late', 'r', 'r']);
  });
});
