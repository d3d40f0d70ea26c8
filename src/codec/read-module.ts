import type { DescExtension, DescMessage, Registry } from '@bufbuild/protobuf';
import type { Diagnostic } from '../diagnostic/index.js';
import { version } from '../version.js';
import type { CodecModule, ModuleUnit } from './codec-module.js';
import type { TableName } from './emit/module.js';
import type { Subject } from './emit/unit.js';
import { fingerprint } from './fingerprint.js';
import type { FunctionSource, WrittenUnit, WrittenUnits } from './functions.js';
import { parseKey, printKey } from './unit-key.js';
import type { WantedCodec } from './write-module.js';

/**
 * The units of a module, for the types of a registry. A module that another version wrote, or that
 * was written for other descriptors, is refused as a whole: CODECS_STALE. CODECS_INVALID is said
 * of what is no such module at all.
 */
export function readModule(
  module: unknown,
  types: Registry,
): { readonly written: WrittenUnits; readonly diagnostics: readonly Diagnostic[] } {
  const refuse = (diagnostic: Diagnostic) => ({
    written: new Map<string, WrittenUnit>(),
    diagnostics: [diagnostic],
  });
  if (!isCodecModule(module)) return refuse(invalid);
  if (module.version !== version)
    return refuse(stale(`propylon ${module.version} wrote the codecs, and this is ${version}.`));
  const changed = module.types.filter(([kind, name, hash]) => {
    const desc = find(types, kind, name);
    return desc === undefined || fingerprint(desc) !== hash;
  });
  if (changed.length > 0)
    return refuse(
      stale(
        `The codecs were written for other descriptors: ${some(changed.map(([, name]) => name))} changed.`,
      ),
    );
  const written = new Map(module.units.map((unit) => [unit.key, resolve(unit, types)]));
  return { written, diagnostics: [] };
}

/**
 * A warning where this process may compile nothing and functions that are wanted were not written
 * ahead of time; none otherwise.
 */
export function missingFunctions(
  { written, evaluate }: FunctionSource,
  wanted: readonly WantedCodec[],
): readonly Diagnostic[] {
  if (evaluate !== undefined) return [];
  const missing = wanted.filter(({ subject, direction, options }) => {
    const key = direction === 'parse' ? parseKey(options) : printKey({ ...options, projected: false });
    return written.get(key)?.subjects.includes(subject) !== true;
  });
  if (missing.length === 0) return [];
  const names = new Set(missing.map(({ subject }) => subject.toString()));
  return [
    {
      severity: 'warning',
      code: 'CODECS_MISSING',
      text: `This process may not compile functions, and none were written ahead of time for ${some([...names])}: transcoding is many times slower.`,
      locations: [],
      hint: 'Write them with `propylon codec --out codecs.mjs`, and hand them in with --codecs codecs.mjs.',
    },
  ];
}

function isCodecModule(module: unknown): module is CodecModule {
  return (
    typeof module === 'object' &&
    module !== null &&
    'version' in module &&
    typeof module.version === 'string' &&
    'types' in module &&
    Array.isArray(module.types) &&
    'units' in module &&
    Array.isArray(module.units)
  );
}

function find(types: Registry, kind: string, name: string): DescMessage | DescExtension | undefined {
  return kind === 'message' ? types.getMessage(name) : types.getExtension(name);
}

/** The fingerprints agreed, so that every name is there; what a hand has edited is not. */
function resolve(unit: ModuleUnit, types: Registry): WrittenUnit {
  return {
    subjects: unit.subjects.map(([kind = '', name = '', field]) => subjectOf(types, kind, name, field)),
    helpers: unit.helpers,
    tables: unit.tables.map(([kind = '', name = '', table = '']) => tableOf(types, kind, name, table)),
    make: unit.make,
  };
}

function subjectOf(types: Registry, kind: string, name: string, field: string | undefined): Subject {
  const subject =
    kind === 'field'
      ? types.getMessage(name)?.fields.find((candidate) => candidate.name === field)
      : find(types, kind, name);
  if (subject === undefined)
    throw new Error(`a codec module has functions of ${kind} ${name}, which is not there`);
  return subject;
}

function tableOf(types: Registry, kind: string, name: string, table: string): TableName {
  const desc = kind === 'enum' ? types.getEnum(name) : types.getMessage(name);
  if (desc === undefined) throw new Error(`a codec module has tables of ${kind} ${name}, which is not there`);
  return { kind: table, desc };
}

/** The first three names, and how many more there are. */
function some(names: readonly string[]): string {
  const more = names.length - 3;
  return `${names.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const hint =
  'Write them again: propylon codec --out, with the sources and the configuration of this gateway; or buf generate, where emit=codecs of protoc-gen-propylon has written them.';

function stale(text: string): Diagnostic {
  return { severity: 'error', code: 'CODECS_STALE', text, locations: [], hint };
}

const invalid: Diagnostic = Object.freeze({
  severity: 'error',
  code: 'CODECS_INVALID',
  text: 'What was handed in as codecs is no module that `propylon codec --out` wrote.',
  locations: [],
  hint,
});
