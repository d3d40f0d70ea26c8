import type { DescEnum, DescMessage } from '@bufbuild/protobuf';
import { Code, code } from './code.js';

/** A value that emitted code uses and that is no code: a table, or a function of another module. */
export interface Reference {
  readonly name: Code;
  readonly value: unknown;
  /** What finds it again in another process; undefined for a function. */
  readonly table: TableName | undefined;
}

/** A table: its kind, and the descriptor that it is made from. */
export interface TableName {
  readonly kind: string;
  readonly desc: DescMessage | DescEnum;
}

/**
 * How the tables that emitted code refers to are made, by kind: from one descriptor and the
 * options, so that code written ahead of time finds them by kind and name.
 */
export interface Tables {
  readonly message: Readonly<Record<string, (desc: DescMessage) => unknown>>;
  readonly enum: Readonly<Record<string, (desc: DescEnum) => unknown>>;
}

/** Makes a table. Throws where no such kind is made of such a descriptor. */
export function makeTable(tables: Tables, { kind, desc }: TableName): unknown {
  const value = desc.kind === 'enum' ? tables.enum[kind]?.(desc) : tables.message[kind]?.(desc);
  if (value === undefined) throw new Error(`no table ${kind} of ${desc.typeName}`);
  return value;
}

/** Kinds of well-known types whose functions are written by hand, by type name. */
const byHand: ReadonlyMap<string, Code> = new Map([
  ['google.protobuf.Any', code`Any`],
  ['google.protobuf.Timestamp', code`Timestamp`],
  ['google.protobuf.Duration', code`Duration`],
  ['google.protobuf.FieldMask', code`FieldMask`],
  ['google.protobuf.Struct', code`Struct`],
  ['google.protobuf.Value', code`Value`],
  ['google.protobuf.ListValue', code`ListValue`],
]);

/**
 * Functions that call each other by name: those of a message type and of all that it contains,
 * save for types whose functions exist already.
 */
export class Module {
  /** What the functions use, in order of their first use. */
  readonly references: Reference[] = [];
  /** The types that this module has a function of, with its name. */
  readonly messages = new Map<DescMessage, Code>();
  readonly #prefix: Code;
  readonly #tables: Tables;
  readonly #emit: (module: Module, message: DescMessage, name: Code) => Code;
  readonly #existing: (message: DescMessage) => unknown;
  readonly #queue: DescMessage[] = [];
  readonly #taken = new Set<string>();
  readonly #shared = new Map<unknown, Code>();
  readonly #parts: Code[] = [];

  constructor(
    prefix: Code,
    tables: Tables,
    existing: (message: DescMessage) => unknown,
    emit: (module: Module, message: DescMessage, name: Code) => Code,
  ) {
    this.#prefix = prefix;
    this.#tables = tables;
    this.#existing = existing;
    this.#emit = emit;
  }

  /** Name of the function of a message type, which is emitted if it does not exist. */
  messageFunction(message: DescMessage): Code {
    const hand = byHand.get(message.typeName);
    if (hand !== undefined) return code`${this.#prefix}${hand}`;
    const known = this.messages.get(message);
    if (known !== undefined) return known;
    const existing = this.#existing(message);
    if (existing !== undefined) {
      return this.#refer(existing, message.typeName, (name) => ({ name, value: existing, table: undefined }));
    }
    const name = this.#unique(message.typeName);
    this.messages.set(message, name);
    this.#queue.push(message);
    return name;
  }

  /** Name of a table that is handed to the emitted code. */
  table(kind: string, desc: DescMessage | DescEnum): Code {
    const table = { kind, desc };
    return this.#refer(`${kind} ${desc.typeName}`, `${kind}_${desc.typeName}`, (name) => ({
      name,
      value: makeTable(this.#tables, table),
      table,
    }));
  }

  #refer(key: unknown, text: string, make: (name: Code) => Reference): Code {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const name = this.#unique(`ref_${text}`);
    this.#shared.set(key, name);
    this.references.push(make(name));
    return name;
  }

  /** Name of a helper function of the module, emitted at its first use. */
  helper(key: object | string, text: string, emit: (name: Code) => Code): Code {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const name = this.#unique(text);
    this.#shared.set(key, name);
    this.#parts.push(emit(name));
    return name;
  }

  /** All functions. Emits what has only been named so far. */
  source(): Code {
    for (let message = this.#queue.shift(); message !== undefined; message = this.#queue.shift()) {
      const name = this.messages.get(message);
      if (name !== undefined) this.#parts.push(this.#emit(this, message, name));
    }
    return code`${this.#parts}`;
  }

  #unique(text: string): Code {
    for (let count = 1; ; count++) {
      const name = Code.identifier(this.#prefix, count === 1 ? text : `${text}_${count}`);
      if (!this.#taken.has(name.text)) {
        this.#taken.add(name.text);
        return name;
      }
    }
  }
}
