import type { DescService } from '../../descriptor/index.js';
import type { OutlinedRoute } from '../../surface/index.js';
import { type UniqueNames, uniqueNames } from '../openapi/names.js';
import { functionName } from './client-function.js';

/** Words that neither a function nor a type may be called. */
const words =
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function globalThis if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof undefined var void while with yield'.split(
    ' ',
  );

/** What the runtime exports; and "then", which would make a promise of the module and of every client. */
const functionsOfOthers =
  'bidi bind clientStream download pages serverStream streamDownload unary upload uploadDownload uploadStream then'.split(
    ' ',
  );

/** What a client uses of the runtime and of the language. */
const typesOfOthers =
  'Body CallOptions ClientOptions ErrorDetail StatusError AsyncGenerator AsyncIterable Iterable Promise Record Response ReturnType any bigint boolean never number object string symbol unknown'.split(
    ' ',
  );

/** What a module of a client calls what is in it. */
export interface ClientNames {
  readonly functions: ReadonlyMap<OutlinedRoute, { readonly name: string; readonly request: string }>;
  readonly clients: ReadonlyMap<DescService, { readonly name: string; readonly factory: string }>;
  /** The function that reads every page of another: "listProducts" → "listAllProducts". */
  allOf(name: string): string;
  /** Where types of messages get their names, which come after these. */
  readonly types: UniqueNames;
}

/** Services, requests and what the runtime exports come first: their names are a promise. */
export function clientNames(routes: readonly OutlinedRoute[]): ClientNames {
  const types = uniqueNames();
  const functionNames = uniqueNames();
  for (const name of [...words, ...typesOfOthers]) types.of(`reserved:${name}`, name, name);
  for (const name of [...words, ...functionsOfOthers]) functionNames.of(`reserved:${name}`, name, name);
  const services = [...new Set(routes.map(({ binding }) => binding.method.parent))];
  const clients = new Map(
    services.map((service) => {
      const { name: own, typeName } = service;
      const name = types.of(`client:${typeName}`, `${own}Client`, `${typeName.replaceAll('.', '_')}Client`);
      return [
        service,
        { name, factory: functionNames.of(`create:${typeName}`, `create${name}`, `create${name}`) },
      ];
    }),
  );
  const functions = new Map(
    routes.map((route) => {
      const { method, index } = route.binding;
      const wanted = functionName(route);
      // Names of methods differ where those of their functions do not: "Get2", and the second binding of "Get".
      const key = `${method.parent.typeName}.${method.name}#${index}`;
      const name = functionNames.of(key, wanted, `${lowerFirst(method.parent.name)}_${wanted}`);
      const own = upperFirst(name);
      const request = types.of(`request:${name}`, `${own}${requestSuffix(route)}`, `${own}Request_`);
      return [route, { name, request }];
    }),
  );
  const allOf = (name: string): string => functionNames.of(`all:${name}`, allName(name), `${name}All`);
  return { functions, clients, allOf, types };
}

function allName(name: string): string {
  return /^list[A-Z]/.test(name) ? name.replace(/^list/, 'listAll') : `${name}All`;
}

/** Beside a stream of messages, a request is what path and query say. */
function requestSuffix({ binding: { method } }: OutlinedRoute): string {
  return method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming'
    ? 'Parameters'
    : 'Request';
}

export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
