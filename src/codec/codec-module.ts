/**
 * An ES module of functions that were written ahead of time, as `import()` gives it; writeModule()
 * writes it. It imports nothing: helpers and tables are arguments, so that it may lie anywhere.
 */
export interface CodecModule {
  /** The version of this package that wrote it. */
  readonly version: string;
  /** What it was written for: `message` or `extension`, name and fingerprint. */
  readonly types: readonly (readonly [kind: string, name: string, fingerprint: string])[];
  readonly units: readonly ModuleUnit[];
}

/** A unit in a module; what it refers to is named. */
export interface ModuleUnit {
  readonly key: string;
  /** `message` or `extension` and name; `field`, name of the message and of the field. */
  readonly subjects: readonly (readonly string[])[];
  readonly helpers: readonly string[];
  /** `message` or `enum`, name, and kind of the table. */
  readonly tables: readonly (readonly string[])[];
  readonly make: (...values: readonly unknown[]) => readonly unknown[];
}
