import {
  type CelFunc,
  type CelValue,
  celFunc,
  celMethod,
  isCelError,
  isCelList,
  isCelMap,
} from '@bufbuild/cel';
import { isReflectMessage, type ReflectMessage } from '@bufbuild/protobuf/reflect';

/** Characters or bytes that are looked at for one unit. */
const perUnit = 64;

/** The expression has cost more than it may. */
export class CostError extends Error {
  override readonly name = 'CostError';
}

/** What one evaluation may still cost. A unit is about what reading one field costs, some hundred nanoseconds. */
export class Meter {
  #left = 0;

  begin(costMax: number): void {
    this.#left = costMax;
  }

  /** Throws CostError, and from then on always. */
  spend(cost: number): void {
    this.#left -= cost;
    if (this.#left < 0) throw new CostError('the rule costs too much for this request');
  }

  /** Whether it has thrown: an expression may swallow errors, `error || true`. */
  get isSpent(): boolean {
    return this.#left < 0;
  }
}

/** A function that costs what its arguments are large. */
export function metered(func: CelFunc, meter: Meter): CelFunc {
  const run = (target: CelValue | undefined, args: CelValue[]): CelValue => {
    meter.spend(costOf(func.name, target === undefined ? args : [target, ...args], meter));
    const result = func.call(0, target, args);
    if (result === undefined || isCelError(result)) throw result ?? new Error(`no ${func.name} for that`);
    return result;
  };
  const { name, target, arguments: wanted, result } = func;
  return target === undefined
    ? celFunc(name, wanted, result, (...args: CelValue[]) => run(undefined, args))
    : celMethod(name, target, wanted, result, function (this: CelValue, ...args: CelValue[]) {
        return run(this, args);
      });
}

function costOf(name: string, args: readonly CelValue[], meter: Meter): number {
  const [first = null, second = null] = args;
  switch (name) {
    case '_==_':
    case '_!=_':
      // Of two that are unequal in kind nothing is looked at.
      return isComposite(first) && isComposite(second) ? walk(first, meter) : 1;
    case '@in':
      if (isCelMap(second)) return typeof first === 'string' ? 1 : second.size;
      return isCelList(second)
        ? second.size * (1 + lengthOf(first) / perUnit) + (isComposite(first) ? walk(second, meter) : 0)
        : 1;
    case 'contains':
      return 1 + (lengthOf(first) * (perUnit + lengthOf(second))) / (perUnit * perUnit);
    case 'matches':
      return 20 + 4 * lengthOf(second) + (lengthOf(first) * (1 + lengthOf(second))) / 16;
    case 'int':
    case 'uint':
    case 'double':
      return 1 + lengthOf(first) ** 2 / perUnit;
    case '_+_':
      return (
        1 + args.reduce<number>((sum, arg) => sum + (isCelList(arg) ? arg.size : lengthOf(arg) / perUnit), 0)
      );
    default:
      return 1 + args.reduce<number>((sum, arg) => sum + lengthOf(arg) / 16, 0);
  }
}

function lengthOf(value: CelValue): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;
}

function isComposite(value: CelValue): value is Exclude<CelValue, null | string | bigint | number | boolean> {
  return typeof value === 'object' && value !== null;
}

/** Goes through a value, and pays for that on the way; what is left to pay. */
function walk(value: CelValue, meter: Meter): number {
  meter.spend(1);
  if (isCelList(value)) for (const item of value) meter.spend(walk(item, meter));
  else if (isCelMap(value)) for (const [, item] of value) meter.spend(walk(item, meter));
  else if (isReflectMessage(value)) walkMessage(value, meter);
  return lengthOf(value) / perUnit;
}

function walkMessage(message: ReflectMessage, meter: Meter): void {
  for (const field of message.fields) {
    meter.spend(1);
    if (!message.isSet(field)) continue;
    const value: unknown = message.get(field);
    const items =
      field.fieldKind === 'list' || field.fieldKind === 'map' ? (value as Iterable<unknown>) : [value];
    for (const item of items) {
      meter.spend(1);
      const held: unknown = field.fieldKind === 'map' && Array.isArray(item) ? item[1] : item;
      if (isReflectMessage(held)) walkMessage(held, meter);
      else if (typeof held === 'string' || held instanceof Uint8Array) meter.spend(held.length / perUnit);
    }
  }
}
