import type { PlainMessage } from '../descriptor/index.js';
import type { Draw } from './draw.js';
import { listIn, sectionOf } from './rules.js';
import type { Spot } from './spot.js';

/** google.protobuf.Timestamp and Duration. */
export interface Seconds {
  readonly seconds: bigint;
  readonly nanos: number;
}

const day = 86_400;
/** 2024-01-01: what is made up lies in the past of whoever reads it, and is the same tomorrow. */
const epoch = 1_704_067_200;

/** What comes before what: a thing is changed after it was made, and ends after it began. */
const order: readonly RegExp[] = [
  /(^|_)(create|creation|created|insert|birth)(_|$)/,
  /(^|_)(start|begin|begun|open|from|valid_from|submit)(_|$)/,
  /(^|_)(update|updated|modify|modified|change|last)(_|$)/,
  /(^|_)(end|finish|complete|close|closed|stop|until|to)(_|$)/,
  /(^|_)(expire|expiry|expiration|purge|delete|due|deadline)(_|$)/,
];

/** A point in time by the rules of its field; `moment` says for all times of one message when it came to be. */
export function timestampValue({ name, rules, draw }: Spot, moment: Draw): Seconds {
  const own = sectionOf(rules, 'timestamp');
  const only = secondsOf(own['const']);
  if (only !== undefined) return only;
  const rank = order.findIndex((names) => names.test(name));
  const base = epoch + moment.of('day').whole(0, 300) * day;
  const usual = base + (rank < 0 ? 2 : rank) * 40 * day + draw.whole(0, 30 * day);
  const wanted = own['gt_now'] === true ? usual + 200 * 365 * day : usual;
  const bounds = boundsOf(own);
  return secondsFrom(clamped(wanted, bounds, 60));
}

/** A length of time by the rules of its field. */
export function durationValue({ name, rules, draw }: Spot): Seconds {
  const own = sectionOf(rules, 'duration');
  const only = secondsOf(own['const']);
  if (only !== undefined) return only;
  const allowed = listIn(own, 'in')
    .map(secondsOf)
    .filter((value) => value !== undefined);
  if (allowed.length > 0) return draw.pick(allowed);
  const usual = /timeout|delay|latency|interval/.test(name) ? draw.whole(1, 30) : draw.whole(1, 60) * 60;
  return secondsFrom(clamped(usual, boundsOf(own), 1));
}

function secondsFrom(value: number): Seconds {
  const whole = Math.floor(value);
  return { seconds: BigInt(whole), nanos: Math.round((value - whole) * 1e9) };
}

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly isOpen: boolean;
}

function boundsOf(own: PlainMessage): Bounds {
  const number = (name: string): number | undefined => {
    const value = secondsOf(own[name]);
    return value && Number(value.seconds) + value.nanos / 1e9;
  };
  const low = number('gte') ?? number('gt') ?? Number.NEGATIVE_INFINITY;
  const high = number('lte') ?? number('lt') ?? Number.POSITIVE_INFINITY;
  const isOpen = own['gt'] !== undefined || own['lt'] !== undefined;
  // A lower bound above the upper one means what lies outside of them.
  return low > high ? { low, high: Number.POSITIVE_INFINITY, isOpen } : { low, high, isOpen };
}

/** What is wished, or what lies `step` within the bound that it breaks, or half way between two that are closer. */
function clamped(wished: number, { low, high, isOpen }: Bounds, step: number): number {
  const isIn = isOpen ? wished > low && wished < high : wished >= low && wished <= high;
  if (isIn) return wished;
  if (wished <= low) return low + step < high ? low + step : isOpen ? (low + high) / 2 : low;
  return high - step > low ? high - step : isOpen ? (low + high) / 2 : high;
}

function secondsOf(value: unknown): Seconds | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { seconds = 0n, nanos = 0 } = value as Partial<Seconds>;
  return { seconds: BigInt(seconds), nanos };
}
