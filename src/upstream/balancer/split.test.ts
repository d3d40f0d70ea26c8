import { describe, expect, it } from 'vitest';
import type { Call, Transport } from '../transport.js';
import { type SplitBranch, split } from './split.js';

/** Transports that write their names. */
function bench(random: () => number = () => 0.99) {
  let went = '';
  const named = (name: string): Transport => ({
    unary: async () => {
      went += name;
      return { status: { code: 0, message: '', details: [] }, metadata: [], trailers: [] };
    },
    stream: () => {
      throw new Error('no stream is expected');
    },
    close: async () => {},
  });
  return {
    split: (branches: readonly Omit<SplitBranch, 'transport'>[], key?: Parameters<typeof split>[2]) =>
      split(
        named('m'),
        branches.map((branch, index) => ({ ...branch, transport: named(String(index)) })),
        key,
        random,
      ),
    async goes(transport: Transport, headers: Record<string, string> = {}): Promise<string> {
      went = '';
      const call: Call = {
        path: '/t.T/Get',
        metadata: [],
        headers: Object.entries(headers),
        deadline: undefined,
        signal: new AbortController().signal,
        responseMessageBytesMax: 1,
      };
      await transport.unary(call, new Uint8Array());
      return went;
    },
  };
}

const share = (percent: number) => ({ when: undefined, percent });
const when = (header: string, value?: string) => ({ when: { header, value }, percent: 0 });

describe('a split', () => {
  it.each([
    [0, '0'],
    [0.0499, '0'],
    [0.05, '1'],
    [0.1499, '1'],
    [0.15, 'm'],
    [0.999, 'm'],
  ])('of 5 and 10 percent sends chance %d to %s', async (chance, expected) => {
    const { split, goes } = bench(() => chance);
    expect(await goes(split([share(5), share(10)]))).toBe(expected);
  });

  it.each<[Record<string, string>, string]>([
    [{}, 'm'],
    [{ 'x-canary': 'yes' }, '0'],
    [{ 'x-canary': 'no' }, 'm'],
    [{ 'x-beta': 'anything' }, '1'],
    [{ 'x-canary': 'yes', 'x-beta': '' }, '0'],
  ])('by header sends %j to %s', async (headers, expected) => {
    const { split, goes } = bench();
    expect(await goes(split([when('X-Canary', 'yes'), when('x-beta')]), headers)).toBe(expected);
  });

  it('a header goes before a share', async () => {
    const { split, goes } = bench(() => 0);
    expect(await goes(split([share(100), when('x-beta')]), { 'x-beta': '1' })).toBe('1');
  });

  it.each([
    [{ header: 'x-user' }, (user: string) => ({ 'x-user': user })],
    [{ cookie: 'session' }, (user: string) => ({ cookie: `a=b; session=${user}; c=d` })],
  ])('by %j keeps each client where it is, and the share of all', async (key, headersOf) => {
    const { split, goes } = bench(Math.random);
    const transport = split([share(20)], key);
    const users = Array.from({ length: 1_000 }, (_, index) => `user-${index}`);
    const places = [];
    for (const user of users) places.push(await goes(transport, headersOf(user)));
    for (const [index, user] of users.slice(0, 50).entries()) {
      expect(await goes(transport, headersOf(user))).toBe(places[index]);
    }
    const taken = places.filter((place) => place === '0').length;
    expect(taken).toBeGreaterThan(150);
    expect(taken).toBeLessThan(250);
  });

  it('clients without the header or cookie are drawn by chance', async () => {
    const { split, goes } = bench(() => 0);
    expect(await goes(split([share(1)], { cookie: 'session' }), { cookie: 'mysession=1' })).toBe('0');
  });
});
