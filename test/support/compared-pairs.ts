import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type FileDescriptorProto, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { compareOutlines, type Finding } from '../../src/contract/index.js';
import type { Outline, OutlineInput } from '../../src/surface/index.js';
import { contractFiles, outlineOf } from './openapi.js';

/** Two versions of an API, as proto3 of package t.v1, and what is said of the step from one to the other. */
export interface ComparedPair {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** "RULE subject", without the package: "RESPONSE_FIELD_REMOVED Thing.size", "ROUTE_REMOVED GET /v1/things". */
  readonly found: readonly string[];
  /** What is configured besides, on either side. */
  readonly was?: Partial<OutlineInput>;
  readonly is?: Partial<OutlineInput>;
}

/** The outlines of a pair. */
export interface OutlinedPair {
  readonly before: Outline;
  readonly after: Outline;
}

/**
 * Compiles all pairs with two runs of the compiler, each pair in a package of its own, and takes them apart again.
 */
export function outlinePairs(pairs: readonly ComparedPair[]): readonly OutlinedPair[] {
  const [before, after] = (['before', 'after'] as const).map((side) =>
    compileAll(pairs.map((pair) => pair[side])),
  );
  return pairs.map(({ was, is }, index) => ({
    before: outlineOf(imageOf(before ?? [], index), was),
    after: outlineOf(imageOf(after ?? [], index), is),
  }));
}

/** What is found in a pair, as it is written in `found`. */
export function foundIn({ before, after }: OutlinedPair): readonly string[] {
  return shortened(compareOutlines(before, after));
}

export function shortened(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ rule, subject }) => `${rule} ${subject.replace(/\bt\d*\.v1\./g, '')}`);
}

function compileAll(texts: readonly string[]): readonly FileDescriptorProto[] {
  const files = texts.map((text, index): [string, string] => [`pair${index}.proto`, packaged(text, index)]);
  return fromBinary(FileDescriptorSetSchema, contractFiles(Object.fromEntries(files))).file;
}

const packaged = (text: string, index: number): string =>
  text.replaceAll('t.v1.', `t${index}.v1.`).replace(/^/, `package t${index}.v1;\n`);

/** The file of one pair, and what all import. */
function imageOf(files: readonly FileDescriptorProto[], index: number): Uint8Array {
  const own = files.filter(({ name }) => !/^pair\d+\.proto$/.test(name) || name === `pair${index}.proto`);
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: own }));
}
