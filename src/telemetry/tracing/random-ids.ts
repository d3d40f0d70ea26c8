import type { Random } from '../../clock.js';

/** Ids of traces and spans. They name things and guard nothing, so that cheap chance is good enough. */
export interface RandomIds {
  /** 32 digits of lower-case hex. */
  traceId(): string;
  /** 16 digits. */
  spanId(): string;
}

export function randomIds(random: Random = Math.random): RandomIds {
  const eight = (): string => eightDigits((random() * 0x100000000) >>> 0);
  return {
    traceId: () => eight() + eight() + eight() + eight(),
    spanId: () => eight() + eight(),
  };
}

/** Number.toString(16) takes several times as long, and pads nothing. */
function eightDigits(n: number): string {
  return String.fromCharCode(
    digit(n >>> 28),
    digit((n >>> 24) & 15),
    digit((n >>> 20) & 15),
    digit((n >>> 16) & 15),
    digit((n >>> 12) & 15),
    digit((n >>> 8) & 15),
    digit((n >>> 4) & 15),
    digit(n & 15),
  );
}

/** 0 to 15 → the code of "0" to "f". */
function digit(value: number): number {
  return value < 10 ? 48 + value : 87 + value;
}
