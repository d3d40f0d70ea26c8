export { nearestName } from '../nearest.js';
export { createAnyPacker } from './any-packer.js';
export { type AnyPrinter, createAnyPrinter } from './any-printer.js';
export { type Canonicalize, createCanonicalizer } from './canonical/canonical.js';
export { type Codec, type CodecFactory, type CodecOptions, defaultCodecOptions } from './codec.js';
export type { CodecModule } from './codec-module.js';
export { codecSource, createCompiledCodecs } from './compiled.js';
export { type FunctionSource, functionSource } from './functions.js';
export { missingRequired } from './missing-required.js';
export { omitFields } from './omit-fields.js';
export { projectBinary } from './project-binary.js';
export { type Projection, ProjectionError, parseProjection } from './projection.js';
export { missingFunctions, readModule } from './read-module.js';
export { MalformedBinaryError } from './runtime/records.js';
export {
  type TextField,
  type TextFieldProblem,
  type TextMapField,
  TextValueError,
  textField,
  textMapField,
} from './text-field.js';
export { type WireField, wireFields } from './wire-fields.js';
export { appendFragment, findField, isOneRecordEach, removeField } from './wire-splice.js';
export { moduleLines, type WantedCodec, writeModule } from './write-module.js';
