import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../../test/support/memory-log.js';
import { fineEvent, fineRequest } from '../../../test/support/request-event.js';
import type { RequestEvent } from '../request-event.js';
import type { LogOptions } from './options.js';

/** Which requests get a line. */

const events: Readonly<Record<string, RequestEvent>> = {
  fine: fineEvent,
  slow: { ...fineEvent, durationMs: 1_000 },
  'not found': { ...fineEvent, httpStatus: 404, code: 5 },
  failed: { ...fineEvent, httpStatus: 503, code: 14 },
  'failed midway': { ...fineEvent, httpStatus: 200, code: 14 },
};
const all = Object.keys(events);

describe('the access log', () => {
  it.each<[string, LogOptions['access'], string[]]>([
    ['by default has what failed on our side', undefined, ['failed', 'failed midway']],
    ['has nothing', { mode: 'off', slow: '1s' }, []],
    ['has errors and slow ones', { slow: '1s' }, ['slow', 'failed', 'failed midway']],
    ['has all', { mode: 'all' }, all],
    ['has all but those of a method', { mode: 'all', except: ['shop.orders.v1.OrdersService.GetOrder'] }, []],
    ['has all but those of a service', { mode: 'all', except: ['shop.orders.v1.OrdersService'] }, []],
    ['has all but those of a package', { mode: 'all', except: ['shop.orders.*'] }, []],
    ['has those of a name that only begins alike', { mode: 'all', except: ['shop.orders.v1.Orders'] }, all],
    [
      'keeps errors and slow ones out of a sample',
      { mode: 'all', sample: 0, slow: '1s' },
      ['slow', 'failed', 'failed midway'],
    ],
  ])('%s', (_, access, expected) => {
    const { log, lines } = memoryLog({ access });
    for (const [name, event] of Object.entries(events))
      log.request({ ...event, requestId: name }, fineRequest);
    expect(lines().map((line) => line['http.request.id'])).toEqual(expected);
  });

  it('takes its share by chance', () => {
    const chances = [0.09, 0.1, 0.5, 0.01];
    const { log, lines } = memoryLog(
      { access: { mode: 'all', sample: 0.1 } },
      { random: () => chances.shift() ?? 1 },
    );
    for (const id of ['a', 'b', 'c', 'd']) log.request({ ...fineEvent, requestId: id }, fineRequest);
    expect(lines().map((line) => line['http.request.id'])).toEqual(['a', 'd']);
  });

  it('has all while the level is debug', () => {
    const { log, lines } = memoryLog({ access: { sample: 0 } });
    log.request({ ...fineEvent, requestId: 'before' }, fineRequest);
    log.levels.set('debug');
    log.request({ ...fineEvent, requestId: 'then' }, fineRequest);
    log.levels.set('error');
    log.request({ ...fineEvent, requestId: 'after' }, fineRequest);
    log.request({ ...fineEvent, httpStatus: 500, requestId: 'failed' }, fineRequest);
    expect(lines().map((line) => line['http.request.id'])).toEqual(['then', 'failed']);
  });

  it('names a failure one, with what was behind it', () => {
    const { log, lines } = memoryLog();
    log.request({ ...fineEvent, httpStatus: 500, code: 13, cause: new TypeError('no field') }, fineRequest);
    expect(lines()).toMatchObject([
      {
        'log.level': 'error',
        'event.outcome': 'failure',
        'error.type': 'TypeError',
        'error.message': 'no field',
        'error.stack_trace': expect.stringContaining('access.test'),
      },
    ]);
  });
});

describe('the line of a request that ended well', () => {
  const hostile = 'a"b\\c\u0000\u202e\u2028é😀';
  const text = fc.oneof(fc.string(), fc.constant(hostile));
  const event = fc.record<RequestEvent>({
    kind: fc.constant('request'),
    httpMethod: fc.oneof(fc.constantFrom('GET', 'POST'), text),
    route: fc.option(fc.oneof(fc.constant('/v1/{name=a/*}:go'), text), { nil: undefined }),
    method: fc.option(fc.constantFrom('a.v1.A/Get', 'a.v1.A/List'), { nil: undefined }),
    shape: fc.constant('unary'),
    httpStatus: fc.constantFrom(200, 204, 304, 400, 404, 429),
    code: fc.constantFrom(0, 3, 5, 8),
    refused: fc.option(fc.constant({ step: 'limits', reason: 'RATE_LIMITED' as const }), { nil: undefined }),
    clientAddress: fc.option(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('unknown'), text), {
      nil: undefined,
    }),
    principal: fc.option(text, { nil: undefined }),
    durationMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    requestBytes: fc.nat(),
    responseBytes: fc.nat(),
    requestId: text,
    trace: fc.option(fc.constant({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true }), {
      nil: undefined,
    }),
    cause: fc.constant(undefined),
  });

  it('says what pino would say, field by field, whatever is in it', () => {
    const quick = memoryLog({ access: { mode: 'all' } });
    // A field that is asked for has pino write the line.
    const slow = memoryLog({ access: { mode: 'all', headers: ['x-none'] } });
    fc.assert(
      fc.property(event, (one) => {
        quick.log.request(one, fineRequest);
        slow.log.request(one, fineRequest);
        expect(quick.lines().at(-1)).toEqual(slow.lines().at(-1));
      }),
    );
  });
});
