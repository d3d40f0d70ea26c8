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
  afterEach(() => expect(clock.timers).toBeLessThanOrEqual(1));

  it('has a line for a refusal, and none for what was let through', async () => {
    audit.note(event);
    audit.note({ ...event, refused: missing, principal: 'staff:ann', cause: new Error('Bearer secret') });
    await settled();
    expect(lines()).toEqual([
      {
        time: '2026-01-01T00:00:00.000Z',
        kind: 'refusal',
        ...missing,
        httpStatus: 401,
        httpMethod: 'GET',
        route: '/v1/{name=orders/*}',
        clientAddress: '192.0.2.1',
        principal: 'staff:ann',
        requestId: 'r1',
      },
    ]);
  });

  it('is one write for the lines of a turn, and holds line ends within a line', async () => {
    audit.note({ ...event, refused: missing });
    audit.note({ ...event, refused: missing, principal: 'a\n{"kind":"refusal"}' });
    await settled();
    expect(writes).toHaveLength(1);
    expect(lines()).toHaveLength(2);
  });

  it('cuts ids that are long', async () => {
    audit.note({ ...event, refused: missing, principal: 'x'.repeat(100_000) });
    await settled();
    expect(lines()[0]?.['principal']).toBe('x'.repeat(200));
  });

  it('sums a flood up, but for the first of each kind', async () => {
    start(3);
    for (let i = 0; i < 1_000; i++) audit.note({ ...event, refused: missing });
    for (let i = 0; i < 5; i++) audit.note({ ...event, refused: denied });
    await settled();
    expect(lines().map(({ reason }) => reason)).toEqual([
      ...Array(3).fill('CREDENTIALS_MISSING'),
      'ADDRESS_DENIED',
    ]);
    clock.moveTo(10_000);
    await settled();
    expect(lines().at(-1)).toEqual({
      time: '2026-01-01T00:00:10.000Z',
      kind: 'refusals',
      seconds: 10,
      notWritten: { 'authentication CREDENTIALS_MISSING': 997, 'addresses ADDRESS_DENIED': 4 },
    });
    audit.note({ ...event, refused: missing });
    await settled();
    expect(lines().at(-1)).toMatchObject({ kind: 'refusal', ...missing });
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
    expect(lines().map(({ kind }) => kind)).toEqual(['refusal', 'refusals']);
    expect(clock.timers).toBe(0);
  });
});
