import type { DescMethod } from '../../descriptor/index.js';
import type { Binding } from '../../httprule/index.js';
import type { Finding } from '../finding.js';
import { found, methodName, routeName } from './found.js';
import type { LintRule } from './rules.js';
import type { Scope } from './scope.js';

interface Standard {
  readonly httpMethod: string;
  readonly rule: LintRule;
  /** Of methods whose body is the resource. */
  readonly bodyRule?: LintRule;
}

/** What a method's name promises (AIP-131 to AIP-135). */
const standards: ReadonlyMap<string, Standard> = new Map([
  ['Get', { httpMethod: 'GET', rule: 'AIP_131_GET' }],
  ['List', { httpMethod: 'GET', rule: 'AIP_132_LIST' }],
  ['Create', { httpMethod: 'POST', rule: 'AIP_133_CREATE', bodyRule: 'AIP_133_CREATE_BODY' }],
  ['Update', { httpMethod: 'PATCH', rule: 'AIP_134_UPDATE', bodyRule: 'AIP_134_UPDATE_BODY' }],
  ['Delete', { httpMethod: 'DELETE', rule: 'AIP_135_DELETE' }],
]);

/** Whether methods are what they are called: the standard ones by their names, custom ones by their paths (AIP-136). */
export function lintMethods({ methods }: Scope): readonly Finding[] {
  return methods.flatMap(({ method, bindings }) => [
    ...bindings.slice(0, 1).flatMap((binding) => standardMethod(method, binding)),
    ...bindings.flatMap((binding) => customMethod(binding)),
  ]);
}

function standardMethod(method: DescMethod, binding: Binding): readonly Finding[] {
  const { httpMethod, template, body, location } = binding;
  const [, prefix = ''] = /^([A-Z][a-z]+)(?=[A-Z]|$)/.exec(method.name) ?? [];
  const standard = standards.get(prefix);
  // "POST /v1/{resource=**}:getIamPolicy" says itself that it is something else.
  if (standard === undefined || template.verb !== '' || method.methodKind !== 'unary') return [];
  const name = methodName(method);
  if (httpMethod !== standard.httpMethod) {
    const text = `The name of ${name} promises ${standard.httpMethod}, and it is "${routeName(binding)}".`;
    return [found(standard.rule, name, text, location)];
  }
  const isResource = typeof body !== 'string' && body.fieldKind === 'message';
  if (standard.bodyRule === undefined || isResource) return [];
  const what = typeof body !== 'string' ? `"${body.name}"` : body === 'all' ? 'the whole request' : 'nothing';
  const text = `The body of "${routeName(binding)}" of ${name} is ${what}, not the resource.`;
  return [found(standard.bodyRule, name, text, location)];
}

function customMethod(binding: Binding): readonly Finding[] {
  const { httpMethod, template, location } = binding;
  const { verb } = template;
  if (verb === '') return [];
  const name = routeName(binding);
  const isUsual = ['GET', 'POST', '*'].includes(httpMethod);
  const isLowerCamel = /^[a-z][a-zA-Z0-9]*$/.test(verb);
  return [
    ...(isUsual
      ? []
      : [found('AIP_136_CUSTOM', name, `The custom method "${name}" is a ${httpMethod}.`, location)]),
    ...(isLowerCamel
      ? []
      : [found('AIP_136_VERB_CASE', name, `The verb ":${verb}" of "${name}" is not lowerCamel.`, location)]),
  ];
}
