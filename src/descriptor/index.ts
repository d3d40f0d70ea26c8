export {
  type DescEnum,
  type DescField,
  type DescFile,
  type DescMessage,
  type DescMethod,
  type DescOneof,
  type DescService,
  type Registry,
  ScalarType,
} from '@bufbuild/protobuf';
export { annotationsOf, type PlainMessage } from './annotation.js';
export { commentOf, commentsOf, packageCommentOf } from './comment.js';
export { describedProto } from './described-proto.js';
export { behaves } from './field-behavior.js';
export { isImplicitPresence, isString } from './field-kind.js';
export { type FieldPath, resolveFieldPath } from './field-path.js';
export { type Containers, containersOf, holdersOf, holdingTypes } from './holding-types.js';
export { hasRequestId, hasUuidFormat, isDeclaredIdempotent, isDeclaredRead } from './idempotency.js';
export { type Located, locationOf } from './location.js';
export { type DecodedMessage, messageReader } from './message.js';
export { type HttpRule, httpRuleOf } from './options.js';
export { packageFile, policyAnnotationOf, policyMessage } from './policy-annotation.js';
export { buildRegistry, type DescriptorRegistry, registrySteps } from './registry.js';
export { type Resources, readResources, resourceSteps, resourceTypeOf } from './resource.js';
export type { DescriptorSource } from './source.js';
export { imageSource } from './source-image.js';
export { protosSource } from './source-protos.js';
export { type OpenReflectionStream, type ReflectionStream, reflectionSource } from './source-reflection.js';
export { visibilityLabelsOf } from './visibility-annotation.js';
export { type ContentWatch, type SourceWatchHost, watchFileContent } from './watch.js';
