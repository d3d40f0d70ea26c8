import type { Random } from '../../clock.js';

/** Whether an exchange is recorded. */
export type Selection = (method: string, target: string) => boolean;

export interface SelectionOptions {
  /** Patterns such as "GET /v1/*" and "/v1/orders*"; without any, everything. */
  readonly include: readonly string[];
  /** They win over `include`. */
  readonly exclude: readonly string[];
  /** The share of what is left, from 0 to 1. */
  readonly sample: number;
  readonly random: Random;
}

export function selection({ include, exclude, sample, random }: SelectionOptions): Selection {
  const included = include.map(pattern);
  const excluded = exclude.map(pattern);
  return (method, target) => {
    const path = target.split('?', 1)[0] ?? '';
    const fits = (one: Pattern): boolean => (one.method ?? method) === method && one.path.test(path);
    if (excluded.some(fits) || (included.length > 0 && !included.some(fits))) return false;
    return sample >= 1 || random() < sample;
  };
}

/** Whether a pattern can be understood. */
export function isPattern(text: string): boolean {
  return /^(?:(?:\*|[A-Z-]+) )?[/*]\S*$/.test(text);
}

interface Pattern {
  readonly method: string | undefined;
  readonly path: RegExp;
}

/** `*` is anything, slashes too. */
function pattern(text: string): Pattern {
  const [path = '', method] = text.split(' ').reverse();
  const source = path
    .split(/\*+/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return { method: method === '*' ? undefined : method, path: new RegExp(`^${source}$`) };
}
