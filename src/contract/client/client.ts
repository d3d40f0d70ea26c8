import { readFileSync } from 'node:fs';
import { commentOf, type DescService, packageFile } from '../../descriptor/index.js';
import type { Diagnostic } from '../../diagnostic/index.js';
import { type Audience, sees } from '../../gate/index.js';
import type { Limits } from '../../limits.js';
import type { Outline, OutlinedRoute } from '../../surface/index.js';
import { isObject, type JsonObject } from '../json.js';
import { readComment } from '../schema/comment.js';
import { formOf } from '../schema/form.js';
import { createSchemas } from '../schema/schemas.js';
import { type ClientFunction, clientFunction, type FunctionKind } from './client-function.js';
import { type ClientNames, clientNames, upperFirst } from './client-names.js';
import { docComment } from './doc-comment.js';
import { indented } from './indented.js';
import { quoted } from './quoted.js';
import { typeText } from './type-text.js';

export interface ClientBuildOptions {
  /** Methods that this audience may not see are left out. */
  readonly audience: Audience;
  /** Default: those of all services. */
  readonly includes?: ((service: DescService) => boolean) | undefined;
  readonly limits: Limits;
  /** How the module imports the runtime. Default "./runtime.js". */
  readonly runtime?: string;
}

/** A module of TypeScript, and what would not go into it. */
export interface ClientBuild {
  readonly source: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** What every generated client imports: a module without dependencies, for browsers and Node. */
export function clientRuntime(): string {
  return readFileSync(packageFile('client', 'runtime.ts'), 'utf8');
}

/**
 * A typed client of what a surface would serve: a function for each binding, an interface and a factory for each
 * service. The same input gives the same text.
 */
export function clientModule(outline: Outline, options: ClientBuildOptions): ClientBuild {
  const schemas = createSchemas(outline.registry.types, outline.resources, formOf(outline.json));
  const diagnostics: Diagnostic[] = [];
  const routes = outline.routes.filter((route) => isShown(route, options));
  const services = [...new Set(routes.map(({ binding }) => binding.method.parent))];
  const names = clientNames(routes);
  const nameOf = (component: string): string =>
    names.types.of(component, shortName(component), component.replace(/[^\w]+/g, '_'));
  const functions = routes.flatMap((route) => {
    const { name = '', request = '' } = names.functions.get(route) ?? {};
    const made = clientFunction(route, name, { schemas, limits: options.limits, nameOf });
    if (made === undefined) diagnostics.push(leftOut(route));
    if (made === undefined) return [];
    return [{ ...made, requestType: request, all: made.elements && names.allOf(name) }];
  });
  const kinds = [...new Set(functions.map(({ kind }) => kind))].toSorted();
  const isPaged = functions.some(({ elements }) => elements !== undefined);
  const values = [...kinds, ...(isPaged ? ['pages'] : []), 'bind'].toSorted();
  const isUpload = kinds.some(isUploading);
  const source = [
    '// Made by protoc-gen-propylon; not to be edited.\n',
    `import { ${isUpload ? 'type Body, ' : ''}type CallOptions, type ClientOptions, ${values.join(', ')} } from '${options.runtime ?? './runtime.js'}';\n\n`,
    `export { type CallOptions, type ClientOptions, type ErrorDetail, StatusError } from '${options.runtime ?? './runtime.js'}';\n\n`,
    ...functions.map((one) => functionText(one)),
    ...services.map((service) =>
      serviceText(
        service,
        names.clients.get(service),
        functions.filter(({ method }) => method.parent === service),
      ),
    ),
    ...typesText(schemas.components, nameOf),
  ].join('');
  return { source: indented(source), diagnostics };
}

type NamedFunction = ClientFunction & {
  readonly requestType: string;
  /** The function that reads every page. */
  readonly all: string | undefined;
};

const isUploading = (kind: FunctionKind): boolean => kind.startsWith('upload');

function functionText(one: NamedFunction): string {
  const { name, kind, rule, documentation, isDeprecated, elements, requestType, all: allName } = one;
  const types = typeArguments(one);
  const documented = docComment(documentation, isDeprecated);
  const own = `${documented}export const ${name} = /* @__PURE__ */ ${kind}<${types.join(', ')}>(${rule});\n\n`;
  const all =
    elements === undefined
      ? ''
      : `${docComment(`Every element of every page of ${name}.`, isDeprecated)}export const ${allName} = /* @__PURE__ */ pages(${name}, ${quoted(elements)});\n\n`;
  return `export interface ${requestType} {\n${one.request}}\n\n${own}${all}`;
}

function typeArguments({ requestType, message, answer }: NamedFunction): string[] {
  return [requestType, message, answer].filter((type) => type !== undefined);
}

function serviceText(
  service: DescService,
  names: ReturnType<ClientNames['clients']['get']>,
  functions: readonly NamedFunction[],
): string {
  if (names === undefined) return '';
  const { name, factory } = names;
  const { description } = readComment(commentOf(service));
  const members = functions.flatMap((one) => {
    const { documentation, isDeprecated, isNeeded, all, requestType } = one;
    const paged =
      all === undefined
        ? []
        : [
            `${docComment(`Every element of every page of ${one.name}.`, isDeprecated)}${all}(request${isNeeded ? '' : '?'}: ${requestType}, options?: CallOptions): ReturnType<typeof ${all}>;\n`,
          ];
    return [`${docComment(documentation, isDeprecated)}${signature(one)}`, ...paged];
  });
  const own = functions.flatMap(({ name, all }) => (all === undefined ? [name] : [name, all]));
  return [
    `${docComment(description, service.deprecated)}export interface ${name} {\n${members.join('')}}\n\n`,
    `/** The functions of ${service.typeName}, with where they go to already said. */\n`,
    `export const ${factory} = (options: ClientOptions): ${name} =>\n  bind(options, { ${own.join(', ')} }) as ${name};\n\n`,
  ].join('');
}

function signature({ name, kind, requestType, message, answer, isNeeded }: NamedFunction): string {
  const mayLack = !isNeeded && !isUploading(kind) && message === undefined;
  const given = [
    `request${mayLack ? '?' : ''}: ${requestType}`,
    ...(message === undefined ? [] : [`messages: AsyncIterable<${message}> | Iterable<${message}>`]),
    ...(isUploading(kind) ? ['body: Body'] : []),
    'options?: CallOptions',
  ];
  const isStream = kind === 'serverStream' || kind === 'bidi' || kind === 'uploadStream';
  const result = isStream ? `AsyncGenerator<${answer}, void>` : `Promise<${answer ?? 'Response'}>`;
  return `${name}(${given.join(', ')}): ${result};\n`;
}

/** The types of messages and enums: making one may ask for others. */
function typesText(components: () => JsonObject, nameOf: (component: string) => string): string[] {
  return Object.entries(components()).map(([component, value]) => {
    const schema = isObject(value) ? value : {};
    const { description, deprecated } = schema;
    const name = nameOf(component);
    const text = typeText(schema, nameOf);
    const declared =
      text.startsWith('{\n') && text.endsWith('}') && !text.includes('} & {')
        ? `export interface ${name} ${text}\n\n`
        : `export type ${name} = ${text};\n\n`;
    return `${docComment(description, deprecated === true)}${declared}`;
  });
}

/** "shop.orders.v1.Order.State" → "OrderState", "shop.orders.v1.Order-patch" → "OrderPatch" */
function shortName(component: string): string {
  const [typeName = '', ...suffixes] = component.split('-');
  const parts = typeName.split('.');
  const first = parts.findIndex((part) => /^[A-Z]/.test(part));
  const own = first < 0 ? parts.slice(-1) : parts.slice(first);
  return [...own, ...suffixes.map(upperFirst)].join('');
}

function isShown({ binding, policy }: OutlinedRoute, { includes, audience }: ClientBuildOptions): boolean {
  return sees(audience, policy.visibility ?? 'public') && (includes?.(binding.method.parent) ?? true);
}

function leftOut({ binding }: OutlinedRoute): Diagnostic {
  const { method, httpMethod, template, location } = binding;
  return {
    severity: 'note',
    code: 'CLIENT_LEFT_OUT',
    text: `${method.parent.typeName}.${method.name}, "${httpMethod} ${template.text}", is not in the client: nobody can say what a wildcard without a field stands for.`,
    locations: [location],
  };
}
