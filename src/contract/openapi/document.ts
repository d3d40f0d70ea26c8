import { commentOf, type DescService, packageCommentOf } from '../../descriptor/index.js';
import type { Diagnostic } from '../../diagnostic/index.js';
import { type Audience, sees } from '../../gate/index.js';
import type { Limits } from '../../limits.js';
import { finished, type Steps } from '../../steps.js';
import type { Outline, OutlinedRoute } from '../../surface/index.js';
import { compact, isObject, type JsonObject } from '../json.js';
import type { SampledOperation } from '../samples/sampled-request.js';
import { codeSamples } from '../samples/samples.js';
import { readComment } from '../schema/comment.js';
import { formOf } from '../schema/form.js';
import { gnosticOf, overlaid } from '../schema/gnostic.js';
import { createSchemas } from '../schema/schemas.js';
import { errorComponents } from './errors.js';
import { uniqueNames } from './names.js';
import { type OperationContext, operation } from './operation.js';
import { openApiPath, pathText, slotsOf } from './path.js';
import { securitySchemes, usedSchemes } from './security.js';
import { systemParameters } from './system-parameters.js';
import { version30Steps } from './version-30.js';

export interface OpenApiOptions {
  readonly version: '3.0' | '3.1';
  /** Methods that this audience may not see are left out. */
  readonly audience: Audience;
  /** Default: the name of the package, or "API" for several. */
  readonly title?: string | undefined;
  /** URLs. Default: the server that the document comes from. */
  readonly servers?: readonly string[] | undefined;
  /** Whether operations have `x-codeSamples`, which are written for the first of the servers. Default false. */
  readonly samples?: boolean | undefined;
  /** Default: those of all services. */
  readonly includes?: ((service: DescService) => boolean) | undefined;
  readonly limits: Limits;
}

/** A document, and what would not go into it. */
export interface OpenApiBuild {
  readonly document: JsonObject;
  readonly diagnostics: readonly Diagnostic[];
}

/** Where samples send requests when nobody has said where the API is. */
const sampleBaseUrl = 'https://api.example.com';

/** HTTP methods that a path item has a place for. */
const itemMethods: readonly string[] = ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE'];

/**
 * The OpenAPI document of what a surface would serve. The same input gives the same document, member for member:
 * paths in the order of their declaration, components by name.
 */
export function openApiDocument(outline: Outline, options: OpenApiOptions): OpenApiBuild {
  return finished(openApiSteps(outline, options));
}

/** The same in steps, none of them long: for a process that has something else to do between them. */
export function* openApiSteps(outline: Outline, options: OpenApiOptions): Steps<OpenApiBuild> {
  const routes = outline.routes.filter((route) => isShown(route, options));
  const schemas = createSchemas(outline.registry.types, outline.resources, formOf(outline.json));
  const context: OperationContext = {
    types: outline.registry.types,
    schemas,
    resources: outline.resources,
    limits: options.limits,
    securitySchemes: securitySchemes(outline.authentication),
    isGuarded: outline.isGuarded,
  };
  const { paths, requirements, diagnostics, placed } = yield* pathItems(routes, context);
  if (options.samples === true) yield* addSamples(placed, options, context);
  const services = [...new Set(routes.map(({ binding }) => binding.method.parent))];
  const responses = errorComponents(outline.registry, schemas, formOf(outline.json), outline.errorForm);
  const made = compact({
    openapi: '3.1.0',
    info: infoOf(services, options),
    servers: (options.servers ?? ['/']).map((url) => ({ url })),
    tags: tagsOf(services),
    paths,
    components: compact({
      schemas: schemas.components(),
      responses,
      parameters: systemParameters,
      securitySchemes: usedSchemes(requirements, context.securitySchemes),
    }),
  });
  const files = [...new Set(services.map(({ file }) => file))];
  const annotated = files.reduce(
    (below, file) => overlaid(below, gnosticOf(outline.registry.types, file, 'Document')),
    made,
  );
  // Where the API is and what it is called, its operator knows better than its protos.
  const { title, servers } = options;
  const document = overlaid(annotated, {
    ...(title === undefined ? {} : { info: { title } }),
    ...(servers === undefined ? {} : { servers: made['servers'] }),
  });
  return { document: options.version === '3.0' ? yield* version30Steps(document) : document, diagnostics };
}

function isShown({ binding, policy }: OutlinedRoute, { includes, audience }: OpenApiOptions): boolean {
  const isSeen = sees(audience, policy.visibility ?? 'public');
  return isSeen && (includes?.(binding.method.parent) ?? true);
}

function* pathItems(
  routes: readonly OutlinedRoute[],
  context: OperationContext,
): Steps<{
  readonly paths: JsonObject;
  readonly requirements: readonly JsonObject[];
  readonly diagnostics: readonly Diagnostic[];
  readonly placed: readonly PlacedOperation[];
}> {
  const placed: PlacedOperation[] = [];
  const paths: Record<string, Record<string, JsonObject>> = {};
  // OpenAPI tells paths apart by what they match, not by the names in them.
  const slotNames = new Map<string, readonly string[]>();
  const [tags, ids] = [uniqueNames(), uniqueNames()];
  const requirements: JsonObject[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const route of routes) {
    yield;
    const { binding } = route;
    yield* context.schemas.reading(binding.method.input);
    const path = openApiPath(binding, formOf(route.json), context.resources);
    const slots = slotsOf(path);
    const shape = pathText(
      path,
      slots.map(() => ''),
    );
    const names = slotNames.get(shape) ?? slots.map(({ name }) => name);
    slotNames.set(shape, names);
    const text = pathText(path, names);
    const item = paths[text] ?? {};
    const tag = tagOf(binding.method.parent, tags);
    for (const httpMethod of httpMethodsOf(route)) {
      const key = httpMethod.toLowerCase();
      const problem = problemOf(httpMethod, item[key] !== undefined);
      if (problem !== undefined) {
        diagnostics.push(leftOut(route, problem));
        continue;
      }
      const operationId = operationIdOf(route, httpMethod, ids);
      const made = operation(route, { operationId, tag, path, names }, context);
      yield* context.schemas.making();
      const { security } = made;
      if (Array.isArray(security)) requirements.push(...security.filter(isObject));
      item[key] = made;
      placed.push({ route, httpMethod, operation: made, path, form: formOf(route.json), item, key });
    }
    if (Object.keys(item).length > 0) paths[text] = item;
  }
  return { paths, requirements, diagnostics, placed };
}

/** An operation, and its place in a path item. */
interface PlacedOperation extends SampledOperation {
  readonly item: Record<string, JsonObject>;
  readonly key: string;
}

function* addSamples(
  placed: readonly PlacedOperation[],
  { servers: [server] = [] }: OpenApiOptions,
  { schemas, securitySchemes: schemes }: OperationContext,
): Steps<void> {
  const components = schemas.components();
  const baseUrl = server === undefined || server.startsWith('/') ? sampleBaseUrl : server.replace(/\/$/, '');
  const samples = yield* codeSamples(placed, {
    baseUrl,
    schemaOf: (name) => components[name],
    securitySchemes: schemes,
  });
  for (const [index, { item, key, operation: made }] of placed.entries())
    item[key] = { ...made, 'x-codeSamples': samples[index] ?? [] };
}

/** A binding of every HTTP method stands for the usual ones. */
function httpMethodsOf({ binding: { httpMethod, body } }: OutlinedRoute): readonly string[] {
  if (httpMethod !== '*') return [httpMethod];
  return body === 'none' ? ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'] : ['PUT', 'POST', 'PATCH'];
}

function problemOf(httpMethod: string, isTaken: boolean): string | undefined {
  if (!itemMethods.includes(httpMethod)) return `OpenAPI has no place for the HTTP method ${httpMethod}`;
  return isTaken ? 'OpenAPI cannot tell its path from one that was declared before' : undefined;
}

function leftOut({ binding }: OutlinedRoute, problem: string): Diagnostic {
  const { method, httpMethod, template, location } = binding;
  return {
    severity: 'note',
    code: 'OPENAPI_LEFT_OUT',
    text: `${method.parent.typeName}.${method.name}, "${httpMethod} ${template.text}", is not in the document: ${problem}.`,
    locations: [location],
  };
}

function operationIdOf(
  { binding }: OutlinedRoute,
  httpMethod: string,
  ids: ReturnType<typeof uniqueNames>,
): string {
  const { method, index } = binding;
  const suffix = [
    ...(index === 0 ? [] : [index + 1]),
    ...(binding.httpMethod === '*' ? [httpMethod.toLowerCase()] : []),
  ];
  const name = (service: string): string => [service, method.name, ...suffix].join('_');
  const { parent } = method;
  return ids.of(
    `${parent.typeName}.${name('')}`,
    name(parent.name),
    name(parent.typeName.replaceAll('.', '_')),
  );
}

function tagOf({ typeName, name }: DescService, tags: ReturnType<typeof uniqueNames>): string {
  return tags.of(typeName, name, typeName);
}

function tagsOf(services: readonly DescService[]): readonly JsonObject[] {
  const tags = uniqueNames();
  return services.map((service) =>
    compact({ name: tagOf(service, tags), description: readComment(commentOf(service)).description }),
  );
}

function infoOf(services: readonly DescService[], { title }: OpenApiOptions): JsonObject {
  const packages = [...new Set(services.map(({ file }) => file.proto.package))];
  const versions = [...new Set(packages.map((name) => /(?:^|\.)(v\d\w*)$/.exec(name)?.[1]))];
  const texts = [
    ...new Set(services.map(({ file }) => readComment(packageCommentOf(file)).description ?? '')),
  ];
  const [own] = packages;
  return compact({
    title: title ?? (packages.length === 1 && own !== undefined && own !== '' ? own : 'API'),
    description:
      packages.length === 1 ? texts.filter((text) => text !== '').join('\n\n') || undefined : undefined,
    version: versions.length === 1 ? (versions[0] ?? '1') : '1',
  });
}
