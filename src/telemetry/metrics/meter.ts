import type { LabelValues, NameOf } from './catalog.js';
import type { Count, Distribution } from './series.js';

/**
 * What whoever counts something is given. A series is asked for once, when its label values are known, and kept:
 * to add to it costs some nanoseconds.
 */
export interface Meter {
  counter<N extends NameOf<'counter'>>(name: N, ...labels: LabelValues<N>): Count;
  histogram<N extends NameOf<'histogram'>>(name: N, ...labels: LabelValues<N>): Distribution;
}

/** A series that keeps nothing. */
export const uncounted: Count & Distribution = Object.freeze({ add() {}, observe() {} });

/** Where nobody wants to know. */
export const nullMeter: Meter = Object.freeze({ counter: () => uncounted, histogram: () => uncounted });
