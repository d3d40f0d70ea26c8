import type { DescService } from '../../descriptor/index.js';
import type { OutlinedRoute } from '../../surface/index.js';
import { type UniqueNames, uniqueNames } from '../openapi/names.js';
import { functionName } from './client-function.js';

/** Words that are no names of functions. */
const reserved = new Set(
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield bind bidi clientStream download pages serverStream unary upload arguments eval'.split(
    ' ',
  ),
);

/** What a module of a client calls what is in it. */
export interface ClientNames {
  readonly functions: ReadonlyMap<OutlinedRoute, { readonly name: string; readonly request: string }>;
  readonly clients: ReadonlyMap<DescService, string>;
  /** Where types of messages get their names, which come after these. */
  readonly types: UniqueNames;
}

/** Services, requests and what the runtime exports come first: their names are a promise. */
export function clientNames(routes: readonly OutlinedRoute[]): ClientNames {
  const types = uniqueNames();
  const functionNames = uniqueNames();
  for (const name of ['CallOptions', 'ClientOptions', 'StatusError', 'Body', 'Response'])
    types.of(name, name, name);
  for (const name of reserved) functionNames.of(name, name, name);
  const functions = new Map(
    routes.map((route) => {
      const wanted = functionName(route);
      const { parent } = route.binding.method;
      const name = functionNames.of(
        `${parent.typeName}.${wanted}`,
        wanted,
        `${lowerFirst(parent.name)}_${wanted}`,
      );
      const own = upperFirst(name);
      const request = types.of(`request:${name}`, `${own}${requestSuffix(route)}`, `${own}Request_`);
      return [route, { name, request }];
    }),
  );
  const services = [...new Set(routes.map(({ binding }) => binding.method.parent))];
  const clients = new Map(
    services.map((service) => [
      service,
      types.of(
        `client:${service.typeName}`,
        `${service.name}Client`,
        `${service.typeName.replaceAll('.', '_')}Client`,
      ),
    ]),
  );
  return { functions, clients, types };
}

/** Beside a stream of messages, a request is what path and query say. */
function requestSuffix({ binding: { method } }: OutlinedRoute): string {
  return method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming'
    ? 'Parameters'
    : 'Request';
}

export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
