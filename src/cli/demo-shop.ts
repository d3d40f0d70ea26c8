import { imageSource } from '../descriptor/index.js';
import type { ProviderOptions } from '../gate/index.js';
import type { GatewayOptions } from '../server/index.js';

/** What a gateway needs to know of the running shop: plain data, for workers too. */
export interface DemoFacts {
  readonly backends: readonly { readonly selector: string; readonly target: string }[];
  readonly keysFile: string;
}

/** The embedded shop. */
export interface DemoShop {
  readonly facts: DemoFacts;
  close(): Promise<void>;
}

/** Starts its backends in this process. */
export async function startDemoShop(): Promise<DemoShop> {
  const { startDemoBackends, writeDemoKeys } = await import('../demo/index.js');
  const running = await startDemoBackends();
  const keys = writeDemoKeys();
  return {
    facts: { backends: running.backends, keysFile: keys.file },
    close() {
      keys.remove();
      return running.close();
    },
  };
}

/** Adds the shop to what a gateway serves. */
export async function withDemo({
  backends,
  keysFile,
}: DemoFacts): Promise<(given: GatewayOptions) => GatewayOptions> {
  const { demoDescriptors, storefrontRoutes } = await import('../demo/index.js');
  const clerks: ProviderOptions = { type: 'apiKey', keysFile };
  const routes: GatewayOptions['routes'] = (app, rpc) => void app.route('/', storefrontRoutes(rpc));
  return (given) => {
    const { authentication } = given.gate ?? {};
    return {
      ...given,
      docs: given.docs ?? { title: 'The demo shop' },
      sources: [imageSource(demoDescriptors()), ...(given.sources ?? [])],
      backends: [...backends, ...(given.backends ?? [])],
      gate: {
        ...given.gate,
        authentication: { ...authentication, providers: { ...authentication?.providers, clerks } },
      },
      routes,
    };
  };
}

/** Lines to try. */
export async function demoLines(url: string): Promise<readonly string[]> {
  const { demoTry } = await import('../demo/index.js');
  return [
    '',
    'Try:',
    ...demoTry(url).flatMap(({ title, curl }) => ['', `  # ${title}`, `  ${curl}`]),
    '',
    'Ctrl-C ends it.',
  ];
}
