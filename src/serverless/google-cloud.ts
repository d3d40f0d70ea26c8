import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createConfiguredGateway as createConfigured,
  type GatewayOptions,
  type PropylonGateway,
} from '../server/index.js';
import { googleCloud } from './platforms.js';

/** `createConfiguredGateway` of the library, whose spans say which function they come from. */
export function createConfiguredGateway(file: string, options?: GatewayOptions): Promise<PropylonGateway> {
  return createConfigured(file, options, googleCloud(process.env));
}

/**
 * An HTTP function for Google Cloud (Cloud Run functions, the Functions Framework). On Cloud Run itself
 * `propylon serve` needs no function around it. The client's address is what `X-Forwarded-For` says: name
 * Google's front ends in `trustedProxies`.
 *
 *     http('api', createHttpFunction(createConfiguredGateway('propylon.yaml')));
 */
export function createHttpFunction(
  gateway: PropylonGateway | Promise<PropylonGateway>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => (await gateway).functionListener(request, response);
}
