import type { DescExtension, DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { version } from '../version.js';
import type { CodecOptions } from './codec.js';
import { createParseCompiler } from './compile-parse.js';
import { createPrintCompiler } from './compile-print.js';
import { Code, code, layOutLines, nothing } from './emit/code.js';
import type { Subject, Unit } from './emit/unit.js';
import { fingerprint } from './fingerprint.js';
import { Cursor } from './runtime/cursor.js';
import { parseKey, printKey } from './unit-key.js';

/** Functions that somebody needs: of a message or one field, in one direction. */
export interface WantedCodec {
  readonly subject: DescMessage | DescField;
  /** From JSON, or to JSON. */
  readonly direction: 'parse' | 'print';
  readonly options: CodecOptions;
}

/** What emits a unit, and what of. */
interface Order {
  readonly emit: (subjects: readonly Subject[]) => Unit;
  readonly subjects: Set<Subject>;
}

/**
 * Source of an ES module with the wanted functions and those of all that the wanted types contain,
 * extensions too; for every wanted option set. See CodecModule.
 */
export function writeModule(types: Registry, wanted: readonly WantedCodec[]): string {
  return [...moduleLines(types, wanted)].join('');
}

/** The same line by line, so that no more of it is in memory at a time than one unit. */
export function moduleLines(types: Registry, wanted: readonly WantedCodec[]): Iterable<string> {
  return layOutLines(moduleParts(types, wanted));
}

function* moduleParts(types: Registry, wanted: readonly WantedCodec[]): Generator<Code, void> {
  const extensions = [...types].filter((type) => type.kind === 'extension');
  const described = new Set<DescMessage | DescExtension>();
  yield code`${Code.comment(`Written by propylon ${version} for createGateway and propylon serve. Do not edit it but write it again.`)}
    export const version = ${Code.quoted(version)};
    export const units = [`;
  for (const [key, order] of ordersOf(types, wanted)) {
    const unit = emitWithExtensions(order, extensions);
    for (const subject of unit.subjects) described.add(describing(subject));
    yield emitUnitObject(key, unit);
  }
  const rows = [...described]
    .sort((a, b) => (a.typeName < b.typeName ? -1 : 1))
    .map((desc) => list([desc.kind, desc.typeName, fingerprint(desc)]));
  yield code`];
    export const types = [
      ${rows.map((row) => code`${row},`)}
    ];`;
}

/** What is wanted of each unit, by key. */
function ordersOf(types: Registry, wanted: readonly WantedCodec[]): ReadonlyMap<string, Order> {
  const cursor = new Cursor(1);
  const orders = new Map<string, Order>();
  const order = (key: string, emit: Order['emit'], subject: Subject): void => {
    const known = orders.get(key) ?? { emit, subjects: new Set() };
    known.subjects.add(subject);
    orders.set(key, known);
  };
  for (const { subject, direction, options } of wanted) {
    if (direction === 'parse') {
      order(parseKey(options), createParseCompiler(types, cursor, options).unit, subject);
      continue;
    }
    for (const projected of [false, true]) {
      const some = { ...options, projected };
      order(printKey(some), createPrintCompiler(types, cursor, some).unit, subject);
    }
  }
  return orders;
}

/** An extension may contain messages that have extensions. */
function emitWithExtensions({ emit, subjects }: Order, extensions: readonly DescExtension[]): Unit {
  for (;;) {
    const unit = emit([...subjects]);
    const made = new Set(unit.subjects);
    const more = extensions.filter((extension) => made.has(extension.extendee) && !made.has(extension));
    if (more.length === 0) return unit;
    for (const extension of more) subjects.add(extension);
  }
}

/** What the function of a subject depends on. */
function describing(subject: Subject): DescMessage | DescExtension {
  return subject.kind === 'field' ? subject.parent : subject;
}

function emitUnitObject(key: string, unit: Unit): Code {
  const tables = unit.references.flatMap(({ table }) =>
    table === undefined ? [] : [[table.desc.kind, table.desc.typeName, table.kind]],
  );
  return code`{
    key: ${Code.quoted(key)},
    subjects: [
      ${unit.subjects.map((subject) => code`${list(namesOf(subject))},`)}
    ],
    helpers: ${list(unit.helpers)},
    tables: [
      ${tables.map((names) => code`${list(names)},`)}
    ],
    make: (${joined(unit.parameters)}) => {
      ${unit.body}
    },
  },`;
}

function namesOf(subject: Subject): readonly string[] {
  return subject.kind === 'field'
    ? ['field', subject.parent.typeName, subject.name]
    : [subject.kind, subject.typeName];
}

function list(texts: readonly string[]): Code {
  return code`[${joined(texts.map((text) => Code.quoted(text)))}]`;
}

function joined(items: readonly Code[]): Code {
  return items.length === 0 ? nothing : items.reduce((before, item) => code`${before}, ${item}`);
}
