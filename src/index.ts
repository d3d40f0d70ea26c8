/** The library's door: a gateway to mount in an app of one's own, and what it is made from. */
export type { CodecModule, CodecOptions } from './codec/index.js';
export {
  type DescriptorSource,
  imageSource,
  protosSource,
} from './descriptor/index.js';
export { type Diagnostic, DiagnosticsError, type Location } from './diagnostic/index.js';
export type { MetadataRules } from './gateway/index.js';
export { defaultLimits, type Limits } from './limits.js';
export {
  type Backend,
  CallError,
  createConfiguredGateway,
  createGateway,
  type GatewayOptions,
  type Listener,
  type ListenOptions,
  type PropylonGateway,
  type Received,
  type ReloadResult,
  type Rpc,
  writeCodecs,
} from './server/index.js';
export { StatusError } from './status/index.js';
export type { RouteSummary, SurfaceSummary } from './surface/index.js';
export { createTracer, type RequestEvent, type Tracer, type TracerOptions } from './telemetry/index.js';
