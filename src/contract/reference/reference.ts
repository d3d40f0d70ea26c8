import { isObject, type Json, type JsonObject, listOf, objectOf } from '../json.js';

/** A parameter of an operation. */
export interface ParameterReference {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly isRequired: boolean;
  readonly isDeprecated: boolean;
  /** Whether every answer takes it alike. */
  readonly isShared: boolean;
  /** Whether its value is JSON. */
  readonly isJson: boolean;
  /** Whether slashes in it stay slashes. */
  readonly isRest: boolean;
  readonly schema: JsonObject;
  /** The first example of it. */
  readonly example: Json;
}

/** What can come back. */
export interface AnswerReference {
  readonly status: string;
  readonly description: string;
  readonly headers: readonly (readonly [name: string, description: string])[];
  readonly contents: readonly ContentReference[];
}

export interface ContentReference {
  readonly mediaType: string;
  readonly schema: JsonObject;
}

/** An operation, with what it refers to in place. */
export interface OperationReference {
  readonly id: string;
  /** Unique in the document, small letters: what links point to. */
  readonly anchor: string;
  readonly httpMethod: string;
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly isDeprecated: boolean;
  readonly grpcMethod: string;
  readonly parameters: readonly ParameterReference[];
  readonly body: { readonly isRequired: boolean; readonly contents: readonly ContentReference[] } | undefined;
  readonly answers: readonly AnswerReference[];
  /** Statuses of errors that have a meaning here. */
  readonly errors: readonly string[];
  /** Alternatives: names of schemes with their scopes. None: anybody may call. */
  readonly security: readonly (readonly (readonly [scheme: string, scopes: readonly string[]])[])[];
}

export interface ServiceReference {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly OperationReference[];
}

/** A document for readers: what it says, in the order in which it says it. */
export interface Reference {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** An absolute URL, without a slash at its end. */
  readonly baseUrl: string;
  readonly services: readonly ServiceReference[];
  /** Components by their names. */
  readonly schemas: Readonly<Record<string, JsonObject>>;
  readonly securitySchemes: Readonly<Record<string, JsonObject>>;
  /** What errors mean, wherever they happen. */
  readonly errors: readonly AnswerReference[];
}

/** Where `propylon serve` listens: documents say no more than "where I come from". */
const ownUrl = 'http://localhost:8080';

const httpMethods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** An OpenAPI 3.1 document as its readers want it. */
export function readReference(document: JsonObject): Reference {
  const info = objectOf(document['info']);
  const components = objectOf(document['components']);
  const operations = operationsOf(document);
  const tags = listOf(document['tags']).map(objectOf);
  const shared = objectOf(components['responses']);
  const statuses = [...new Set(operations.flatMap(({ errors }) => errors))].toSorted();
  return {
    title: textOf(info['title']),
    version: textOf(info['version']),
    description: textOf(info['description']),
    baseUrl: baseUrlOf(document),
    services: tags.flatMap((tag) => {
      const own = operations.filter(({ tag: name }) => name === tag['name']);
      const description = textOf(tag['description']);
      return own.length === 0 ? [] : { name: textOf(tag['name']), description, operations: own };
    }),
    schemas: objectsOf(components['schemas']),
    securitySchemes: objectsOf(components['securitySchemes']),
    errors: statuses.flatMap((status) => {
      const using = operations.find(({ errors }) => errors.includes(status));
      const name = using?.errorNames[status];
      return name === undefined ? [] : answerOf(status, objectOf(shared[name]));
    }),
  };
}

type TaggedOperation = OperationReference & {
  readonly tag: string;
  /** Statuses → components. */
  readonly errorNames: Readonly<Record<string, string>>;
};

function operationsOf(document: JsonObject): TaggedOperation[] {
  const anchors = new Set<string>();
  return Object.entries(objectOf(document['paths'])).flatMap(([path, item]) =>
    httpMethods.flatMap((httpMethod) => {
      const made = objectOf(item)[httpMethod];
      return isObject(made) ? operationOf(document, path, httpMethod, made, anchors) : [];
    }),
  );
}

function operationOf(
  document: JsonObject,
  path: string,
  httpMethod: string,
  operation: JsonObject,
  anchors: Set<string>,
): TaggedOperation {
  const id = textOf(operation['operationId']);
  const body = operation['requestBody'];
  const responses = Object.entries(objectOf(operation['responses']));
  const own = responses.filter(([, response]) => objectOf(response)['$ref'] === undefined);
  const errorNames = Object.fromEntries(
    responses.flatMap(([status, response]) => {
      const name = refName(objectOf(response));
      return name === undefined || status === 'default' ? [] : [[status, name]];
    }),
  );
  const security = listOf(operation['security'] ?? document['security']);
  return {
    id,
    anchor: anchorOf(id, anchors),
    tag: textOf(listOf(operation['tags'])[0]),
    httpMethod: httpMethod.toUpperCase(),
    path,
    title: textOf(operation['summary']) || id,
    description: textOf(operation['description']),
    isDeprecated: operation['deprecated'] === true,
    grpcMethod: textOf(operation['x-grpc-method']),
    parameters: listOf(operation['parameters']).map((one) => parameterOf(document, objectOf(one))),
    body: isObject(body) ? { isRequired: body['required'] === true, contents: contentsOf(body) } : undefined,
    answers: own.map(([status, response]) => answerOf(status, objectOf(response))),
    errors: Object.keys(errorNames),
    errorNames,
    security: security.map((one) =>
      Object.entries(objectOf(one)).map(([scheme, scopes]) => [scheme, listOf(scopes).map(textOf)]),
    ),
  };
}

function anchorOf(id: string, taken: Set<string>): string {
  const wanted = id.toLowerCase().replace(/[^\w-]/g, '-');
  let anchor = wanted;
  for (let count = 2; taken.has(anchor); count++) anchor = `${wanted}-${count}`;
  taken.add(anchor);
  return anchor;
}

function parameterOf(document: JsonObject, given: JsonObject): ParameterReference {
  const name = refName(given);
  const shared = objectOf(objectOf(document['components'])['parameters']);
  const parameter = name === undefined ? given : objectOf(shared[name]);
  const json = objectOf(objectOf(parameter['content'])['application/json']);
  const schema = objectOf(parameter['schema'] ?? json['schema']);
  const [named] = Object.values(objectOf(parameter['examples']));
  const place = parameter['in'];
  return {
    name: textOf(parameter['name']),
    in: place === 'path' || place === 'header' ? place : 'query',
    description: textOf(parameter['description']),
    isRequired: parameter['required'] === true,
    isDeprecated: parameter['deprecated'] === true,
    isShared: name !== undefined,
    isJson: parameter['content'] !== undefined,
    isRest: parameter['x-several-segments'] === true,
    schema,
    example: named === undefined ? listOf(schema['examples'])[0] : objectOf(named)['value'],
  };
}

function answerOf(status: string, response: JsonObject): AnswerReference {
  const headers = Object.entries(objectOf(response['headers']));
  return {
    status,
    description: textOf(response['description']),
    headers: headers.map(([name, header]) => [name, textOf(objectOf(header)['description'])]),
    contents: contentsOf(response),
  };
}

function contentsOf(of: JsonObject): ContentReference[] {
  return Object.entries(objectOf(of['content'])).map(([mediaType, content]) => ({
    mediaType,
    schema: objectOf(objectOf(content)['schema']),
  }));
}

function baseUrlOf(document: JsonObject): string {
  const url = textOf(objectOf(listOf(document['servers'])[0])['url']);
  return (/^https?:\/\//.test(url) ? url : `${ownUrl}${url}`).replace(/\/+$/, '');
}

/** The last part of a reference: the name of a component. */
export function refName({ $ref }: JsonObject): string | undefined {
  return typeof $ref === 'string' ? $ref.replace(/^.*\//, '') : undefined;
}

/** A text; an empty one where somebody's overlay has put something else. */
export const textOf = (value: Json): string => (typeof value === 'string' ? value : '');

function objectsOf(value: Json): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(Object.entries(objectOf(value)).map(([name, one]) => [name, objectOf(one)]));
}
