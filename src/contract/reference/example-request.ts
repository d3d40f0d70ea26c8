import { isObject, type Json, objectOf } from '../json.js';
import { type OperationReference, type ParameterReference, type Reference, textOf } from './reference.js';
import { sampleOf } from './sample.js';

/** A header field whose value is a secret of the reader, or a part of one. */
export interface Credential {
  readonly header: string;
  /** What stands before the secret: "Bearer ". */
  readonly prefix: string;
  /** The name of a variable for it: "API_KEY". */
  readonly variable: string;
}

/** A request that an operation takes: what is required, and what comments give an example of. */
export interface ExampleRequest {
  /** Values of the path's parameters, as they stand in it. */
  readonly pathValues: ReadonlyMap<string, string>;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly credential: Credential | undefined;
  /** "bytes" where any are wanted, of the type that the reader has. */
  readonly body: { readonly mediaType: string; readonly text: string } | 'bytes' | undefined;
}

export function exampleRequest(operation: OperationReference, reference: Reference): ExampleRequest {
  const { parameters } = operation;
  const value = (parameter: ParameterReference): Json =>
    parameter.example ?? sampleOf(parameter.schema, reference.schemas);
  const sent = parameters.filter((one) => one.isRequired || (one.example !== undefined && !one.isShared));
  const body = bodyOf(operation, reference);
  return {
    pathValues: new Map(
      sent.filter((one) => one.in === 'path').map((one) => [one.name, pathValue(one, value(one))]),
    ),
    query: withoutRivals(sent.filter((one) => one.in === 'query')).flatMap((one) =>
      queryPairs(one, value(one)),
    ),
    headers: [
      ...(body === undefined || body === 'bytes' ? [] : [['content-type', body.mediaType] as const]),
      ...sent.filter((one) => one.in === 'header').map((one) => [one.name, plainText(value(one))] as const),
    ],
    credential: credentialOf(operation, reference),
    body,
  };
}

/** The path with its values. */
export function filledPath(path: string, values: ReadonlyMap<string, string>): string {
  return path.replace(/\{([^}]*)\}/g, (whole, name: string) => values.get(name) ?? whole);
}

function pathValue({ isRest }: ParameterReference, value: Json): string {
  const text = encodeURIComponent(plainText(value));
  return isRest ? text.replaceAll('%2F', '/') : text;
}

/** Of parameters that go "not together with" another the first stays. */
function withoutRivals(parameters: readonly ParameterReference[]): ParameterReference[] {
  const chosen: ParameterReference[] = [];
  for (const one of parameters) {
    const rivals = /Not together with (.*)\.$/.exec(one.description)?.[1] ?? '';
    if (!chosen.some(({ name }) => rivals.includes(`\`${name}\``))) chosen.push(one);
  }
  return chosen;
}

function queryPairs({ name, isJson, schema }: ParameterReference, value: Json): [string, string][] {
  if (isJson) return [[name, JSON.stringify(value)]];
  if (Array.isArray(value)) return value.map((one: Json) => [name, plainText(one)]);
  if (isObject(value)) return Object.entries(value).map(([key, one]) => [`${name}[${key}]`, plainText(one)]);
  return [[name, schema['type'] === 'array' ? plainText(value) : plainText(value)]];
}

function plainText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

function bodyOf({ body }: OperationReference, { schemas }: Reference): ExampleRequest['body'] {
  const [content] = body?.contents ?? [];
  if (content === undefined) return undefined;
  const { mediaType, schema } = content;
  if (schema['format'] === 'binary') return 'bytes';
  return { mediaType, text: JSON.stringify(sampleOf(schema, schemas)) };
}

/** What the first scheme that a header field can satisfy wants; undefined where anybody may call. */
function credentialOf(
  { security }: OperationReference,
  { securitySchemes }: Reference,
): Credential | undefined {
  if (security.some((alternative) => alternative.length === 0)) return undefined;
  for (const [name] of security.flat()) {
    const scheme = objectOf(securitySchemes[name]);
    switch (scheme['type']) {
      case 'apiKey':
        if (scheme['in'] === 'header')
          return { header: textOf(scheme['name']), prefix: '', variable: 'API_KEY' };
        break;
      case 'http':
      case 'openIdConnect':
      case 'oauth2':
        return { header: 'Authorization', prefix: 'Bearer ', variable: 'TOKEN' };
    }
  }
  return undefined;
}
