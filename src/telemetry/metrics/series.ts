import type { TraceIds } from '../tracer.js';

/** What happened so often, with one set of label values. Only grows. */
export interface Count {
  add(by?: number): void;
}

/** How large something was, with one set of label values. */
export interface Distribution {
  /** `trace` is what it was observed in: an example to look at, where the trace is kept. */
  observe(value: number, trace?: TraceIds): void;
}

/** One observation of many, and the trace that it was made in. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  /** Unix time. */
  readonly seconds: number;
}

export class CountSeries implements Count {
  value = 0;

  add(by = 1): void {
    this.value += by;
  }
}

export class DistributionSeries implements Distribution {
  /** Upper bounds, ascending. */
  readonly #bounds: readonly number[];
  /** Observations by bucket; the last bucket is that beyond the last bound. */
  readonly counts: number[];
  /** The newest example of each bucket; undefined where none are kept. */
  readonly exemplars: (Exemplar | null)[] | undefined;
  sum = 0;

  constructor(bounds: readonly number[], keepsExemplars: boolean) {
    this.#bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
    this.exemplars = keepsExemplars ? this.counts.map(() => null) : undefined;
  }

  observe(value: number, trace?: TraceIds): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
    if (trace?.sampled === true && this.exemplars !== undefined) {
      const { traceId, spanId } = trace;
      this.exemplars[bucket] = { traceId, spanId, value, seconds: Date.now() / 1_000 };
    }
  }
}
