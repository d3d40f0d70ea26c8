/** The series of one metric by their label values, each made when it is first asked for. */
export class Family<S> {
  readonly #create: () => S;
  readonly #series = new Map<string, { readonly labels: readonly string[]; readonly series: S }>();

  constructor(create: () => S) {
    this.#create = create;
  }

  /** The same for the same values. */
  of(labels: readonly string[]): S {
    const key = labels.join('\0');
    const known = this.#series.get(key);
    if (known !== undefined) return known.series;
    const series = this.#create();
    this.#series.set(key, { labels, series });
    return series;
  }

  /** Leaves out those whose label at that place has one of the values: whoever holds one still, counts for nobody. */
  drop(place: number, values: ReadonlySet<string>): void {
    for (const [key, { labels }] of this.#series) {
      if (values.has(labels[place] ?? '')) this.#series.delete(key);
    }
  }

  all(): readonly { readonly labels: readonly string[]; readonly series: S }[] {
    return [...this.#series.values()];
  }
}
