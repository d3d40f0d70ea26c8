import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { startBytesBackend } from '../../../test/support/bytes-backend.js';
import { parseTarget } from '../target.js';
import type { Transport } from '../transport.js';
import { createGrpcJsTransport } from './transport.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function connect(text: string): Transport {
  const target = parseTarget(text);
  if ('problem' in target || (target.kind !== 'host' && target.kind !== 'unix')) throw new Error(text);
  const transport = createGrpcJsTransport(target);
  cleanups.push(() => transport.close());
  return transport;
}

async function ask(transport: Transport): Promise<string> {
  const outcome = await transport.unary(
    {
      path: '/t.T/Unary',
      metadata: [],
      deadline: undefined,
      signal: new AbortController().signal,
      responseMessageBytesMax: 1_000,
    },
    new Uint8Array(),
  );
  return outcome.message === undefined ? outcome.status.message : Buffer.from(outcome.message).toString();
}

async function backend(name: string, port?: number): Promise<{ readonly port: number; close(): void }> {
  const started = await startBytesBackend({ Unary: (_, done) => done(null, Buffer.from(name)) }, port);
  cleanups.push(() => started.close());
  return started;
}

describe('targets', () => {
  it('a name is resolved', async () => {
    const { port } = await backend('named');
    expect(await ask(connect(`localhost:${port}`))).toBe('named');
  });

  it('a unix socket is reached by path', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'upstream-'));
    cleanups.push(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'a.sock');
    const server = new grpc.Server();
    cleanups.push(() => server.forceShutdown());
    const bytes = (value: Buffer): Buffer => value;
    server.addService(
      {
        Unary: {
          path: '/t.T/Unary',
          requestStream: false,
          responseStream: false,
          requestSerialize: bytes,
          requestDeserialize: bytes,
          responseSerialize: bytes,
          responseDeserialize: bytes,
        },
      },
      { Unary: (_: unknown, done: grpc.sendUnaryData<Buffer>) => done(null, Buffer.from('socket')) },
    );
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(`unix:${path}`, grpc.ServerCredentials.createInsecure(), (error) =>
        error === null ? resolve() : reject(error),
      );
    });
    expect(await ask(connect(`unix:${path}`))).toBe('socket');
    expect(await ask(connect(`unix://${path}`))).toBe('socket');
  });

  it('a proxy of the environment does not carry calls to backends', async () => {
    const { port } = await backend('direct');
    const before = process.env['grpc_proxy'];
    process.env['grpc_proxy'] = 'http://127.0.0.1:9';
    cleanups.push(() => {
      if (before === undefined) delete process.env['grpc_proxy'];
      else process.env['grpc_proxy'] = before;
    });
    expect(await ask(connect(`127.0.0.1:${port}`))).toBe('direct');
  });
});
