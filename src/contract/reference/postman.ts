import { compact, type JsonObject } from '../json.js';
import { type Credential, type ExampleRequest, exampleRequest } from './example-request.js';
import { markdownText } from './markdown-text.js';
import {
  type OperationReference,
  type ParameterReference,
  type Reference,
  readReference,
} from './reference.js';

/**
 * An OpenAPI document as a collection of Postman, format 2.1, which Bruno, Insomnia and Hoppscotch import too: a folder
 * for each service, a request for each operation, as its example sends it; what may be left out is there, switched off.
 * `baseUrl` and secrets are variables of the collection.
 */
export function postmanCollection(document: JsonObject): JsonObject {
  const reference = readReference(document);
  const { title, version, description, baseUrl, services } = reference;
  const variables = new Map<string, string>([['baseUrl', baseUrl]]);
  const item = services.map((service) =>
    compact({
      name: service.name,
      description: textOrNothing(service.description),
      item: service.operations.map((operation) => itemOf(operation, reference, variables)),
    }),
  );
  return {
    info: compact({
      name: title,
      description: textOrNothing(description),
      version,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    }),
    item,
    variable: [...variables].map(([key, value]) => ({ key, value, type: 'string' })),
  };
}

function itemOf(
  operation: OperationReference,
  reference: Reference,
  variables: Map<string, string>,
): JsonObject {
  const example = exampleRequest(operation, reference);
  const { title, httpMethod, description, isDeprecated } = operation;
  return {
    name: `${title}${isDeprecated ? ' (deprecated)' : ''}`,
    request: compact({
      method: httpMethod,
      auth: authOf(example.credential, variables),
      header: headersOf(operation, example, variables),
      url: urlOf(operation, example, variables),
      body: bodyOf(example),
      description: textOrNothing(description),
    }),
    response: [],
  };
}

function authOf(credential: Credential | undefined, variables: Map<string, string>): JsonObject {
  const texts = (members: Readonly<Record<string, string>>): JsonObject[] =>
    Object.entries(members).map(([key, value]) => ({ key, value, type: 'string' }));
  if (credential === undefined) return { type: 'noauth' };
  const { header, prefix } = credential;
  const name = prefix === '' ? 'apiKey' : 'token';
  variables.set(name, variables.get(name) ?? '');
  return prefix === ''
    ? { type: 'apikey', apikey: texts({ key: header, value: `{{${name}}}`, in: 'header' }) }
    : { type: 'bearer', bearer: texts({ token: `{{${name}}}` }) };
}

function headersOf(
  { parameters }: OperationReference,
  { headers, body }: ExampleRequest,
  variables: Map<string, string>,
): JsonObject[] {
  const sent = new Set(headers.map(([name]) => name));
  if (body === 'bytes') variables.set('contentType', 'application/octet-stream');
  return [
    ...(body === 'bytes' ? [{ key: 'content-type', value: '{{contentType}}' }] : []),
    ...headers.map(([key, value]) => ({ key, value })),
    ...parameters.filter(({ name, in: place }) => place === 'header' && !sent.has(name)).map(switchedOff),
  ];
}

function switchedOff({ name, description }: ParameterReference): JsonObject {
  return compact({ key: name, value: '', disabled: true, description: textOrNothing(description) });
}

function urlOf(
  { path, parameters }: OperationReference,
  { pathValues, query }: ExampleRequest,
  variables: Map<string, string>,
): JsonObject {
  const own: JsonObject[] = [];
  const segments = path
    .split('/')
    .slice(1)
    .map((segment) => {
      const [, whole] = /^\{([^}]*)\}$/.exec(segment) ?? [];
      if (whole !== undefined) {
        const description = parameters.find(
          ({ name, in: place }) => place === 'path' && name === whole,
        )?.description;
        const value = pathValues.get(whole) ?? '';
        own.push(compact({ key: whole, value, description: textOrNothing(description ?? '') }));
        return `:${whole}`;
      }
      // A variable of a request is a whole segment: what has a verb behind it is one of the collection.
      return segment.replace(/\{([^}]*)\}/g, (_, name: string) => {
        const value = pathValues.get(name) ?? '';
        return `{{${variableFor(name, value, variables)}}}`;
      });
    });
  const sent = new Set(query.map(([name]) => name.replace(/\[.*$/, '')));
  const raw = [
    ['{{baseUrl}}', ...segments].join('/'),
    query.map(([name, value]) => `${name}=${queryText(value)}`).join('&'),
  ];
  return compact({
    raw: raw.filter((part) => part !== '').join('?'),
    host: ['{{baseUrl}}'],
    path: segments,
    query: [
      ...query.map(([key, value]) => ({ key, value: queryText(value) })),
      ...parameters.filter(({ name, in: place }) => place === 'query' && !sent.has(name)).map(switchedOff),
    ],
    variable: own.length === 0 ? undefined : own,
  });
}

/** A variable of the collection with a value; another one where the name has another value. */
function variableFor(name: string, value: string, variables: Map<string, string>): string {
  let own = name;
  for (let count = 2; variables.has(own) && variables.get(own) !== value; count++) own = `${name}${count}`;
  variables.set(own, value);
  return own;
}

/** What a query may not have as it is, escaped; what one reads better as it is, not. */
function queryText(value: string): string {
  return encodeURIComponent(value).replace(/%(2F|3A|2C|40)/g, (code) => decodeURIComponent(code));
}

function bodyOf({ body }: ExampleRequest): JsonObject | undefined {
  if (body === undefined) return undefined;
  if (body === 'bytes') return { mode: 'file', file: {} };
  return { mode: 'raw', raw: body.text, options: { raw: { language: 'json' } } };
}

function textOrNothing(text: string): string | undefined {
  return text === '' ? undefined : markdownText(text);
}
