import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PropylonGateway } from '../server/index.js';

export { createConfiguredGateway } from '../server/index.js';

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
  return async (request, response) => (await gateway).requestListener(request, response);
}
