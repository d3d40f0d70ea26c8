import { create, getOption, hasOption } from '@bufbuild/protobuf';
import type { Path } from '@bufbuild/protobuf/reflect';
import { createValidator } from '@bufbuild/protovalidate';
import * as validate from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import {
  behaves,
  containersOf,
  type DecodedMessage,
  type DescField,
  type DescMessage,
  type DescriptorRegistry,
  holdersOf,
  holdingTypes,
} from '../../descriptor/index.js';
import { finished, type Steps } from '../../steps.js';
import { loopDepth } from '../cel/loop-depth.js';
import { parseExpression } from '../cel/parse.js';
import { isRequired } from './required.js';

/** One thing that a rule of buf.validate finds wrong. */
export interface RuleViolation {
  readonly path: Path;
  readonly message: string;
  /** "string.min_len", or what the author of a rule calls it. */
  readonly ruleId: string;
}

/** What the types of a registry say of requests; "at any depth" counts what a message can hold. */
export interface InputRules {
  /** Whether a message has rules of buf.validate at any depth. */
  hasRules(type: DescMessage): boolean;
  /** Whether it has REQUIRED fields at any depth. */
  hasRequired(type: DescMessage): boolean;
  /** Whether it has OUTPUT_ONLY fields at any depth. */
  hasOutputOnly(type: DescMessage): boolean;
  /** What is wrong with the rules of a type and of what it holds, for people; undefined where nothing is. */
  problemOf(type: DescMessage): string | undefined;
  /** How deep loops are nested in rules of a type and of what it holds. */
  loopDepth(type: DescMessage): number;
  /** Fields that the rules of a type refuse while nothing is in them; none where the rules do not compile. */
  neededFields(type: DescMessage): readonly DescField[];
  /** What is wrong with a message. Throws where a rule cannot say. */
  violations(type: DescMessage, message: DecodedMessage): readonly RuleViolation[];
}

/** `inputRulesSteps` at once. */
export function createInputRules(registry: Pick<DescriptorRegistry, 'types'>): InputRules {
  return finished(inputRulesSteps(registry));
}

/** Looks at all types; compiles rules when it is first asked. Predefined rules are those of the registry. */
export function* inputRulesSteps({ types }: Pick<DescriptorRegistry, 'types'>): Steps<InputRules> {
  const validator = once(() => createValidator({ registry: types }));
  const containers = yield* containersOf([...types].filter((type) => type.kind === 'message'));
  const ruled = yield* holdersOf(containers, hasOwnRules);
  const required = yield* holdersOf(containers, ({ fields }) => fields.some(isRequired));
  const outputOnly = yield* holdersOf(containers, ({ fields }) =>
    fields.some((field) => behaves(field, 'outputOnly')),
  );
  return {
    hasRules: (type) => ruled.has(type),
    hasRequired: (type) => required.has(type),
    hasOutputOnly: (type) => outputOnly.has(type),
    problemOf(type) {
      // A message without anything in it has every rule of its type planned.
      const { error } = validator().validate(type, create(type));
      if (error?.name === 'CompilationError') return error.message;
      return [...holdingTypes([type], hasOwnRules)].map(expressionProblem).find((problem) => problem !== '');
    },
    loopDepth: (type) =>
      Math.max(0, ...[...holdingTypes([type], hasOwnRules)].flatMap(expressionsOf).map(loopDepthOf)),
    neededFields(type) {
      const { violations = [] } = validator().validate(type, create(type));
      const refused = new Set<unknown>(violations.map(({ field: [first] }) => first));
      return type.fields.filter((field) => refused.has(field));
    },
    violations(type, message) {
      const result = validator().validate(type, message);
      if (result.kind === 'error') throw result.error;
      return (result.violations ?? []).map(({ field, message, ruleId }) => ({
        path: field,
        message,
        ruleId,
      }));
    },
  };
}

function hasOwnRules(type: DescMessage): boolean {
  return (
    hasOption(type, validate.message) ||
    type.fields.some((field) => hasOption(field, validate.field)) ||
    type.oneofs.some((oneof) => hasOption(oneof, validate.oneof))
  );
}

/** What is wrong with the CEL of a type's own rules; "" where nothing is. They are compiled when first needed. */
function expressionProblem(type: DescMessage): string {
  for (const { id, expression } of expressionsOf(type)) {
    const parsed = parseExpression(expression);
    if ('problem' in parsed) return `${type.typeName}, rule ${id}: ${parsed.problem}`;
  }
  return '';
}

function loopDepthOf({ expression }: CelRule): number {
  const parsed = parseExpression(expression);
  return 'problem' in parsed ? 0 : loopDepth(parsed.expression);
}

function expressionsOf(type: DescMessage): readonly CelRule[] {
  return [
    ...rulesOf(getOption(type, validate.message)),
    ...type.fields.flatMap((field) => fieldRulesOf(getOption(field, validate.field))),
  ];
}

interface CelRule {
  readonly id: string;
  readonly expression: string;
}

interface CelRules {
  readonly cel: readonly CelRule[];
  readonly celExpression: readonly string[];
}

function rulesOf({ cel, celExpression }: CelRules): readonly CelRule[] {
  return [...cel, ...celExpression.map((expression) => ({ id: expression, expression }))];
}

/** Of a field, and of what a list or map holds. */
function fieldRulesOf(rules: validate.FieldRules): readonly CelRule[] {
  const { type } = rules;
  const inner =
    type.case === 'repeated'
      ? [type.value.items]
      : type.case === 'map'
        ? [type.value.keys, type.value.values]
        : [];
  return [...rulesOf(rules), ...inner.flatMap((held) => (held === undefined ? [] : fieldRulesOf(held)))];
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
