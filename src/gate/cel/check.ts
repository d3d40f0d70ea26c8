import type { CelFunc } from '@bufbuild/cel';
import type { Registry } from '../../descriptor/index.js';
import { nearestName } from '../../nearest.js';
import type { Expression } from './parse.js';
import {
  comparable,
  dyn,
  either,
  fits,
  isConverted,
  listOf,
  mapOf,
  nameOf,
  type StaticType,
  scalar,
  typeOfCel,
  typeOfField,
} from './static-type.js';

/** What an expression cannot mean. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** What expressions may speak of. */
export interface Vocabulary {
  readonly variables: ReadonlyMap<string, StaticType>;
  readonly functions: Iterable<CelFunc>;
  readonly registry: Registry;
  /** The package in which names of types and enum values are looked for first. */
  readonly container: string;
}

/** What is known of an expression. */
export interface Checked {
  readonly type: StaticType;
  /** The variables that it speaks of. */
  readonly used: ReadonlySet<string>;
  /** Ids of the parts that convert a whole Struct, Value or ListValue whenever they are read. */
  readonly conversions: ReadonlySet<bigint>;
  /** The regular expressions in it. */
  readonly patterns: ReadonlySet<string>;
  /** Ids of the parts that name values of enums → the numbers of these. */
  readonly enumValues: ReadonlyMap<bigint, number>;
}

/**
 * Finds the type of an expression, and what can be found wrong with it before there is a value: fields that
 * messages do not have, names that mean nothing, functions that take something else, comparisons that are
 * never true. @bufbuild/cel checks nothing of that.
 *
 * Throws ExpressionError.
 */
export function checkExpression(expression: Expression, vocabulary: Vocabulary): Checked {
  const checker = new Checker(vocabulary);
  const type = checker.typeOf(expression);
  const { used, conversions, patterns, enumValues } = checker;
  return { type, used, conversions, patterns, enumValues };
}

class Checker {
  readonly used = new Set<string>();
  readonly conversions = new Set<bigint>();
  readonly patterns = new Set<string>();
  readonly enumValues = new Map<bigint, number>();
  readonly #vocabulary: Vocabulary;
  readonly #functions = new Map<string, CelFunc[]>();
  /** Variables of comprehensions around the place, the innermost last. */
  readonly #scope: (readonly [name: string, type: StaticType])[] = [];

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    for (const func of vocabulary.functions)
      this.#functions.set(func.name, [...(this.#functions.get(func.name) ?? []), func]);
  }

  typeOf(expression: Expression | undefined): StaticType {
    const node = expression?.exprKind;
    switch (node?.case) {
      case 'constExpr':
        return constantType(node.value.constantKind.case);
      case 'identExpr':
        return this.#name(node.value.name);
      case 'selectExpr':
        return this.#select(expression, node.value.operand, node.value.field, node.value.testOnly);
      case 'callExpr': {
        const args =
          node.value.target === undefined ? node.value.args : [node.value.target, ...node.value.args];
        return this.#call(node.value.function, node.value.target !== undefined, args);
      }
      case 'listExpr':
        return listOf(
          node.value.elements.map((element) => this.typeOf(element)).reduce(either, { kind: 'never' }),
        );
      case 'structExpr':
        return this.#map(node.value);
      case 'comprehensionExpr':
        return this.#comprehension(node.value);
      default:
        throw new ExpressionError('is not complete');
    }
  }

  #name(name: string): StaticType {
    const local = this.#scope.findLast(([known]) => known === name);
    if (local !== undefined) return local[1];
    const type = this.#vocabulary.variables.get(name);
    if (type !== undefined) {
      this.used.add(name);
      return type;
    }
    const known = this.#known(name);
    if (known !== undefined) return known;
    const names = [...this.#vocabulary.variables.keys(), ...this.#scope.map(([local]) => local)];
    const visible = names.filter((other) => !other.startsWith('@'));
    throw new ExpressionError(
      `knows nothing called "${name}"`,
      didYouMean(name, visible) ?? `Known here: ${visible.join(', ')}.`,
    );
  }

  /** A type, or a value of an enum. */
  #known(name: string, id?: bigint): StaticType | undefined {
    const { registry, container } = this.#vocabulary;
    if (/^(int|uint|double|bool|string|bytes|list|map|null_type|type)$/.test(name)) return scalar('type');
    const scopes = container === '' ? [] : container.split('.');
    for (let length = scopes.length; length >= 0; length--) {
      const full = [...scopes.slice(0, length), name].join('.');
      if (registry.getMessage(full) !== undefined) return scalar('type');
      const values = registry.getEnum(full.slice(0, Math.max(full.lastIndexOf('.'), 0)))?.values;
      if (values === undefined) continue;
      const wanted = full.slice(full.lastIndexOf('.') + 1);
      const value = values.find((value) => value.name === wanted);
      if (value !== undefined) {
        if (id !== undefined) this.enumValues.set(id, value.number);
        return scalar('int');
      }
      const names = values.map((value) => value.name);
      throw new ExpressionError(`knows no value "${wanted}" of that enum`, didYouMean(wanted, names));
    }
    return undefined;
  }

  #select(
    expression: Expression | undefined,
    operand: Expression | undefined,
    field: string,
    testOnly: boolean,
  ): StaticType {
    const path = qualifiedName(operand);
    const [root = ''] = path?.split('.') ?? [];
    const isVariable = this.#scope.some(([name]) => name === root) || this.#vocabulary.variables.has(root);
    if (path !== undefined && !isVariable) {
      const known = this.#known(`${path}.${field}`, expression?.id);
      if (known !== undefined) return known;
      // "shop.v1" alone is nothing, "shop.v1.Color.RED" is: the name as a whole is the unknown.
      throw new ExpressionError(
        `knows nothing called "${path}.${field}"`,
        didYouMean(root, this.#vocabulary.variables.keys()),
      );
    }
    const of = this.typeOf(operand);
    const type = this.#member(of, field, operand);
    if (testOnly) return scalar('bool');
    if (type.kind === 'message' && type.desc.typeName === 'google.protobuf.Any')
      throw new ExpressionError(
        `cannot look into "${field}", a google.protobuf.Any`,
        `has(….${field}) is all that can be asked.`,
      );
    if (expression !== undefined && isConversion(of, field)) this.conversions.add(expression.id);
    return type;
  }

  #member(type: StaticType, name: string, operand: Expression | undefined): StaticType {
    const of = qualifiedName(operand) ?? nameOf(type);
    switch (type.kind) {
      case 'dyn':
      case 'never':
        return dyn;
      case 'message': {
        const field = type.desc.fields.find((known) => known.name === name);
        if (field !== undefined) return typeOfField(field);
        const names = type.desc.fields.map((known) => known.name);
        const problem = `knows no field "${name}" of ${type.desc.typeName}`;
        throw new ExpressionError(problem, didYouMean(name, names) ?? `Its fields: ${names.join(', ')}.`);
      }
      case 'record': {
        const member = type.fields.get(name);
        if (member !== undefined) return member;
        const names = [...type.fields.keys()];
        throw new ExpressionError(
          `knows no "${name}" of ${of}`,
          didYouMean(name, names) ?? (names.length === 0 ? undefined : `There is ${names.join(', ')}.`),
        );
      }
      case 'map':
        if (fits(scalar('string'), type.key)) return type.value;
        throw new ExpressionError(`looks for "${name}" in ${of}, whose keys are no strings`);
      default:
        throw new ExpressionError(`looks for "${name}" in ${of}, which is of type ${nameOf(type)}`);
    }
  }

  #call(name: string, isMethod: boolean, args: readonly Expression[]): StaticType {
    const types = args.map((arg) => this.typeOf(arg));
    const [first = dyn, second = dyn, third = dyn] = types;
    const wrong = (): never => {
      const [target = '', ...rest] = types.map(nameOf);
      const called = isMethod
        ? `${target}.${name}(${rest.join(', ')})`
        : `${name} of ${types.map(nameOf).join(' and ')}`;
      throw new ExpressionError(`cannot do ${called}`);
    };
    const mustBe = (type: StaticType, wanted: StaticType): void => {
      if (!fits(type, wanted)) wrong();
    };
    const bool = scalar('bool');
    switch (name) {
      case '_&&_':
      case '_||_':
        for (const type of types) mustBe(type, bool);
        return bool;
      case '@not_strictly_false':
      case '__not_strictly_false__':
        return bool;
      case '_?_:_':
        mustBe(first, bool);
        return either(second, third);
      case '_==_':
      case '_!=_':
        return comparable(first, second) ? bool : wrong();
      case '@in':
        if (second.kind === 'list') return comparable(first, second.element) ? bool : wrong();
        if (second.kind === 'map') return comparable(first, second.key) ? bool : wrong();
        return second.kind === 'dyn' || second.kind === 'record' ? bool : wrong();
      case '_[_]':
        return this.#index(first, second, args) ?? wrong();
      case '_+_':
        if (first.kind === 'list' && second.kind === 'list')
          return listOf(either(first.element, second.element));
        break;
      case 'matches': {
        // A pattern out of a request would be compiled for each, at a cost that its sender chooses.
        const pattern = args.at(-1)?.exprKind;
        const constant = pattern?.case === 'constExpr' ? pattern.value.constantKind : undefined;
        if (constant?.case !== 'stringValue')
          throw new ExpressionError('matches a pattern that is not written in it');
        this.patterns.add(constant.value);
        break;
      }
    }
    return this.#overload(name, isMethod, types) ?? wrong();
  }

  #index(type: StaticType, key: StaticType, [operand, index]: readonly Expression[]): StaticType | undefined {
    switch (type.kind) {
      case 'dyn':
        return dyn;
      case 'list':
        return comparable(key, scalar('int')) ? type.element : undefined;
      case 'map':
        return comparable(key, type.key) ? type.value : undefined;
      case 'record': {
        const value = index?.exprKind.case === 'constExpr' ? index.exprKind.value.constantKind : undefined;
        return value?.case === 'stringValue' ? this.#member(type, value.value, operand) : undefined;
      }
      default:
        return undefined;
    }
  }

  #overload(name: string, isMethod: boolean, types: readonly StaticType[]): StaticType | undefined {
    const all = this.#functions.get(name);
    if (all === undefined) {
      const names = [...this.#functions.keys()].filter((known) => /^\w+$/.test(known));
      throw new ExpressionError(`knows no function "${name}"`, didYouMean(name, names));
    }
    const fitting = all.filter((func) => {
      if (isMethod !== (func.target !== undefined)) return false;
      const wanted = func.target === undefined ? func.arguments : [func.target, ...func.arguments];
      return (
        wanted.length === types.length && wanted.every((type, at) => fits(types[at] ?? dyn, typeOfCel(type)))
      );
    });
    const results = fitting.map(({ result }) => typeOfCel(result));
    return results.length === 0 ? undefined : results.reduce(either);
  }

  #map(struct: { readonly messageName: string; readonly entries: readonly StructEntry[] }): StaticType {
    if (struct.messageName !== '') throw new ExpressionError(`makes a message, ${struct.messageName}`);
    const keys = struct.entries.map(({ keyKind }) =>
      keyKind.case === 'mapKey' ? this.typeOf(keyKind.value) : dyn,
    );
    const values = struct.entries.map(({ value }) => this.typeOf(value));
    return mapOf(keys.reduce(either, { kind: 'never' }), values.reduce(either, { kind: 'never' }));
  }

  #comprehension(fold: Comprehension): StaticType {
    const range = this.typeOf(fold.iterRange);
    const item =
      range.kind === 'list'
        ? range.element
        : range.kind === 'map'
          ? range.key
          : range.kind === 'record'
            ? scalar('string')
            : dyn;
    if (range.kind === 'scalar' || range.kind === 'message')
      throw new ExpressionError(`goes through ${nameOf(range)}, which is no list`);
    const initial = this.typeOf(fold.accuInit);
    this.#scope.push([fold.accuVar, initial], [fold.iterVar, item]);
    this.typeOf(fold.loopCondition);
    const step = either(initial, this.typeOf(fold.loopStep));
    this.#scope.pop();
    this.#scope.pop();
    this.#scope.push([fold.accuVar, step]);
    const result = this.typeOf(fold.result);
    this.#scope.pop();
    return result;
  }
}

type Kind<K extends Expression['exprKind']['case']> = Extract<
  Expression['exprKind'],
  { readonly case: K }
>['value'];
type Comprehension = Kind<'comprehensionExpr'>;
type StructEntry = Kind<'structExpr'>['entries'][number];

function constantType(kind: string | undefined): StaticType {
  switch (kind) {
    case 'int64Value':
      return scalar('int');
    case 'uint64Value':
      return scalar('uint');
    case 'nullValue':
      return scalar('null_type');
    default:
      return scalar((kind ?? '').replace(/Value$/, ''));
  }
}

/** `a.b.c`, undefined where it is more than names. */
function qualifiedName(expression: Expression | undefined): string | undefined {
  const node = expression?.exprKind;
  if (node?.case === 'identExpr') return node.value.name;
  if (node?.case !== 'selectExpr' || node.value.testOnly) return undefined;
  const operand = qualifiedName(node.value.operand);
  return operand === undefined ? undefined : `${operand}.${node.value.field}`;
}

/** Whether a field is one of those that are not read in place. */
function isConversion(type: StaticType, name: string): boolean {
  const field = type.kind === 'message' ? type.desc.fields.find((known) => known.name === name) : undefined;
  return field?.message !== undefined && isConverted(field.message);
}

function didYouMean(name: string, names: Iterable<string>): string | undefined {
  const near = nearestName(name, names);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}
