import { EcsVersion } from '@elastic/ecs';
import { describe, expect, it } from 'vitest';
import { ecsProblems } from '../../../test/support/ecs.js';
import { memoryLog } from '../../../test/support/memory-log.js';
import { fineEvent, fineRequest } from '../../../test/support/request-event.js';
import { ecsVersion, refusalFields, refusalsLeftFields } from './fields.js';

/** The lines by Elastic's own definition of its schema. */

const broken = new Error('broken', { cause: new Error('deeper') });
const refused = {
  ...fineEvent,
  httpStatus: 403,
  code: 7,
  refused: { step: 'scopes', reason: 'SCOPE_MISSING' },
} as const;

describe('a line of the log, by the Elastic Common Schema', () => {
  it('names the version whose fields it has', () => {
    expect(ecsVersion).toBe(EcsVersion);
  });

  it.each([
    ['of a request', fineEvent],
    ['of a request that was refused', refused],
    ['of a request that failed', { ...fineEvent, httpStatus: 500, code: 13, cause: broken }],
    [
      'of a request without a route',
      { ...fineEvent, route: undefined, method: undefined, httpStatus: 404, code: 5 },
    ],
    ['of a client on a Unix socket', { ...fineEvent, clientAddress: 'unix' }],
    ['of a client with IPv6', { ...fineEvent, clientAddress: '2001:db8::1' }],
  ])('%s has fields of the schema only, with values of their types', (_, event) => {
    const { log, lines } = memoryLog({
      access: { mode: 'all', path: true, headers: ['user-agent', 'x-tenant.a'] },
    });
    log.request(event, { ...fineRequest, headers: [...fineRequest.headers, ['x-tenant.a', 'b']] });
    const [line = {}] = lines();
    expect(ecsProblems(line)).toEqual([]);
    expect(Object.keys(line).length).toBeGreaterThan(15);
  });

  it('of the process too', () => {
    const { log, lines } = memoryLog();
    log.info('listening', { 'labels.url': 'http://127.0.0.1:8080' });
    log.warn('something', 'of no kind');
    log.error('broken', broken);
    log.fatal('dead', broken);
    expect(lines().flatMap(ecsProblems)).toEqual([]);
    expect(lines().map((line) => line['log.level'])).toEqual(['info', 'warn', 'error', 'fatal']);
  });

  it('of the audit log too', () => {
    expect(ecsProblems({ ...refusalFields(refused), 'user.id': 'ann' })).toEqual([]);
    expect(ecsProblems(refusalsLeftFields(new Map([['scopes SCOPE_MISSING', 3]]), 10))).toEqual([]);
  });

  it('would be told from one that is none', () => {
    expect(
      ecsProblems({ time: 'now', 'event.duration': 1.5, 'event.kind': 'request', '@timestamp': 'now' }),
    ).toHaveLength(4);
  });

  it('says what there is to say of a request', () => {
    const { log, lines } = memoryLog({ access: { mode: 'all', path: true, headers: ['User-Agent'] } });
    log.request(fineEvent, fineRequest);
    expect(lines()).toEqual([
      {
        '@timestamp': '2026-01-01T00:00:00.005Z',
        'log.level': 'info',
        message: 'GET /v1/{name=orders/*} 200',
        'ecs.version': ecsVersion,
        'service.name': 'propylon',
        'service.version': '1.2.3',
        'process.pid': 7,
        'event.dataset': 'propylon.access',
        'event.kind': 'event',
        'event.category': ['web'],
        'event.type': ['access'],
        'event.outcome': 'success',
        'event.duration': 1_500_000,
        'http.request.method': 'GET',
        'http.request.id': 'r-1',
        'http.request.body.bytes': 0,
        'http.response.status_code': 200,
        'http.response.body.bytes': 18,
        'url.path': '/v1/orders/1',
        'user_agent.original': 'curl/8',
        'client.address': '192.0.2.1',
        'client.ip': '192.0.2.1',
        'user.id': 'staff:ann',
        'trace.id': '4bf92f3577b34da6a3ce929d0e0e4736',
        'transaction.id': '00f067aa0ba902b7',
        'span.id': '00f067aa0ba902b7',
        'labels.route': '/v1/{name=orders/*}',
        'labels.grpc_method': 'shop.orders.v1.OrdersService/GetOrder',
        'labels.grpc_status': 'OK',
      },
    ]);
  });

  it('has neither path nor header fields unless they are configured', () => {
    const { log, text } = memoryLog({ access: { mode: 'all' } });
    log.request(fineEvent, fineRequest);
    log.flush();
    expect(text()).not.toMatch(/orders\/1|view|curl/);
  });
});
