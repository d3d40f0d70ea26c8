import { grouped } from '../../grouped.js';
import type { Steps } from '../../steps.js';
import type { OutlinedRoute } from '../../surface/index.js';
import { isCallable } from '../client/client-function.js';
import { clientNames } from '../client/client-names.js';
import type { JsonObject } from '../json.js';
import { curlSample } from './curl.js';
import type { SchemaOf } from './example.js';
import { pythonSample } from './python.js';
import { type SampledOperation, sampledRequest } from './sampled-request.js';
import { type ClientCall, typeScriptSample } from './typescript.js';

/** What the samples of one document share. */
export interface SampleContext {
  readonly baseUrl: string;
  readonly schemaOf: SchemaOf;
  readonly securitySchemes: JsonObject;
}

/** How an operation is called, as `x-codeSamples`: with curl, with a generated client, in Python. */
export function* codeSamples(
  operations: readonly SampledOperation[],
  { baseUrl, schemaOf, securitySchemes }: SampleContext,
): Steps<readonly (readonly JsonObject[])[]> {
  const callOf = clientCalls(operations.map(({ route }) => route));
  const all: (readonly JsonObject[])[] = [];
  for (const one of operations) {
    yield;
    const request = sampledRequest(one, schemaOf, securitySchemes);
    const call = callOf(one.route);
    all.push([
      { lang: 'bash', label: 'curl', source: curlSample(baseUrl, request) },
      ...(call === undefined
        ? []
        : [{ lang: 'typescript', label: 'TypeScript', source: typeScriptSample(baseUrl, request, call) }]),
      { lang: 'python', label: 'Python', source: pythonSample(baseUrl, request) },
    ]);
  }
  return all;
}

/** Clients are made of a package each. */
function clientCalls(routes: readonly OutlinedRoute[]): (route: OutlinedRoute) => ClientCall | undefined {
  const packageOf = ({ binding }: OutlinedRoute): string => binding.method.parent.file.proto.package;
  const packages = grouped([...new Set(routes)], packageOf);
  const names = new Map(packages.map((own) => [packageOf(own[0]), clientNames(own)]));
  return (route) => {
    const of = names.get(packageOf(route));
    const [client, own] = [of?.clients.get(route.binding.method.parent), of?.functions.get(route)];
    if (client === undefined || own === undefined || !isCallable(route)) return undefined;
    return { package: packageOf(route), factory: client.factory, function: own.name };
  };
}
