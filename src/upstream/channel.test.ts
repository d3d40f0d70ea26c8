import { afterEach, describe, expect, it } from 'vitest';
import { startBytesBackend } from '../../test/support/bytes-backend.js';
import { systemClock } from '../clock.js';
import { type Channel, createChannel } from './channel.js';
import { createGrpcJsTransport } from './grpcjs/transport.js';
import type { Method } from './method.js';
import type { UpstreamOptions } from './options.js';
import type { Endpoint } from './resolver/resolver.js';
import type { Call, Transport } from './transport.js';
import { parseUpstream } from './upstream.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const plain: Method = { path: '/t.T/Unary', isIdempotent: () => true, hashField: undefined };
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A channel over real connections, whose name server knows one name. */
function open(
  options: UpstreamOptions,
  addresses: readonly string[] = [],
  records: readonly string[] = [],
): Channel {
  const upstream = parseUpstream(options);
  if ('problem' in upstream) throw new Error(upstream.problem);
  const channel = createChannel(upstream, {
    connect: ({ target, authority }: Endpoint) => createGrpcJsTransport(target, { authority }),
    connectXds: () => {
      throw new Error('no mesh here');
    },
    lookup: async () => addresses,
    lookupTxt: async () => records,
    clock: systemClock,
    random: Math.random,
  });
  cleanups.push(() => channel.close());
  return channel;
}

const callOf = (more: Partial<Call> = {}): Call => ({
  path: '/t.T/Unary',
  metadata: [],
  deadline: undefined,
  signal: new AbortController().signal,
  responseMessageBytesMax: 1_000,
  ...more,
});

async function ask(transport: Transport, more: Partial<Call> = {}, message = ''): Promise<string> {
  const outcome = await transport.unary(callOf(more), Buffer.from(message));
  return outcome.message === undefined ? (outcome.localReason ?? '?') : text(outcome.message);
}

/** Backends that answer with their number. */
async function backends(
  count: number,
): Promise<{ readonly ports: number[]; readonly close: (() => void)[] }> {
  const started = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      startBytesBackend({
        Unary: (_, done) => done(null, Buffer.from(String(index))),
        Bidi: (call) => {
          call.on('data', (message: Buffer) => call.write(Buffer.from(`${index}:${text(message)}`)));
          call.on('end', () => call.end());
        },
      }),
    ),
  );
  for (const { close } of started) cleanups.push(close);
  return { ports: started.map(({ port }) => port), close: started.map(({ close }) => close) };
}

const list = (ports: readonly number[]): string => ports.map((port) => `127.0.0.1:${port}`).join(',');

/** Asks until each backend has answered: then all are connected. */
async function warm(transport: Transport, count: number): Promise<void> {
  const answers = new Set<string>();
  while (answers.size < count) answers.add(await ask(transport));
}

describe('a channel', () => {
  it('to one endpoint is its transport, with nothing in between', async () => {
    const { ports } = await backends(1);
    const channel = open({ target: list(ports) });
    expect(channel.method(plain)).toBe(channel.method({ ...plain, path: '/t.T/Ping' }));
    expect(channel.method(plain)).toHaveProperty('connectivity');
    expect(await ask(channel.method(plain))).toBe('0');
  });

  it('calls go round the addresses of a list', async () => {
    const { ports } = await backends(2);
    const transport = open({ target: list(ports) }).method(plain);
    await warm(transport, 2);
    const round = [await ask(transport), await ask(transport), await ask(transport), await ask(transport)];
    expect(round.toSorted()).toEqual(['0', '0', '1', '1']);
  });

  it('a list goes on working without one of its backends', async () => {
    const { ports, close } = await backends(2);
    const transport = open({ target: list(ports) }).method(plain);
    await warm(transport, 2);
    close[1]?.();
    // The call that finds the connection closed may fail; from then on only the living one is asked.
    let inARow = 0;
    while (inARow < 5) inARow = (await ask(transport)) === '0' ? inARow + 1 : 0;
    expect(inARow).toBe(5);
  });

  it('all addresses of a name are used, under the authority of the name', async () => {
    const heard = new Set<string>();
    const { port } = await startBytesBackend({
      Unary: (call, done) => {
        heard.add(call.getHost());
        done(null, Buffer.from(call.getPeer()));
      },
    }).then((backend) => {
      cleanups.push(backend.close);
      return backend;
    });
    const transport = open({ target: `dns:///orders:${port}` }, ['127.0.0.1', '::ffff:127.0.0.1']).method(
      plain,
    );
    const peers = new Set<string>();
    while (peers.size < 2) peers.add(await ask(transport));
    expect([...heard]).toEqual([`orders:${port}`]);
  });

  it('a stream that is opened before the name is resolved is the same stream as any', async () => {
    const { ports } = await backends(1);
    const transport = open({ target: `dns:///orders:${ports[0]}` }, ['127.0.0.1']).method(plain);
    const stream = transport.stream(callOf({ path: '/t.T/Bidi' }));
    void stream.send(Buffer.from('a'));
    void stream.send(Buffer.from('b'));
    stream.end();
    const answers = [await stream.next(), await stream.next(), await stream.next()];
    expect(answers.map((answer) => answer && text(answer))).toEqual(['0:a', '0:b', undefined]);
    expect((await stream.outcome).status.code).toBe(0);
  });

  it.each([false, true])(
    'a stream may be cancelled before the name is resolved (given up before: %s)',
    async (before) => {
      const { ports } = await backends(1);
      const transport = open({ target: `dns:///orders:${ports[0]}` }, ['127.0.0.1']).method(plain);
      const stream = transport.stream(callOf({ path: '/t.T/Bidi' }));
      if (!before) await stream.send(Buffer.from('a'));
      stream.cancel();
      expect((await stream.outcome).localReason).toBe('CLIENT_CLOSED');
    },
  );

  it('ring_hash: calls with one header value meet one backend, others spread', async () => {
    const { ports } = await backends(4);
    const options: UpstreamOptions = {
      target: list(ports),
      balancer: 'ring_hash',
      hashOn: { header: 'X-User' },
    };
    const transport = open(options).method(plain);
    await warm(transport, 4);
    const as = (user: string) => ask(transport, { headers: [['x-user', user]] });
    const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    const places = await Promise.all(users.map(as));
    expect(await Promise.all(users.map(as))).toEqual(places);
    expect(new Set(places).size).toBe(4);
  });

  it('ring_hash: calls with one field value meet one backend, streams by their first message', async () => {
    const { ports } = await backends(4);
    const options: UpstreamOptions = {
      target: list(ports),
      balancer: 'ring_hash',
      hashOn: { field: 'user' },
    };
    const transport = open(options).method({ ...plain, hashField: text });
    const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    for (const user of [...users, ...users, ...users]) await ask(transport, {}, user);
    const places = await Promise.all(users.map((user) => ask(transport, {}, user)));
    expect(new Set(places).size).toBe(4);
    const streamed = await Promise.all(
      users.map(async (user) => {
        const stream = transport.stream(callOf({ path: '/t.T/Bidi' }));
        void stream.send(Buffer.from(user));
        stream.end();
        const answer = await stream.next();
        return answer && text(answer).split(':')[0];
      }),
    );
    expect(streamed).toEqual(places);
  });

  it('a stream that ends without a message is placed anywhere', async () => {
    const { ports } = await backends(2);
    const options: UpstreamOptions = {
      target: list(ports),
      balancer: 'ring_hash',
      hashOn: { field: 'user' },
    };
    const stream = open(options)
      .method({ ...plain, hashField: text })
      .stream(callOf({ path: '/t.T/Bidi' }));
    stream.end();
    expect((await stream.outcome).status.code).toBe(0);
  });

  it('a service config among the TXT records of a name is followed, whatever is wrong with it ignored', async () => {
    const config = {
      methodConfig: [{ name: [{ service: 't.T', method: 'Unary' }], maxRequestMessageBytes: 3 }],
    };
    const { ports } = await backends(1);
    const options: UpstreamOptions = { target: `dns:///orders:${ports[0]}`, serviceConfig: 'dns' };
    const record = (said: object) => `grpc_config=${JSON.stringify([{ serviceConfig: said }])}`;
    const strict = open(options, ['127.0.0.1'], [record(config)]).method(plain);
    expect([await ask(strict, {}, 'four'), await ask(strict, {}, 'abc')]).toEqual(['BODY_TOO_LARGE', '0']);
    const wrong = open(options, ['127.0.0.1'], [record({ methodConfig: 7 })]).method(plain);
    expect(await ask(wrong, {}, 'four')).toBe('0');
    const stream = open(options, ['127.0.0.1'], [record(config)])
      .method(plain)
      .stream(callOf({ path: '/t.T/Bidi' }));
    void stream.send(Buffer.from('a'));
    expect(text((await stream.next()) ?? Buffer.from('none'))).toBe('0:a');
    stream.cancel();
  });
});
