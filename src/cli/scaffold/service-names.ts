import { pluralOf, singularOf } from './plural.js';

/** Standard methods of AIP-131 to AIP-135, in the order in which a service has them. */
export const standardMethods = ['get', 'list', 'create', 'update', 'delete'] as const;
export type StandardMethod = (typeof standardMethods)[number];

/** What a service is asked for with. */
export interface WantedService {
  /** "shop.returns.v1.ReturnService" */
  readonly name: string;
  /** "Return" */
  readonly resource: string;
  /** "orders", "projects/locations" */
  readonly parent?: string | undefined;
  /** "returns" */
  readonly plural?: string | undefined;
  readonly methods: readonly StandardMethod[];
}

/** All names of a service and its resource. */
export interface ServiceNames {
  readonly package: string;
  readonly service: string;
  /** "v1" */
  readonly version: string;
  /** "Return" and "Returns" */
  readonly resource: string;
  readonly resources: string;
  /** "return_item" and "return_items" */
  readonly field: string;
  readonly fields: string;
  /** "returnItem" and "returnItems" */
  readonly singular: string;
  readonly plural: string;
  /** For people: "return item" and "return items". */
  readonly words: string;
  readonly pluralWords: string;
  /** "shop.example.com/Return" */
  readonly type: string;
  /** "orders/{order}/returns/{return}", and the same with asterisks. */
  readonly pattern: string;
  readonly nameTemplate: string;
  /** The parent's template, "orders/*"; undefined for a resource at the top. */
  readonly parentTemplate: string | undefined;
  readonly methods: readonly StandardMethod[];
}

const lengthMax = 200;
const serviceName =
  /^((?:[a-z][a-z0-9_]*\.)+(v[1-9][0-9]*(?:(?:alpha|beta)[1-9][0-9]*)?))\.([A-Z][A-Za-z0-9]*Service)$/;
const typeName = /^[A-Z][A-Za-z0-9]*$/;
const collection = /^[a-z][A-Za-z0-9]*$/;
/** Packages that the file imports from: a part of that name would hide them. */
const imported = ['google', 'buf', 'propylon'];
/** Fields that requests and answers have besides the resource. */
const taken = ['parent', 'name', 'etag', 'update_mask', 'page_size', 'page_token', 'next_page_token'];

/** The names of a service, or what is wrong with what was asked for, for people. */
export function serviceNames(wanted: WantedService): ServiceNames | { readonly problem: string } {
  const { name, resource, parent, methods } = wanted;
  const [, packageName = '', version = '', service = ''] =
    name.length > lengthMax ? [] : (serviceName.exec(name) ?? []);
  if (service === '')
    return {
      problem: `A service is named as shop.returns.v1.ReturnService: a package with a version, and a name that ends in Service; not ${shown(name)}.`,
    };
  const hidden = packageName.split('.').find((part) => imported.includes(part));
  if (hidden !== undefined)
    return { problem: `A package with a part "${hidden}" hides what the file imports.` };
  if (resource.length > lengthMax || !typeName.test(resource) || resource === service)
    return {
      problem: `A resource is named as Return or ReturnItem, and otherwise than its service; not ${shown(resource)}.`,
    };
  const singular = resource.charAt(0).toLowerCase() + resource.slice(1);
  const plural = wanted.plural ?? pluralOf(singular);
  const parents = parent === undefined ? [] : parent.split('/');
  const odd = [plural, ...parents].find((text) => text.length > lengthMax || !collection.test(text));
  if (odd !== undefined)
    return { problem: `A collection is named as returns or returnItems, not ${shown(odd)}.` };
  if (parents.length > 5 || new Set([plural, ...parents]).size <= parents.length)
    return { problem: 'The collections of a parent are up to five, and each is another one.' };
  if (methods.length === 0) return { problem: `Methods are some of ${standardMethods.join(', ')}.` };
  const [field, fields] = [snake(singular), snake(plural)];
  const clash = [field, fields, `${field}_id`].find((one) => taken.includes(one));
  if (clash !== undefined)
    return {
      problem: `A resource cannot be called ${resource}: requests have a field ${clash} of their own.`,
    };
  const steps = [...parents, plural];
  return {
    package: packageName,
    service,
    version,
    resource,
    resources: plural.charAt(0).toUpperCase() + plural.slice(1),
    field,
    fields,
    singular,
    plural,
    words: field.replaceAll('_', ' '),
    pluralWords: fields.replaceAll('_', ' '),
    type: `${packageName.split('.')[0]}.example.com/${resource}`,
    pattern: steps.map((step) => `${step}/{${step === plural ? field : snake(singularOf(step))}}`).join('/'),
    nameTemplate: steps.map((step) => `${step}/*`).join('/'),
    parentTemplate: parents.length === 0 ? undefined : parents.map((step) => `${step}/*`).join('/'),
    methods: standardMethods.filter((method) => methods.includes(method)),
  };
}

/** "returnItem" → "return_item" */
const snake = (text: string): string =>
  text.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_').toLowerCase();

const shown = (text: string): string => JSON.stringify(text.slice(0, 60));
