import type { Location, Severity } from '../diagnostic/index.js';

/** Something that was found about what clients are served. */
export interface Finding {
  /** The id of its rule. */
  readonly rule: string;
  readonly severity: Severity;
  /**
   * What it is about, without places in files: "GET /v1/products", "shop.catalog.v1.Product.name". With the rule it is
   * what a baseline remembers.
   */
  readonly subject: string;
  /** One or two sentences, with what was and what is. */
  readonly text: string;
  /** The first is the culprit. Empty where the image carries no source info. */
  readonly locations: readonly Location[];
}

/** What is known of a rule before it finds anything: the reference in the docs is made of it. */
export interface Rule {
  /** Unless a configuration says otherwise. */
  readonly severity: Severity;
  /** What it finds, in one sentence. */
  readonly what: string;
  /** Why that matters to clients, or what to do instead, in one sentence. */
  readonly why: string;
}

/** Rules by their ids, which are written as the codes of diagnostics are: ROUTE_REMOVED. */
export type Rules = Readonly<Record<string, Rule>>;
