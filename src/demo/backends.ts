import { readFile } from 'node:fs/promises';
import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { type Clock, systemClock } from '../clock.js';
import { buildRegistry } from '../descriptor/index.js';
import { catalogDefinition, catalogService } from './catalog.js';
import type { ShopContext } from './context.js';
import { demoDescriptors } from './descriptors.js';
import { inventoryDefinition, inventoryService } from './inventory.js';
import { orderDefinition, orderService } from './orders.js';
import { pricingDefinition, pricingService } from './pricing.js';
import { addReflection } from './reflection.js';

/** The shop's servers, running in this process. */
export interface DemoBackends {
  /** What a gateway needs to find them: a selector of methods, and "127.0.0.1:port". */
  readonly backends: { selector: string; target: string }[];
  /** Ends every call and server. */
  close(): Promise<void>;
}

/** What tests replace. */
export interface DemoOptions {
  readonly clock?: Clock;
  /** The date for create and update times; the real one by default. */
  readonly today?: () => Date;
}

/**
 * Starts a gRPC server for each service of the shop on free ports of 127.0.0.1, without TLS. Each also answers
 * grpc.health.v1 and server reflection. Data is seeded, in memory, and new with every start.
 */
export async function startDemoBackends(options: DemoOptions = {}): Promise<DemoBackends> {
  const image = await readFile(demoDescriptors());
  const { registry } = buildRegistry([{ label: 'gen/image.binpb', binary: image }]);
  const context: ShopContext = {
    registry,
    clock: options.clock ?? systemClock,
    today: options.today ?? (() => new Date()),
  };
  const services: readonly [name: string, ServiceDefinition, UntypedServiceImplementation][] = [
    ['shop.catalog.v1.CatalogService', catalogDefinition, catalogService(context)],
    ['shop.pricing.v1.PricingService', pricingDefinition, pricingService(context)],
    ['shop.inventory.v1.InventoryService', inventoryDefinition, inventoryService(context)],
    ['shop.orders.v1.OrderService', orderDefinition, orderService(context)],
  ];
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    for (const server of servers) server.forceShutdown();
  };
  try {
    const backends = [];
    for (const [name, definition, implementation] of services) {
      const server = new Server();
      servers.push(server);
      server.addService(definition, implementation);
      new HealthImplementation({ '': 'SERVING', [name]: 'SERVING' }).addToServer(server);
      addReflection(server, image, [name]);
      backends.push({ selector: name, target: `127.0.0.1:${await listen(server)}` });
    }
    return { backends, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
