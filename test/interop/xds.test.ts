import { afterEach, describe, expect, it } from 'vitest';
import { createGateway, type PropylonGateway } from '../../src/index.js';
import { startBytesBackend } from '../support/bytes-backend.js';
import { startControlPlane } from '../support/control-plane.js';
import { echoImage, messageOf } from '../support/echo-gateway.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  delete process.env['GRPC_XDS_BOOTSTRAP_CONFIG'];
});

async function backend(name: string): Promise<number> {
  const started = await startBytesBackend({
    Unary: (_, done) => done(null, Buffer.from(messageOf({ name }))),
  });
  cleanups.push(() => started.close());
  return started.port;
}

const open = (): Promise<PropylonGateway> =>
  createGateway({
    sources: [{ label: 'echo', load: async () => echoImage }],
    backends: [{ selector: '*', target: 'xds:///orders.shop' }],
  });

describe('a target of a mesh', () => {
  it('without a bootstrap is refused, and it is said what to do', async () => {
    await expect(open()).rejects.toThrow(/GRPC_XDS_BOOTSTRAP/);
  });

  it('is reached by what the control plane says: endpoints, their balancing, and their changes', async () => {
    const [a, b, c] = [await backend('a'), await backend('b'), await backend('c')];
    const mesh = await startControlPlane('orders.shop', [a, b]);
    cleanups.push(() => mesh.close());
    process.env['GRPC_XDS_BOOTSTRAP_CONFIG'] = mesh.bootstrap;
    const gateway = await open();
    cleanups.push(() => gateway.close());
    const ask = async (): Promise<string> => {
      const answer = await gateway.app.request('/v1/echo');
      return ((await answer.json()) as { readonly name?: string }).name ?? String(answer.status);
    };
    /** Asks until these and no others answer. */
    const until = async (...names: readonly string[]): Promise<void> => {
      const expected = names.join();
      let answers = '';
      for (let round = 0; answers !== expected && round < 1_000; round++) {
        const four = [await ask(), await ask(), await ask(), await ask()];
        answers = [...new Set(four)].toSorted().join();
      }
      expect(answers).toBe(expected);
    };
    await until('a', 'b');
    mesh.endpoints([b, c]);
    await until('b', 'c');
  });
});
