import { describe, expect, it } from 'vitest';
import { FakeEndpoint, failed, type PendingCall } from '../../../test/support/fake-endpoint.js';
import { bytes, FakeClock, settled, text } from '../../../test/support/gateway-bench.js';
import type { Call } from '../transport.js';
import { createMirror, type MirrorPolicy } from './mirror.js';

function bench(policy: Partial<MirrorPolicy> = {}, random: () => number = () => 0) {
  const clock = new FakeClock();
  const calls: PendingCall[] = [];
  const copies: PendingCall[] = [];
  const endpoint = (name: string, into: PendingCall[]) =>
    new FakeEndpoint({ target: { kind: 'unix', text: name, path: name }, authority: undefined }, (call) =>
      into.push(call),
    );
  const mirror = createMirror({ percent: 100, inFlightMax: 2, timeoutMs: 500, ...policy }, clock, random);
  const transport = mirror(endpoint('main', calls), endpoint('copy', copies));
  const client = new AbortController();
  const call: Call = {
    path: '/t.T/Get',
    metadata: [['a', 'b']],
    deadline: clock.now() + 10_000,
    signal: client.signal,
    responseMessageBytesMax: 1,
  };
  return { clock, calls, copies, client, ask: () => transport.unary(call, bytes('x')) };
}

describe('mirroring', () => {
  it('copies a call, with a deadline of its own, and takes the answer of the call', async () => {
    const { ask, calls, copies, clock } = bench();
    const outcome = ask();
    expect(copies[0]?.call).toMatchObject({
      path: '/t.T/Get',
      metadata: [['a', 'b']],
      deadline: clock.now() + 500,
    });
    expect(text(copies[0]?.message ?? bytes('none'))).toBe('x');
    copies[0]?.answer(failed(13));
    calls[0]?.answer({ message: bytes('main') });
    expect(text((await outcome).message ?? bytes('none'))).toBe('main');
  });

  it('a copy outlives its client', async () => {
    const { ask, copies, client } = bench();
    void ask();
    client.abort();
    await settled();
    expect(copies[0]?.endpoint.pending).toHaveLength(1);
  });

  it('no more copies are under way than allowed', async () => {
    const { ask, calls, copies } = bench();
    for (let call = 0; call < 5; call++) void ask();
    expect([calls.length, copies.length]).toEqual([5, 2]);
    copies[0]?.answer();
    await settled();
    void ask();
    expect([calls.length, copies.length]).toEqual([6, 3]);
  });

  it.each([
    [0.099, 1],
    [0.1, 0],
  ])('a share of 10 percent copies chance %d: %d', (chance, expected) => {
    const { ask, copies } = bench({ percent: 10 }, () => chance);
    void ask();
    expect(copies).toHaveLength(expected);
  });
});
