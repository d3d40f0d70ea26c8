import type { DescExtension, DescField, DescMessage } from '@bufbuild/protobuf';
import { Code, code } from './code.js';
import { Module, type Reference, type Tables } from './module.js';

/** What a function reads or prints: a message, or the value of one field or extension. */
export type Subject = DescMessage | DescField | DescExtension;

/** Emits the functions of one direction and one set of options. */
export interface Emitter {
  /** Begins every name. */
  readonly prefix: Code;
  readonly tables: Tables;
  message(module: Module, message: DescMessage, name: Code): Code;
  field(module: Module, field: DescField, name: Code): Code;
  extension(module: Module, extension: DescExtension, name: Code): Code;
}

/** Helpers of the runtime that emitted code may call, by name. */
export type Library = Readonly<Record<string, unknown>>;

/**
 * Functions that were emitted together, and what they are closed over: the body of one outer
 * function, which takes helpers and tables and returns them. That body is all that is evaluated in
 * this process, and all that is written ahead of time for another.
 */
export interface Unit {
  /** The functions alone, to be read. */
  readonly functions: Code;
  /** What the outer function returns functions of, in order. */
  readonly subjects: readonly Subject[];
  /** Its arguments: helpers, then references. */
  readonly helpers: readonly string[];
  readonly references: readonly Reference[];
  readonly parameters: readonly Code[];
  readonly body: Code;
}

/** Emits functions of subjects, and of all that these contain, save for messages that have one already. */
export function emitUnit(
  emitter: Emitter,
  library: Library,
  subjects: readonly Subject[],
  existing: (message: DescMessage) => unknown = () => undefined,
): Unit {
  const module = new Module(emitter.prefix, emitter.tables, existing, emitter.message);
  const names = new Map(subjects.map((subject) => [subject, nameOf(emitter, module, subject)]));
  // Emits what the first functions call as well: only then is the list of messages complete.
  const functions = module.source();
  for (const [message, name] of module.messages) names.set(message, name);
  const body = code`${functions}
    return [
      ${[...names.values()].map((name) => code`${name},`)}
    ];`;
  const words = new Set<string>();
  // Not all at once: there are millions, and a few hundred that differ.
  for (const [word] of body.text.matchAll(/[a-z]\w*/gi)) words.add(word);
  const helpers = Object.keys(library).filter((name) => words.has(name));
  const { references } = module;
  return {
    functions,
    subjects: [...names.keys()],
    helpers,
    references,
    parameters: [...helpers.map((name) => Code.word(name)), ...references.map(({ name }) => name)],
    body,
  };
}

function nameOf(emitter: Emitter, module: Module, subject: Subject): Code {
  switch (subject.kind) {
    case 'message':
      return module.messageFunction(subject);
    case 'field':
      return module.helper(subject, `field_${subject.parent.typeName}_${subject.name}`, (name) =>
        emitter.field(module, subject, name),
      );
    case 'extension':
      return module.helper(subject, `extension_${subject.typeName}`, (name) =>
        emitter.extension(module, subject, name),
      );
  }
}
