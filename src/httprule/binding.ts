import {
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescService,
  type FieldPath,
  type HttpRule,
  httpRuleOf,
  locationOf,
  resolveFieldPath,
} from '../descriptor/index.js';
import type { Diagnostic, DiagnosticCode, Location, Severity } from '../diagnostic/index.js';
import type { Steps } from '../steps.js';
import { NameClashFinder } from './name-clash.js';
import type { RulesOverlay } from './overlay.js';
import { type PathTemplate, parsePathTemplate } from './path-template.js';

/** One way to call a method over HTTP: a main or additional rule, checked against descriptors. */
export interface Binding {
  readonly method: DescMethod;
  /** "GET"; a custom kind verbatim; "*" for every method. */
  readonly httpMethod: string;
  readonly template: PathTemplate;
  /** In the order of the template. Leaves are scalars, enums, or messages whose JSON is a scalar. */
  readonly variables: readonly BoundVariable[];
  /** What the HTTP body is: nothing, all fields that the path does not bind, or one top-level field. */
  readonly body: 'none' | 'all' | DescField;
  /** The field of the answer that is the HTTP body; undefined for the whole message. */
  readonly responseBody: DescField | undefined;
  /** 0 for the main rule, from 1 for additional ones. */
  readonly index: number;
  /** The method in its .proto file, or the rule in its rules file. */
  readonly location: Location;
}

/** A template variable and the field it binds. */
export interface BoundVariable {
  readonly path: FieldPath;
  /** See decodeCapture. */
  readonly multi: boolean;
}

/** 'shop.v1.Orders.Cancel, "POST /v1/{name=orders/*}:cancel"' for messages. */
export function describeBinding(binding: Binding): string {
  return describeRule(binding.method, binding.httpMethod, binding.template.text);
}

/**
 * All bindings of all methods, in the order of services, methods and rules. A rule of the overlay
 * replaces the annotation of its method.
 *
 * Whatever makes a binding impossible is an error, and the binding is left out; what is legal but
 * unwise is a warning. All findings are collected.
 */
export function* bindingSteps(
  services: readonly DescService[],
  rules: RulesOverlay,
): Steps<{ bindings: Binding[]; diagnostics: Diagnostic[] }> {
  const bindings: Binding[] = [];
  const diagnostics: Diagnostic[] = [];
  const clashes = new NameClashFinder();
  const known = new Set<string>();
  for (const service of services) {
    for (const method of service.methods) {
      yield;
      const name = fullName(method);
      known.add(name);
      const override = rules.bySelector.get(name);
      const rule = override?.rule ?? httpRuleOf(method);
      if (rule === undefined) continue;
      const location = override?.location ?? locationOf(method);
      for (const [index, one] of [rule, ...rule.additionalBindings].entries()) {
        const place = override?.additionalLocations[index - 1] ?? location;
        const binding = new RuleChecker(method, one, index, place, diagnostics).check();
        if (binding === undefined) continue;
        bindings.push(binding);
        if (binding.body === 'none') clashes.check(method.input, undefined);
        else if (binding.body !== 'all') clashes.check(method.input, binding.body);
      }
    }
  }
  diagnostics.push(...clashes.diagnostics, ...unknownSelectors(rules, known));
  return { bindings, diagnostics };
}

function unknownSelectors(rules: RulesOverlay, known: ReadonlySet<string>): Diagnostic[] {
  return [...rules.bySelector]
    .filter(([selector]) => !known.has(selector))
    .map(([selector, { location }]) => ({
      severity: 'warning',
      code: 'RULES_FILE_SELECTOR_UNKNOWN',
      text: `no descriptor source has a method "${selector}"`,
      locations: [location],
      hint: 'a selector is a full method name: package, service and method',
    }));
}

function fullName(method: DescMethod): string {
  return `${method.parent.typeName}.${method.name}`;
}

function describeRule(method: DescMethod, httpMethod: string, path: string): string {
  return `${fullName(method)}, "${`${httpMethod} ${path}`.trim()}"`;
}

/** Checks one main or additional rule against its method. */
class RuleChecker {
  readonly #method: DescMethod;
  readonly #rule: HttpRule;
  readonly #index: number;
  readonly #location: Location;
  readonly #diagnostics: Diagnostic[];

  constructor(
    method: DescMethod,
    rule: HttpRule,
    index: number,
    location: Location,
    diagnostics: Diagnostic[],
  ) {
    this.#method = method;
    this.#rule = rule;
    this.#index = index;
    this.#location = location;
    this.#diagnostics = diagnostics;
  }

  /** The binding, or undefined after an error. */
  check(): Binding | undefined {
    const { httpMethod } = this.#rule;
    if (this.#index > 0 && this.#rule.additionalBindings.length > 0) {
      this.#error(
        'HTTP_RULE_NESTED',
        'additional_bindings inside additional_bindings',
        'move them up to the main rule',
      );
    }
    const hasPattern = this.#checkPattern();
    const template = hasPattern ? this.#template() : undefined;
    const variables = template === undefined ? undefined : this.#variables(template);
    const body = this.#body();
    const responseBody = this.#responseBody();
    if (body !== 'none' && (httpMethod === 'GET' || httpMethod === 'DELETE')) {
      this.#report(
        'warning',
        'HTTP_RULE_BODY_ON_GET',
        `a ${httpMethod} with a body, which many clients and proxies drop`,
        'leave out the body: the fields become query parameters',
      );
    }
    if (
      template === undefined ||
      variables === undefined ||
      body === undefined ||
      responseBody === undefined
    ) {
      return undefined;
    }
    return {
      method: this.#method,
      httpMethod,
      template,
      variables,
      body,
      responseBody: responseBody === 'whole' ? undefined : responseBody,
      index: this.#index,
      location: this.#location,
    };
  }

  #checkPattern(): boolean {
    const { httpMethod, path } = this.#rule;
    if (httpMethod === '' || path === '') {
      this.#error(
        'HTTP_RULE_EMPTY',
        httpMethod === '' ? 'the rule names no HTTP method' : 'the rule has an empty path',
        'write one of get, put, post, delete, patch or custom, with a path',
      );
      return false;
    }
    // RFC 9110 §5.6.2: what is not a token can't be the method of any request.
    if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(httpMethod)) return true;
    this.#error(
      'HTTP_RULE_EMPTY',
      `"${httpMethod}" is not an HTTP method`,
      'name a method such as HEAD, or "*"',
    );
    return false;
  }

  #template(): PathTemplate | undefined {
    const template = parsePathTemplate(this.#rule.path);
    if ('problem' in template) {
      this.#error('HTTP_RULE_TEMPLATE', `${template.problem}, at column ${template.column}`, template.hint);
      return undefined;
    }
    const behind = template.restIndex < 0 ? [] : template.segments.slice(template.restIndex + 1);
    if (behind.some((segment) => segment.kind !== 'literal')) {
      this.#report(
        'warning',
        'HTTP_RULE_WILDCARD_INSIDE',
        '"**" is followed by further wildcards, which few other gateways accept',
        'put "**" last',
      );
    }
    return template;
  }

  #variables(template: PathTemplate): readonly BoundVariable[] | undefined {
    const variables: BoundVariable[] = [];
    for (const { name, multi, column } of template.variables) {
      const path = resolveFieldPath(this.#method.input, name, 'proto');
      const problem = 'problem' in path ? path.problem : pathProblem(path.leaf);
      if (problem !== undefined) {
        this.#error(
          'HTTP_RULE_FIELD',
          `the variable "${name}" at column ${column}: ${problem}`,
          `bind a scalar or enum field of ${this.#method.input.typeName}`,
        );
      } else if (!('problem' in path)) {
        const rival = variables.find((other) => areRivals(other.path.fields, path.fields));
        if (rival === undefined) {
          variables.push({ path, multi });
        } else {
          this.#error(
            'HTTP_RULE_FIELD',
            `the variable "${name}" at column ${column}: it is of one oneof with "${rival.path.text}", which would be lost`,
            'bind one member of a oneof',
          );
        }
      }
    }
    return variables.length === template.variables.length ? variables : undefined;
  }

  #body(): Binding['body'] | undefined {
    const { body } = this.#rule;
    if (body === '') return 'none';
    return body === '*' ? 'all' : this.#topLevelField('body', body, this.#method.input);
  }

  #responseBody(): DescField | 'whole' | undefined {
    const { responseBody } = this.#rule;
    if (responseBody === '' || responseBody === '*') return 'whole';
    return this.#topLevelField('response_body', responseBody, this.#method.output);
  }

  #topLevelField(what: string, name: string, message: DescMessage): DescField | undefined {
    const field = message.fields.find((one) => one.name === name);
    if (field !== undefined) return field;
    const byJsonName = message.fields.find((one) => one.jsonName === name);
    this.#error(
      'HTTP_RULE_FIELD',
      name.includes('.')
        ? `${what} "${name}" is a path, but it must be one top-level field`
        : `${what} "${name}" is not a field of ${message.typeName}`,
      byJsonName === undefined
        ? `name a field of ${message.typeName} by its name in the .proto file`
        : `write "${byJsonName.name}", its name in the .proto file`,
    );
    return undefined;
  }

  #error(code: DiagnosticCode, problem: string, hint: string): void {
    this.#report('error', code, problem, hint);
  }

  #report(severity: Severity, code: DiagnosticCode, problem: string, hint: string): void {
    const subject = describeRule(this.#method, this.#rule.httpMethod, this.#rule.path);
    this.#diagnostics.push({
      severity,
      code,
      text: `${subject}: ${problem}`,
      locations: [this.#location],
      hint,
    });
  }
}

/** Whether two paths go through different members of one oneof: setting one clears the other. */
function areRivals(a: readonly DescField[], b: readonly DescField[]): boolean {
  const fork = a.findIndex((field, index) => field !== b[index]);
  const oneof = a[fork]?.oneof;
  return oneof !== undefined && b[fork]?.oneof === oneof;
}

/** Messages whose JSON is a string, number or bool (ProtoJSON): as good as a scalar in a path. */
const scalarMessages: ReadonlySet<string> = new Set(
  [
    'Timestamp',
    'Duration',
    'FieldMask',
    'DoubleValue',
    'FloatValue',
    'Int64Value',
    'UInt64Value',
    'Int32Value',
    'UInt32Value',
    'BoolValue',
    'StringValue',
    'BytesValue',
  ].map((name) => `google.protobuf.${name}`),
);

/** Why the path cannot bind a field, or undefined when it can. */
function pathProblem(leaf: DescField): string | undefined {
  switch (leaf.fieldKind) {
    case 'scalar':
    case 'enum':
      return undefined;
    case 'list':
      return 'it is repeated';
    case 'map':
      return 'it is a map';
    case 'message':
      return scalarMessages.has(leaf.message.typeName)
        ? undefined
        : `it is a message of type ${leaf.message.typeName}`;
  }
}
