import {
  createConfiguredGateway as createConfigured,
  type GatewayOptions,
  type PropylonGateway,
} from '../server/index.js';
import { answerPlatform, withoutOwnAddress } from './platform-request.js';
import { azureFunctionName, azureFunctions } from './platforms.js';

/** `createConfiguredGateway` of the library, whose spans say which function they come from. */
export function createConfiguredGateway(file: string, options?: GatewayOptions): Promise<PropylonGateway> {
  return createConfigured(file, options, azureFunctions(process.env));
}

/** What is special about a function. */
export interface AzureOptions {
  /** Leading part of paths that templates do not have: the `routePrefix` of host.json. Default "". */
  readonly basePath?: string;
}

/** A request of Azure Functions, as far as it is read here: HttpRequest of @azure/functions is one. */
export interface AzureRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Iterable<[string, string]>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What Azure Functions says of an invocation, as far as it is read here: InvocationContext of @azure/functions is one. */
export interface AzureContext {
  readonly invocationId: string;
  readonly functionName: string;
}

/** An answer for Azure Functions: HttpResponseInit of @azure/functions. */
export interface AzureAnswer {
  readonly status: number;
  readonly headers: [string, string][];
  readonly body?: AsyncIterable<Uint8Array>;
}

/**
 * A handler for Azure Functions, programming model 4. With `app.setup({ enableHttpStream: true })` streams leave
 * as they come.
 *
 *     app.http('api', { route: '{*path}', authLevel: 'anonymous', methods: [...], handler: createAzureHandler(gateway) });
 */
export function createAzureHandler(
  gateway: PropylonGateway | Promise<PropylonGateway>,
  { basePath = '' }: AzureOptions = {},
): (request: AzureRequest, context?: AzureContext) => Promise<AzureAnswer> {
  return async (request, context) => {
    const { origin, target } = splitUrl(request.url);
    const headers = [...request.headers].map(([name, value]) => [name.toLowerCase(), value] as const);
    const body = new Uint8Array(await request.arrayBuffer());
    const response = await answerPlatform(await gateway, {
      httpMethod: request.method,
      origin,
      target: target.startsWith(`${basePath}/`) ? target.slice(basePath.length) : target,
      // The front end of Azure writes the client, with its port, behind what the client has sent.
      headers: withoutOwnAddress(headers, (element) => element !== ''),
      peerAddress: peerOf(headers),
      body: body.length === 0 ? undefined : body,
      invocation: context && {
        id: context.invocationId,
        functionName: azureFunctionName(process.env, context.functionName),
      },
    });
    return {
      status: response.status,
      headers: [...response.headers],
      ...(response.body === null ? {} : { body: response.body }),
    };
  };
}

function splitUrl(url: string): { readonly origin: string; readonly target: string } {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  return start < 0 ? { origin: url, target: '/' } : { origin: url.slice(0, start), target: url.slice(start) };
}

/** "192.0.2.1:50123" → "192.0.2.1", "[2001:db8::1]:443" → "2001:db8::1" */
function peerOf(headers: readonly (readonly [string, string])[]): string {
  const list = headers.findLast(([name]) => name === 'x-forwarded-for')?.[1] ?? '';
  const last = list.slice(list.lastIndexOf(',') + 1).trim();
  return /^\[(.*)\](?::\d+)?$/.exec(last)?.[1] ?? /^([\d.]+):\d+$/.exec(last)?.[1] ?? last;
}
