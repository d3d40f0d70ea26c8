import { describe, expect, it } from 'vitest';
import { FakeEndpoint, failed, type PendingCall } from '../../test/support/fake-endpoint.js';
import { FakeClock, settled } from '../../test/support/gateway-bench.js';
import { Code } from '../status/index.js';
import { createChannel } from './channel.js';
import type { Method } from './method.js';
import type { UpstreamOptions } from './options.js';
import type { Transport } from './transport.js';
import { parseUpstream } from './upstream.js';

const method: Method = { path: '/t.T/Unary', isIdempotent: () => false, hashField: undefined };

function open(options: UpstreamOptions) {
  const upstream = parseUpstream(options);
  if ('problem' in upstream) throw new Error(upstream.problem);
  const calls: PendingCall[] = [];
  const endpoints = new Map<string, FakeEndpoint>();
  const connect = (endpoint: ConstructorParameters<typeof FakeEndpoint>[0]): FakeEndpoint => {
    const fake = new FakeEndpoint(endpoint, (call) => calls.push(call));
    endpoints.set(fake.name, fake);
    return fake;
  };
  const channel = createChannel(upstream, {
    connect,
    connectXds: (target) => connect({ target: { kind: 'unix', text: target.text, path: '' }, authority: '' }),
    lookup: async () => [],
    lookupTxt: async () => [],
    clock: new FakeClock(),
    random: () => 0,
  });
  const transport: Transport = channel.method(method);
  const ask = async (): Promise<void> => {
    void transport.unary(
      {
        path: method.path,
        metadata: [],
        deadline: undefined,
        signal: new AbortController().signal,
        responseMessageBytesMax: 1_000,
      },
      new Uint8Array(0),
    );
    await settled();
  };
  return { channel, calls, ask, at: (name: string) => endpoints.get(name) };
}

const rest = { ejected: false, leaving: false };

describe('the report of an upstream', () => {
  it.each<[UpstreamOptions, object]>([
    [{ target: 'a:1' }, { endpoint: 'a:1', connectivity: 'idle', inFlight: 1, ...rest }],
    [{ target: 'xds:///a' }, { endpoint: 'xds:///a', connectivity: 'idle', inFlight: 1, ...rest }],
  ])('of one endpoint says how that is: %j', async (options, endpoint) => {
    const { channel, ask } = open(options);
    await ask();
    expect(channel.report()).toEqual([{ role: 'main', target: options.target, endpoints: [endpoint] }]);
  });

  it('of many has no endpoint before the first call, and then each', async () => {
    const { channel, ask, at } = open({ target: '10.0.0.1:1,10.0.0.2:1' });
    expect(channel.report()).toEqual([{ role: 'main', target: '10.0.0.1:1,10.0.0.2:1', endpoints: [] }]);
    await ask();
    at('10.0.0.2:1')?.is('ready');
    expect(channel.report()[0]?.endpoints).toEqual([
      { endpoint: '10.0.0.1:1', connectivity: 'connecting', inFlight: 1, ...rest },
      { endpoint: '10.0.0.2:1', connectivity: 'ready', inFlight: 0, ...rest },
    ]);
  });

  it('says which endpoint is ejected', async () => {
    const { channel, calls, ask, at } = open({ target: '10.0.0.1:1,10.0.0.2:1', outlier: { failures: 1 } });
    await ask();
    for (const name of ['10.0.0.1:1', '10.0.0.2:1']) at(name)?.is('ready');
    calls.shift()?.answer(failed(Code.UNAVAILABLE));
    await settled();
    expect(channel.report()[0]?.endpoints.map(({ endpoint, ejected }) => [endpoint, ejected])).toEqual([
      ['10.0.0.1:1', true],
      ['10.0.0.2:1', false],
    ]);
  });

  it('says how its breaker stands', async () => {
    const { channel, calls, ask } = open({ target: 'a:1', breaker: { failures: 1 } });
    await ask();
    expect(channel.report()[0]?.breaker).toEqual({ state: 'closed', inFlight: 1, pending: 1 });
    calls.shift()?.answer(failed(Code.UNAVAILABLE));
    await settled();
    expect(channel.report()[0]?.breaker).toEqual({ state: 'open', inFlight: 0, pending: 0 });
  });

  it('has a part for each target of a split and a mirror', () => {
    const { channel } = open({
      target: 'a:1',
      split: [{ target: 'b:1', percent: 10 }],
      mirror: { target: 'c:1', percent: 1 },
    });
    expect(channel.report().map(({ role, target }) => [role, target])).toEqual([
      ['main', 'a:1'],
      ['split', 'b:1'],
      ['mirror', 'c:1'],
    ]);
  });
});
