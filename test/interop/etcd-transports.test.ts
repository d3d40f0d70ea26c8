import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { Code } from '../../src/status/index.js';
import type { StreamCall, Transport, UpstreamOptions } from '../../src/upstream/index.js';
import {
  createAuthority,
  type IssuedCertificate,
  openssl,
  type TestAuthority,
} from '../support/certificates.js';
import { compileProtos } from '../support/compile-protos.js';
import { type Etcd, etcdProgram, startEtcd } from '../support/etcd.js';
import { jsonMessages } from '../support/json-messages.js';
import { startPropylon } from '../support/propylon.js';
import { connectLoopback, transports } from '../support/transports.js';
import { plainProtos, writePlainProtosAndRules } from './etcd-protos.js';

/** A real etcd, called by the transports themselves: plain, and with certificates on both sides. */

const { encode, decode } = jsonMessages(compileProtos(plainProtos()), 'etcdserverpb');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const callOf = (path: string) => ({
  path: `/etcdserverpb.${path}`,
  metadata: [],
  deadline: systemClock.now() + 10_000,
  signal: new AbortController().signal,
  responseMessageBytesMax: 4 * 1024 * 1024,
});

async function put(transport: Transport, key: string, value: string) {
  const message = encode('PutRequest', { key: base64(key), value: base64(value) });
  return (await transport.unary(callOf('KV/Put'), message)).status.code;
}

async function range(transport: Transport, key: string) {
  const { status, message } = await transport.unary(
    callOf('KV/Range'),
    encode('RangeRequest', { key: base64(key) }),
  );
  expect(status.code).toBe(Code.OK);
  return decode('RangeResponse', message)?.['kvs'];
}

const nextOf = async (stream: StreamCall, name: string): Promise<JsonObject | undefined> =>
  decode(name, await stream.next());

const here = etcdProgram !== undefined && openssl !== undefined;

describe.skipIf(!here).each(transports)('%s', (transportName) => {
  let scratch = '';
  let authority: TestAuthority;
  let server: IssuedCertificate;
  let client: IssuedCertificate;
  const open: Transport[] = [];

  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'propylon-etcd-'));
    authority = createAuthority(scratch, 'authority');
    server = authority.issue('server');
    client = authority.issue('client');
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const openTransport = (port: number, tls?: UpstreamOptions['tls']): Transport => {
    const transport = connectLoopback(port, { transport: transportName, tls });
    open.push(transport);
    return transport;
  };
  const mutual = () => ({ ca: authority.cert, ...client });
  const start = (name: string, isTls: boolean): Promise<Etcd> =>
    startEtcd(join(scratch, name), isTls ? { server, clientCa: authority.cert } : undefined);

  describe.each([
    ['without TLS', false],
    ['with mTLS', true],
  ])('to etcd %s', (name, isTls) => {
    let etcd: Etcd;
    let transport: Transport;

    beforeAll(async () => {
      etcd = await start(name, isTls);
      transport = openTransport(etcd.port, isTls ? mutual() : undefined);
    });
    afterAll(async () => {
      await Promise.all(open.splice(0).map((each) => each.close()));
      await etcd.stop();
    });

    it('puts and reads, small and large', async () => {
      const large = 'x'.repeat(1_000_000);
      expect(await put(transport, 'large', large)).toBe(Code.OK);
      expect(await range(transport, 'large')).toMatchObject([{ value: base64(large) }]);
      expect(await range(transport, 'none')).toBeUndefined();
    });

    it('carries the status of etcd', async () => {
      const { status } = await transport.unary(callOf('KV/Put'), encode('PutRequest', {}));
      expect(status).toEqual({
        code: Code.INVALID_ARGUMENT,
        message: 'etcdserver: key is not provided',
        details: [],
      });
    });

    it('watches: events as they happen, then the end of the watch, and of the stream', async () => {
      const stream = transport.stream(callOf('Watch/Watch'));
      await stream.send(encode('WatchRequest', { createRequest: { key: base64('watched') } }));
      expect(await nextOf(stream, 'WatchResponse')).toMatchObject({ created: true });
      for (const value of ['1', '2', '3']) {
        expect(await put(transport, 'watched', value)).toBe(Code.OK);
        expect(await nextOf(stream, 'WatchResponse')).toMatchObject({
          events: [{ kv: { value: base64(value) } }],
        });
      }
      await stream.send(encode('WatchRequest', { cancelRequest: { watchId: '0' } }));
      expect(await nextOf(stream, 'WatchResponse')).toMatchObject({ canceled: true });
      // etcd leaves the stream open for further watches, even when it is half-closed.
      stream.cancel();
      expect(await stream.next()).toBeUndefined();
      expect((await stream.outcome).status.code).toBe(Code.CANCELLED);
    });

    it('keeps a lease alive, turn by turn', async () => {
      const granted = await transport.unary(
        callOf('Lease/LeaseGrant'),
        encode('LeaseGrantRequest', { TTL: '600' }),
      );
      const id = decode('LeaseGrantResponse', granted.message)?.['ID'] as string;
      const stream = transport.stream(callOf('Lease/LeaseKeepAlive'));
      for (let turn = 0; turn < 3; turn++) {
        await stream.send(encode('LeaseKeepAliveRequest', { ID: id }));
        expect(await nextOf(stream, 'LeaseKeepAliveResponse')).toMatchObject({ ID: id, TTL: '600' });
      }
      stream.end();
      expect(await stream.next()).toBeUndefined();
      expect((await stream.outcome).status.code).toBe(Code.OK);
    });

    it('is served as REST', async () => {
      const folder = join(scratch, `${transportName} ${name}`);
      writePlainProtosAndRules(folder, join(scratch, 'rules.yaml'));
      const files = 'tls: { ca: authority.crt, cert: client.crt, key: client.key }';
      writeFileSync(
        join(scratch, 'propylon.yaml'),
        `backends:
          etcdserverpb.*: { target: "127.0.0.1:${etcd.port}", transport: ${transportName}, ${isTls ? files : ''} }`,
      );
      const gateway = await startPropylon([
        ...['--proto', folder, '--rules', join(scratch, 'rules.yaml')],
        ...['--config', join(scratch, 'propylon.yaml')],
      ]);
      const response = await fetch(`${gateway.url}/v3/kv/put`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: base64('rest'), value: base64('1') }),
      });
      expect(response.status).toBe(200);
      expect(await range(transport, 'rest')).toMatchObject([{ value: base64('1') }]);
      await gateway.stop();
    });

    if (isTls) {
      it.each<[string, () => UpstreamOptions['tls']]>([
        ['no certificate of ours', () => ({ ca: authority.cert })],
        ['an authority that is not known', () => client],
        ['another name in its certificate', () => ({ ...mutual(), serverName: 'etcd.example' })],
        ['a file that is not there', () => ({ ...mutual(), ca: join(scratch, 'none.crt') })],
        ['no TLS on our side', () => undefined],
      ])('is unavailable with %s', async (_, tls) => {
        const outcome = await openTransport(etcd.port, tls()).unary(
          callOf('KV/Range'),
          encode('RangeRequest', { key: base64('a') }),
        );
        expect(outcome.status.code).toBe(Code.UNAVAILABLE);
        expect(outcome.localReason).toBe('UPSTREAM_UNAVAILABLE');
      });

      it('takes another name for the server when it is told to', async () => {
        const transport = openTransport(etcd.port, { ...mutual(), serverName: 'localhost' });
        expect(await put(transport, 'named', '1')).toBe(Code.OK);
      });
    }
  });

  describe('while certificates are renewed', () => {
    let etcd: Etcd | undefined;
    afterEach(async () => {
      await Promise.all(open.splice(0).map((each) => each.close()));
      await etcd?.stop();
    });

    it('uses those that lie on disk when it connects', async () => {
      etcd = await start('renewed', true);
      const transport = openTransport(etcd.port, mutual());
      expect(await put(transport, 'before', '1')).toBe(Code.OK);

      const { port } = etcd;
      const next = createAuthority(scratch, 'next');
      await etcd.stop();
      etcd = await startEtcd(join(scratch, 'renewed'), { server, clientCa: next.cert }, port);
      for (let turn = 0; turn < 3; turn++) {
        expect(await put(transport, 'old', '1')).toBe(Code.UNAVAILABLE);
      }

      next.issue('client');
      await vi.waitFor(async () => expect(await put(transport, 'after', '2')).toBe(Code.OK), 10_000);
      expect(await range(transport, 'before')).toMatchObject([{ value: base64('1') }]);
    });
  });
});
