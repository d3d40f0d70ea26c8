import { create } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescriptorRegistry,
  type PlainMessage,
  ScalarType,
} from '../descriptor/index.js';
import { type Draw, drawing } from './draw.js';
import { bytesValue, numberValue } from './number-value.js';
import { nameOfPattern, type ResourceNames } from './resource-names.js';
import { countIn, listIn, sectionOf } from './rules.js';
import type { Spot } from './spot.js';
import { stringValue } from './string-value.js';
import { type FieldPlan, planOf, type TypePlan } from './type-plan.js';
import { isWellKnown, wellKnownMessage } from './well-known-message.js';

/** How often what is at a place ("order.lines.0.product") was made and found wrong: 0 where it never was. */
export type Tries = (path: string) => number;

/** Makes messages up: whatever an answer may have, by the rules and the names of fields. */
export interface MessageMaker {
  /** The same for the same seed and tries. */
  make(type: DescMessage, seed: string, tries?: Tries): ReflectMessage;
}

/** Messages within messages, and values of one message with all that it holds: beyond, only what is needed is set. */
const depthUsual = 4;
const valuesUsual = 1_500;
/** What no rule makes larger: a message that needs itself has no end. */
const depthMax = 16;
const valuesMax = 5_000;

/** Where a message is being made. */
interface Place {
  readonly path: string;
  readonly draw: Draw;
  readonly tries: number;
  /** What it is in, outermost first. */
  readonly within: readonly DescMessage[];
  readonly made: { values: number };
  /** What expressions over the messages around it name. */
  readonly literals: Spot['literals'];
}

export function createMessageMaker(registry: DescriptorRegistry, names: ResourceNames): MessageMaker {
  const { types } = registry;
  const plans = new Map<DescMessage, TypePlan>();
  const planned = (type: DescMessage): TypePlan => {
    const plan = plans.get(type) ?? planOf(types, type);
    plans.set(type, plan);
    return plan;
  };

  function message(
    type: DescMessage,
    place: Place,
    triesOf: Tries,
    rules: PlainMessage,
    spot?: Spot,
  ): ReflectMessage {
    if (spot !== undefined && isWellKnown(type)) {
      return wellKnownMessage(
        type,
        { ...spot, rules },
        {
          types,
          moment: place.draw,
          scalar: (field, inner) => scalar(field.scalar ?? ScalarType.STRING, inner),
          message: (inner, part) =>
            message(
              inner,
              { ...place, within: [...place.within, type], draw: place.draw.of(part) },
              triesOf,
              {},
            ),
        },
      );
    }
    const { fields, groups } = planned(type);
    const result = reflect(type, create(type));
    const moment = place.draw.of('moment');
    const left = notChosen(groups, place);
    for (const plan of fields) {
      const { field } = plan;
      if (left.has(field) || place.made.values > valuesMax) continue;
      if (field.message !== undefined && place.within.length >= depthMax) continue;
      const path = place.path === '' ? field.name : `${place.path}.${field.name}`;
      const own = triesOf(path);
      const tries = place.tries + own;
      const draw = place.draw.of(tries === 0 ? field.name : `${field.name}~${tries}`);
      if (!plan.isNeeded && isLeftOut(field, place, own, draw)) continue;
      place.made.values++;
      set(result, plan, { ...place, path, draw, tries }, triesOf, moment);
    }
    return result;
  }

  function set(holder: ReflectMessage, plan: FieldPlan, place: Place, triesOf: Tries, moment: Draw): void {
    const { field, rules, examples } = plan;
    const { draw, tries } = place;
    const literals = {
      texts: [...plan.literals.texts, ...place.literals.texts],
      numbers: [...plan.literals.numbers, ...place.literals.numbers],
    };
    if (examples.length > 0 && tries < 2) {
      holder.set(field, draw.of('example').pick(examples));
      return;
    }
    const single = (own: PlainMessage, part: string): unknown => {
      const path = part === '' ? place.path : `${place.path}.${part}`;
      const again = part === '' ? tries : tries + triesOf(path);
      const choice = part === '' ? draw : draw.of(again === tries ? part : `${part}~${again}`);
      const name = part === '' ? field.name : singular(field.name);
      const spot: Spot = { field, name, rules: own, draw: choice, tries: again, literals };
      if (field.enum !== undefined) return enumNumber(field.enum, spot);
      if (field.message === undefined) return textOrScalar(field, spot);
      const within = [...place.within, field.parent];
      const inner: Place = {
        ...place,
        path,
        draw: isWellKnown(field.message) ? moment : choice,
        tries: again,
        within,
        literals,
      };
      return message(field.message, inner, triesOf, own, spot);
    };
    switch (field.fieldKind) {
      case 'list': {
        const list = sectionOf(rules, 'repeated');
        const items = sectionOf(list, 'items');
        const target = holder.get(field);
        const seen = new Set<string>();
        const size = sizeOf(countIn(list, 'min_items'), countIn(list, 'max_items'), { ...place, literals });
        for (let at = 0, part = 0; at < size && part < size * 4 + 8; part++) {
          if (place.made.values++ > valuesMax) break;
          const item = single(items, String(part));
          const key = textOf(item);
          if (seen.has(key) && (list['unique'] === true || field.message === undefined)) continue;
          seen.add(key);
          target.add(item);
          at++;
        }
        return;
      }
      case 'map': {
        const map = sectionOf(rules, 'map');
        const target = holder.get(field);
        const size = sizeOf(countIn(map, 'min_pairs'), countIn(map, 'max_pairs'), { ...place, literals });
        for (let part = 0; target.size < size && part < size * 4 + 8; part++) {
          const spot: Spot = {
            field,
            name: /locali[sz]ed|translat|language/.test(field.name) ? 'language' : 'tag',
            rules: sectionOf(map, 'keys'),
            draw: draw.of(`key ${part}`),
            tries,
            literals,
          };
          const key = scalar(field.mapKey, spot);
          if (target.get(key as string) === undefined)
            target.set(key as string, single(sectionOf(map, 'values'), String(part)));
        }
        return;
      }
      default:
        holder.set(field, single(rules, ''));
    }
  }

  function textOrScalar(field: DescField, spot: Spot): unknown {
    const patterns = names.ofField(field);
    const isName = field.scalar === ScalarType.STRING && patterns.length > 0 && spot.tries < 6;
    const [pattern = ''] = patterns;
    return isName ? nameOfPattern(pattern, spot.draw) : scalar(field.scalar ?? ScalarType.STRING, spot);
  }

  return {
    make: (type, seed, tries = () => 0) => {
      const place = {
        path: '',
        draw: drawing(seed),
        tries: tries(''),
        within: [],
        made: { values: 0 },
        literals: noLiterals,
      };
      return message(type, place, tries, {});
    },
  };
}

function scalar(type: ScalarType, spot: Spot): string | number | bigint | boolean | Uint8Array {
  switch (type) {
    case ScalarType.STRING:
      return stringValue(spot);
    case ScalarType.BYTES:
      return bytesValue(spot);
    case ScalarType.BOOL: {
      const only = sectionOf(spot.rules, 'bool')['const'];
      if (typeof only === 'boolean') return only;
      return spot.rules['required'] === true || spot.draw.unit() < 0.6;
    }
    default:
      return numberValue(type, spot);
  }
}

const noLiterals: Spot['literals'] = { texts: [], numbers: [] };

/** Never the value that says nothing, where there is one that says something. */
function enumNumber({ values }: DescEnum, { rules, draw }: Spot): number {
  const own = sectionOf(rules, 'enum');
  if (own['const'] !== undefined) return Number(own['const']);
  const allowed = listIn(own, 'in').map(Number);
  const forbidden = listIn(own, 'not_in').map(Number);
  const numbers = values.filter(
    ({ number }) => (allowed.length === 0 || allowed.includes(number)) && !forbidden.includes(number),
  );
  const said = numbers.filter(
    ({ number, name, deprecated }) => !deprecated && (number !== 0 || !/UNSPECIFIED|UNKNOWN/.test(name)),
  );
  // A value of zero is an absent one where nothing tells them apart.
  const present = said.filter(({ number }) => number !== 0);
  const choice = [present, said, numbers, values].find((some) => some.length > 0) ?? [];
  return choice.length === 0 ? 0 : draw.pick(choice).number;
}

/** Of each group all but one: preferably one that does not lead to what it is in. */
function notChosen(groups: TypePlan['groups'], { draw, tries, within }: Place): ReadonlySet<DescField> {
  const left = new Set<DescField>();
  groups.forEach((group, at) => {
    const free = group.filter((field) => !left.has(field));
    const plain = free.filter(({ message }) => message === undefined || !within.includes(message));
    const choice = plain.length > 0 ? plain : free;
    if (choice.length === 0) return;
    const chosen = draw.of(`group ${at}~${tries}`).pick(choice);
    for (const field of group) if (field !== chosen) left.add(field);
  });
  return left;
}

function isLeftOut(field: DescField, { within, made }: Place, tries: number, draw: Draw): boolean {
  if (made.values > valuesUsual) return true;
  // What was wrong again and again is better not there.
  if (tries > 5 && draw.of('left out').unit() < 0.5) return true;
  const inner = field.message;
  if (inner === undefined || isWellKnown(inner)) return false;
  if (inner.typeName === 'google.rpc.Status') return true;
  const depth = within.length;
  const held = within.filter((type) => type === inner).length + (field.parent === inner ? 1 : 0);
  return depth >= depthUsual || held > 1;
}

function sizeOf(low = 0, high = Number.POSITIVE_INFINITY, { within, draw, tries, literals }: Place): number {
  const named = literals.numbers.filter((number) => Number.isInteger(number) && number >= 0 && number < 50);
  const others = [0, 1, 2, 3, 4, 5, ...named, ...named];
  const usual = tries > 2 ? draw.of('size').pick(others) : within.length > 1 ? 1 : 2;
  return Math.min(Math.max(low, usual), high, 10_000);
}

/** "tags" → "tag" */
function singular(name: string): string {
  return name
    .replace(/ies$/, 'y')
    .replace(/(ss|x|ch|sh)es$/, '$1')
    .replace(/(?<!s)s$/, '');
}

/** Equal values have equal texts. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return JSON.stringify((value as ReflectMessage).message, (_, inner: unknown) =>
    typeof inner === 'bigint' ? String(inner) : inner,
  );
}
