import { isDeepStrictEqual } from 'node:util';

/**
 * Something with a state that outlives what it was made for: whoever comes next with the same configuration shares it,
 * and the last to release it closes it. The configuration is plain data.
 */
export class SharedPart<T> {
  readonly value: T;
  readonly #config: unknown;
  readonly #close: () => unknown;
  #holders = 1;

  /** The part `before`, held once more, where it is of the same configuration and still open; else a new one. */
  static of<T>(
    before: SharedPart<T> | undefined,
    config: unknown,
    make: () => T,
    close: (value: T) => unknown = () => undefined,
  ): SharedPart<T> {
    if (before === undefined || before.#holders === 0 || !isDeepStrictEqual(before.#config, config))
      return SharedPart.#made(config, make(), close);
    before.#holders += 1;
    return before;
  }

  static #made<T>(config: unknown, value: T, close: (value: T) => unknown): SharedPart<T> {
    return new SharedPart(config, value, () => close(value));
  }

  private constructor(config: unknown, value: T, close: () => unknown) {
    this.#config = config;
    this.value = value;
    this.#close = close;
  }

  /** Once for each `of`. Resolves when it is closed, where this was the last. */
  async release(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders === 0) await this.#close();
  }
}
