import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGateway } from '../../../src/index.js';
import { startBytesBackend } from '../../support/bytes-backend.js';
import { createAuthority, openssl, type TestAuthority } from '../../support/certificates.js';
import type { ControlPlane, WorkloadFiles } from '../../support/control-plane.js';
import { echoImage, messageOf } from '../../support/echo-gateway.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A backend whose answers say its name, and as whom it knows the gateway. */
async function backend(name: string, credentials?: ServerCredentials): Promise<number> {
  const started = await startBytesBackend(
    {
      Unary(call, done) {
        const text = call.getAuthContext().sslPeerCertificate?.subjectaltname ?? '';
        done(null, Buffer.from(messageOf({ name, text })));
      },
    },
    0,
    credentials,
  );
  cleanups.push(() => started.close());
  return started.port;
}

interface Answer {
  readonly status: number;
  readonly body: { readonly name?: string; readonly text?: string };
}

/** UNAVAILABLE, without an address or a word of the library's. */
const unreachable = {
  status: 503,
  body: {
    code: 14,
    message: 'The backend cannot be reached.',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'UPSTREAM_UNAVAILABLE',
        domain: 'propylon',
      },
    ],
  },
};

/** A gateway in front of `xds:///SERVICE`, as a function that calls it. */
async function open(service: string): Promise<() => Promise<Answer>> {
  const gateway = await createGateway({
    sources: [{ label: 'echo', load: async () => echoImage }],
    backends: [{ selector: '*', target: `xds:///${service}` }],
  });
  cleanups.push(() => gateway.close());
  return async () => {
    const answer = await gateway.app.request('/v1/echo');
    return { status: answer.status, body: (await answer.json()) as Answer['body'] };
  };
}

/**
 * What a gateway does with a control plane, whichever it is. The library reads its bootstrap once in a process: one
 * mesh for all cases, and services of their own.
 */
export function meshSuite(start: (files?: WorkloadFiles) => Promise<ControlPlane>): void {
  let scratch = '';
  let authority: TestAuthority | undefined;
  let mesh: ControlPlane;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'propylon-xds-'));
    authority = openssl === undefined ? undefined : createAuthority(scratch, 'mesh');
    mesh = await start(
      authority && {
        ...authority.issue('gateway', 'URI:spiffe://cluster.local/ns/edge/sa/gateway'),
        authority: authority.cert,
      },
    );
    process.env['GRPC_XDS_BOOTSTRAP_CONFIG'] = mesh.bootstrap;
  });
  afterAll(() => {
    delete process.env['GRPC_XDS_BOOTSTRAP_CONFIG'];
    mesh.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('endpoints, their balancing, and their changes', async () => {
    const [a, b, c] = [await backend('a'), await backend('b'), await backend('c')];
    mesh.serve('orders.shop', { name: 'orders', ports: [a, b] });
    const ask = await open('orders.shop');
    /** Asks until these and no others answer. */
    const until = async (...names: readonly string[]): Promise<void> => {
      const expected = names.join();
      let answers = '';
      for (let round = 0; answers !== expected && round < 1_000; round++) {
        const four = [await ask(), await ask(), await ask(), await ask()];
        answers = [...new Set(four.map(({ body, status }) => body.name ?? status))].toSorted().join();
      }
      expect(answers).toBe(expected);
    };
    await until('a', 'b');
    mesh.serve('orders.shop', { name: 'orders', ports: [b, c] });
    await until('b', 'c');
  });

  it('shares of its clusters', async () => {
    mesh.serve(
      'users.shop',
      { name: 'users', ports: [await backend('old')], weight: 3 },
      { name: 'users-next', ports: [await backend('new')], weight: 1 },
    );
    const ask = await open('users.shop');
    const answers: Record<string, number> = {};
    for (let round = 0; round < 400; round++) {
      const { body, status } = await ask();
      const name = body.name ?? String(status);
      answers[name] = (answers[name] ?? 0) + 1;
    }
    expect(Object.keys(answers).toSorted()).toEqual(['new', 'old']);
    // Chance decides: 300, give or take six standard deviations.
    expect(answers['old']).toBeGreaterThan(248);
    expect(answers['old']).toBeLessThan(352);
  });

  describe.skipIf(openssl === undefined)('certificates', () => {
    const ofOrders = 'spiffe://cluster.local/ns/shop/sa/orders';

    /** A backend that takes calls from those alone who show a certificate of the mesh. */
    const secureBackend = (name: string, altNames: string, issuer = authority): Promise<number> => {
      if (authority === undefined || issuer === undefined) throw new Error('no authority');
      const { cert, key } = issuer.issue(name, altNames);
      const pair = { cert_chain: readFileSync(cert), private_key: readFileSync(key) };
      return backend(name, ServerCredentials.createSsl(readFileSync(authority.cert), [pair], true));
    };

    it('both sides show theirs, and the gateway that of its workload', async () => {
      const port = await secureBackend('secure', `URI:${ofOrders}`);
      mesh.serve('secure.shop', { name: 'secure', ports: [port], mtls: { serverName: ofOrders } });
      expect(await (await open('secure.shop'))()).toEqual({
        status: 200,
        body: { name: 'secure', text: 'URI:spiffe://cluster.local/ns/edge/sa/gateway' },
      });
    });

    it.each([
      ['users', 'URI:spiffe://cluster.local/ns/shop/sa/users'],
      ['host', 'DNS:localhost,IP:127.0.0.1'],
    ])('a server that shows a name other than the mesh says is not called: %s', async (name, altNames) => {
      const port = await secureBackend(name, altNames);
      mesh.serve(`${name}.shop`, { name, ports: [port], mtls: { serverName: ofOrders } });
      expect(await (await open(`${name}.shop`))()).toEqual(unreachable);
    });

    it('a server whose certificate is not of the mesh is not called, whatever its name', async () => {
      const port = await secureBackend('foreign', `URI:${ofOrders}`, createAuthority(scratch, 'elsewhere'));
      mesh.serve('foreign.shop', { name: 'foreign', ports: [port], mtls: { serverName: ofOrders } });
      expect(await (await open('foreign.shop'))()).toEqual(unreachable);
    });

    // The library for xDS does not read those.
    it('certificates that are asked for in deprecated fields alone mean no calls, least of all plain ones', async () => {
      const mtls = { serverName: ofOrders, deprecated: true };
      mesh.serve('plain.shop', { name: 'plain', ports: [await backend('plain')], mtls });
      expect(await (await open('plain.shop'))()).toEqual(unreachable);
    });
  });
}
