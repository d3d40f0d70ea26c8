import type { ContentWatch, SourceWatchHost } from './watch.js';

/** Where descriptors come from. */
export interface DescriptorSource {
  /** For people: "image gen/image.binpb". */
  readonly label: string;
  /** A serialized google.protobuf.FileDescriptorSet. Throws DiagnosticsError with everything that is wrong. */
  load(signal: AbortSignal): Promise<Uint8Array>;
  /**
   * Calls `changed` when `load` would give something else than before; resolves once everything that happens from now
   * on is noticed. Absent where nothing can change.
   */
  watch?(changed: () => void, host: SourceWatchHost): Promise<ContentWatch>;
}
