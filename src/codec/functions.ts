import type { DescExtension, DescField, DescMessage } from '@bufbuild/protobuf';
import { makeTable, type TableName } from './emit/module.js';
import { type Emitter, emitUnit, type Library, type Subject, type Unit } from './emit/unit.js';
import { type Evaluate, evaluate, mayEvaluate } from './evaluate.js';
import { RefusedError } from './runtime/cursor.js';

/** A unit that was written ahead of time, its names found in the registry. */
export interface WrittenUnit {
  readonly subjects: readonly Subject[];
  readonly helpers: readonly string[];
  readonly tables: readonly TableName[];
  readonly make: (...values: readonly unknown[]) => readonly unknown[];
}

/** Units of a module that was written ahead of time, by unitKey(). */
export type WrittenUnits = ReadonlyMap<string, WrittenUnit>;

/** Where functions come from. */
export interface FunctionSource {
  /** Written ahead of time: looked at first. */
  readonly written: WrittenUnits;
  /** Makes the others on first use; undefined where this process may not. */
  readonly evaluate: Evaluate | undefined;
}

/** What was written ahead of time, and else compiled on first use, where this process may do that. */
export function functionSource(written: WrittenUnits = new Map()): FunctionSource {
  return { written, evaluate: mayEvaluate() ? evaluate : undefined };
}

/** Thrown where a function is neither written ahead of time nor to be compiled: the reference codec has to do. */
export const uncompiled: RefusedError = new RefusedError('there is no function, and none may be compiled');

/** Functions of one direction and one set of options. F of messages and fields, E of extensions. */
export interface Functions<F, E> {
  /** Throws `uncompiled`. */
  of(subject: DescMessage | DescField): F;
  /** Throws `uncompiled`. */
  ofExtension(extension: DescExtension): E;
  /** Emits what is not compiled here, but written for another process. */
  unit(subjects: readonly Subject[]): Unit;
}

/** The functions of an emitter: each is found in the written unit of `key`, or compiled once. */
export function createFunctions<F, E>(
  emitter: Emitter,
  library: Library,
  key: string,
  source: FunctionSource,
): Functions<F, E> {
  const made = new Map<Subject, unknown>();
  const written = source.written.get(key);
  if (written !== undefined) keep(written.subjects, open(written));

  function open({ helpers, tables, make }: WrittenUnit): readonly unknown[] {
    return make(
      ...helpers.map((name) => library[name]),
      ...tables.map((table) => makeTable(emitter.tables, table)),
    );
  }

  function keep(subjects: readonly Subject[], functions: readonly unknown[]): void {
    subjects.forEach((subject, index) => {
      made.set(subject, functions[index]);
    });
  }

  function find(subject: Subject): unknown {
    if (!made.has(subject)) {
      if (source.evaluate === undefined) throw uncompiled;
      const unit = emitUnit(emitter, library, [subject], (message) => made.get(message));
      keep(unit.subjects, source.evaluate(unit, library));
    }
    return made.get(subject);
  }

  return {
    of: (subject) => find(subject) as F,
    ofExtension: (extension) => find(extension) as E,
    unit: (subjects) => emitUnit(emitter, library, subjects),
  };
}
