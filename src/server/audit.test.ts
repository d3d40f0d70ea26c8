import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HandClock, handClock } from '../../test/support/hand-clock.js';
import type { RequestEvent } from '../telemetry/index.js';
import { type Audit, createAudit } from './audit.js';

const event: RequestEvent = {
  kind: 'request',
  httpMethod: 'GET',
  route: '/v1/{name=orders/*}',
  httpStatus: 401,
  code: 16,
  clientAddress: '192.0.2.1',
  requestBytes: 0,
  responseBytes: 0,
  durationMs: 1,
  requestId: 'r1',
};
const missing = { step: 'authentication', reason: 'CREDENTIALS_MISSING' } as const;
const denied = { step: 'addresses', reason: 'ADDRESS_DENIED' } as const;

describe('the audit log', () => {
  let clock: HandClock;
  let writes: string[];
  let audit: Audit;
  const start = (linesMax?: number): void => {
    audit = createAudit({ linesMax }, async (lines) => void writes.push(lines), clock);
  };
  beforeEach(() => {
    clock = handClock(0);
    writes = [];
    start();
  });
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const lines = (): Record<string, unknown>[] =>
    writes.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line));
  const reasons = (): unknown[] => lines().map((line) => line['event.reason']);
  afterEach(() => expect(clock.timers).toBeLessThanOrEqual(1));

  it('has a line for a refusal, and none for what was let through', async () => {
    audit.note(event);
    audit.note({ ...event, refused: missing, principal: 'staff:ann', cause: new Error('Bearer secret') });
    await settled();
    expect(lines()).toEqual([
      {
        '@timestamp': '2026-01-01T00:00:00.000Z',
        'log.level': 'warn',
        'ecs.version': expect.any(String),
        'service.name': 'propylon',
        'event.dataset': 'propylon.audit',
        'event.kind': 'event',
        'event.category': ['web'],
        'event.type': ['access', 'denied'],
        message: 'authentication refused: CREDENTIALS_MISSING',
        'event.action': 'authentication',
        'event.reason': 'CREDENTIALS_MISSING',
        'event.outcome': 'failure',
        'event.duration': 1_000_000,
        'http.response.status_code': 401,
        'http.request.method': 'GET',
        'http.request.body.bytes': 0,
        'http.response.body.bytes': 0,
        'http.request.id': 'r1',
        'client.address': '192.0.2.1',
        'client.ip': '192.0.2.1',
        'user.id': 'staff:ann',
        'labels.route': '/v1/{name=orders/*}',
        'labels.grpc_status': 'UNAUTHENTICATED',
        'labels.refused_by': 'authentication',
      },
    ]);
  });

  it('is one write for the lines of a turn, and holds line ends within a line', async () => {
    audit.note({ ...event, refused: missing });
    audit.note({ ...event, refused: missing, principal: 'a\n{"message":"none"}' });
    await settled();
    expect(writes).toHaveLength(1);
    expect(lines()).toHaveLength(2);
  });

  it('cuts ids that are long', async () => {
    audit.note({ ...event, refused: missing, principal: 'x'.repeat(100_000) });
    await settled();
    expect(lines()[0]?.['user.id']).toBe(`${'x'.repeat(200)}…`);
  });

  it('sums a flood up, but for the first of each kind', async () => {
    start(3);
    for (let i = 0; i < 1_000; i++) audit.note({ ...event, refused: missing });
    for (let i = 0; i < 5; i++) audit.note({ ...event, refused: denied });
    await settled();
    expect(reasons()).toEqual([...Array(3).fill('CREDENTIALS_MISSING'), 'ADDRESS_DENIED']);
    clock.moveTo(10_000);
    await settled();
    expect(lines().at(-1)).toMatchObject({
      '@timestamp': '2026-01-01T00:00:10.000Z',
      message: '1001 further refusals in 10 seconds',
      'event.action': 'refusals-summed-up',
      'labels.not_written': ['authentication CREDENTIALS_MISSING 997', 'addresses ADDRESS_DENIED 4'],
    });
    audit.note({ ...event, refused: missing });
    await settled();
    expect(lines().at(-1)).toMatchObject({ 'event.reason': missing.reason });
  });

  it('says nothing of a time in which everything was written', async () => {
    audit.note({ ...event, refused: missing });
    clock.moveTo(60_000);
    await settled();
    expect([lines().length, clock.timers]).toEqual([1, 0]);
  });

  it('writes what is left when it is closed', async () => {
    start(1);
    audit.note({ ...event, refused: missing });
    audit.note({ ...event, refused: missing });
    await audit.close();
    expect(reasons()).toEqual([missing.reason, undefined]);
    expect(clock.timers).toBe(0);
  });
});
