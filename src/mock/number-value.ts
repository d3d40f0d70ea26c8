import { ScalarType } from '../descriptor/index.js';
import type { Draw } from './draw.js';
import { listIn, sectionOf } from './rules.js';
import type { Spot } from './spot.js';

/** Of buf.validate, by the type of a field. */
const sections: Readonly<Partial<Record<ScalarType, string>>> = {
  [ScalarType.DOUBLE]: 'double',
  [ScalarType.FLOAT]: 'float',
  [ScalarType.INT32]: 'int32',
  [ScalarType.INT64]: 'int64',
  [ScalarType.UINT32]: 'uint32',
  [ScalarType.UINT64]: 'uint64',
  [ScalarType.SINT32]: 'sint32',
  [ScalarType.SINT64]: 'sint64',
  [ScalarType.FIXED32]: 'fixed32',
  [ScalarType.FIXED64]: 'fixed64',
  [ScalarType.SFIXED32]: 'sfixed32',
  [ScalarType.SFIXED64]: 'sfixed64',
};

const signed32 = [-(2n ** 31n), 2n ** 31n - 1n] as const;
const unsigned32 = [0n, 2n ** 32n - 1n] as const;
const signed64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;
const unsigned64 = [0n, 2n ** 64n - 1n] as const;
const limits: Readonly<Partial<Record<ScalarType, readonly [low: bigint, high: bigint]>>> = {
  [ScalarType.INT32]: signed32,
  [ScalarType.SINT32]: signed32,
  [ScalarType.SFIXED32]: signed32,
  [ScalarType.UINT32]: unsigned32,
  [ScalarType.FIXED32]: unsigned32,
  [ScalarType.INT64]: signed64,
  [ScalarType.SINT64]: signed64,
  [ScalarType.SFIXED64]: signed64,
  [ScalarType.UINT64]: unsigned64,
  [ScalarType.FIXED64]: unsigned64,
};

/** Ends of field names → between what such fields lie. The first that fits counts. */
const byName: readonly (readonly [end: RegExp, low: number, high: number])[] = [
  [/(^|_)lat(itude)?$/, -60, 60],
  [/(^|_)(lng|lon|longitude)$/, -179, 179],
  [/(^|_)nanos$/, 0, 0],
  [/(^|_)(percent|percentage|progress)(_\w+)?$/, 1, 99],
  [/(^|_)(ratio|fraction|probability|confidence|score|alpha|red|green|blue)$/, 0.05, 0.95],
  [/(^|_)(rating|stars)$/, 1, 5],
  [/(^|_)years?$/, 2020, 2025],
  [/(^|_)months?$/, 1, 12],
  [/(^|_)days?$/, 1, 28],
  [/(^|_)hours?$/, 0, 23],
  [/(^|_)(minutes?|seconds?)$/, 0, 59],
  [/(^|_)port$/, 1024, 65_535],
  [/(^|_)(quantity|count|stock|available|reserved|size|pages|stars|level|position|index)$/, 1, 20],
  [/(^|_)(bytes|size_bytes|length)$/, 500, 90_000],
];

function usual(name: string): readonly [low: number, high: number] {
  const known = byName.find(([end]) => end.test(name));
  return known === undefined ? [1, 200] : [known[1], known[2]];
}

/** A number by the rules of its field, plausible by the name of it; a bigint for 64 bits. */
export function numberValue(type: ScalarType, spot: Spot): number | bigint {
  const own = sectionOf(spot.rules, sections[type] ?? '');
  const range = limits[type];
  const isWide = range !== undefined && (range === signed64 || range === unsigned64);
  const asNumber = (value: unknown): number | bigint => (isWide ? BigInt(String(value)) : Number(value));
  const { const: only } = own;
  if (only !== undefined) return asNumber(only);
  const allowed = listIn(own, 'in');
  if (allowed.length > 0) return asNumber(spot.draw.pick(allowed));
  if (range === undefined) return realValue(type, own, spot);
  const value = wholeValue(range, own, spot);
  return isWide ? value : Number(value);
}

function wholeValue([least, most]: readonly [bigint, bigint], own: Spot['rules'], spot: Spot): bigint {
  const bound = (name: string, step: bigint): bigint | undefined =>
    own[name] === undefined ? undefined : BigInt(String(own[name])) + step;
  const low = bound('gte', 0n) ?? bound('gt', 1n) ?? least;
  const high = bound('lte', 0n) ?? bound('lt', -1n) ?? most;
  const named = usual(spot.name).map((value) => BigInt(Math.round(value))) as [bigint, bigint];
  const forbidden = new Set(listIn(own, 'not_in').map(String));
  for (let round = 0; ; round++) {
    // A bound above the other one means what lies outside of them.
    const [from, to] = low > high ? [low, most] : [low, high];
    const value = within([from, to], named, spot, round);
    if (!forbidden.has(String(value)) || round > 20) return value;
  }
}

/** Of what is allowed that which is usual, where that is any; after some tries anything. */
function within(
  [low, high]: readonly [bigint, bigint],
  [first, last]: readonly [bigint, bigint],
  { draw, tries, literals }: Spot,
  round: number,
): bigint {
  if (tries > 0 && literals.numbers.length > 0 && draw.unit() < 0.5) {
    const value = BigInt(Math.round(draw.pick(literals.numbers))) + BigInt(draw.whole(-1, 1));
    if (value >= low && value <= high) return value;
  }
  const [from, to] = [first > low ? first : low, last < high ? last : high];
  const isUsual = from <= to && tries < 8 && round < 10;
  // Small numbers relate to each other more often than large ones.
  const [bottom, top] = isUsual ? [from, to] : low <= 0n && high >= 10n ? [0n, 10n] : [low, high];
  const width = top - bottom > 1_000_000n ? 1_000 : Number(top - bottom);
  return bottom + BigInt(draw.whole(0, width));
}

function realValue(type: ScalarType, own: Spot['rules'], { name, draw, tries, literals }: Spot): number {
  const bound = (name: string): number | undefined =>
    own[name] === undefined ? undefined : Number(own[name]);
  const low = bound('gte') ?? bound('gt');
  const high = bound('lte') ?? bound('lt');
  const isOutside = low !== undefined && high !== undefined && low > high;
  const [from, to] = overlap(usual(name), low, isOutside ? undefined : high);
  if (tries > 0 && literals.numbers.length > 0 && draw.unit() < 0.5) return draw.pick(literals.numbers);
  const value = from + (to - from) * (0.02 + draw.unit() * 0.96);
  const short = Math.round(value * 100) / 100;
  const kept = short > from && short < to ? short : value;
  return type === ScalarType.FLOAT ? Math.fround(kept) : kept;
}

function overlap(
  [first, last]: readonly [number, number],
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
): readonly [number, number] {
  const [from, to] = [Math.max(first, low), Math.min(last, high)];
  if (from <= to) return [from, to];
  return low > last
    ? [low, Math.min(high, low + Math.max(1, Math.abs(low)))]
    : [Math.max(low, high - Math.max(1, Math.abs(high))), high];
}

/** Bytes by the rules of their field; as many as a digest has, where the name says so. */
export function bytesValue({ name, rules, draw }: Spot): Uint8Array {
  const own = sectionOf(rules, 'bytes');
  const part = (key: string): Uint8Array => {
    const value = own[key];
    return value instanceof Uint8Array ? value : new Uint8Array();
  };
  if (own['const'] instanceof Uint8Array) return own['const'];
  const allowed = listIn(own, 'in').filter((value) => value instanceof Uint8Array);
  if (allowed.length > 0) return draw.pick(allowed);
  if (own['ip'] === true || own['ipv4'] === true) return Uint8Array.of(192, 0, 2, draw.whole(1, 254));
  if (own['ipv6'] === true) return Buffer.concat([Buffer.from('20010db8', 'hex'), noise(draw, 12)]);
  if (own['uuid'] === true) return noise(draw, 16);
  const [prefix, inner, suffix] = [part('prefix'), part('contains'), part('suffix')];
  const taken = prefix.length + inner.length + suffix.length;
  const size = (name: string): number | undefined =>
    own[name] === undefined ? undefined : Number(own[name]);
  const wished = size('len') ?? Math.max(size('min_len') ?? 0, /sha256|digest|hash/.test(name) ? 32 : 12);
  const length = Math.min(wished, size('len') ?? size('max_len') ?? wished);
  const text = Buffer.from(draw.hex(Math.min(Math.max(0, length - taken), 100_000)));
  // Letters where a rule says what the bytes are as text.
  const middle = own['pattern'] === undefined ? noise(draw, text.length) : text;
  return new Uint8Array(Buffer.concat([prefix, middle, inner, suffix]));
}

function noise(draw: Draw, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => draw.whole(0, 255));
}
