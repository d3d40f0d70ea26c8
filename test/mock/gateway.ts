import { systemClock } from '../../src/clock.js';
import { createGateway, type GatewayOptions, type PropylonGateway } from '../../src/index.js';
import { createMock } from '../../src/mock/index.js';

/** The gateway over real sockets, with a backend that makes its answers up. */
export interface MockGateway {
  readonly gateway: PropylonGateway;
  readonly url: string;
  close(): Promise<void>;
}

export async function startMockGateway(
  image: Uint8Array,
  { seed = 'test', ...options }: Partial<GatewayOptions> & { readonly seed?: string } = {},
): Promise<MockGateway> {
  const gateway = await createGateway({
    sources: [{ label: 'image', load: async () => image }],
    answering: (registry) => createMock(registry, { seed, clock: systemClock }),
    ...options,
  });
  const listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
  return {
    gateway,
    url: `http://127.0.0.1:${listener.port}`,
    async close() {
      await listener.close();
      await gateway.close();
    },
  };
}
