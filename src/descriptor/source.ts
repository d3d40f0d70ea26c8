import { type Diagnostic, DiagnosticsError } from '../diagnostic/index.js';

/** Where descriptors come from: an image, a folder of protos, a running server. */
export interface DescriptorSource {
  /** Names the source in diagnostics and in what is printed at the start. */
  readonly label: string;
  /** Bytes of a google.protobuf.FileDescriptorSet with its imports. Throws DiagnosticsError (SOURCE_UNREADABLE). */
  load(signal: AbortSignal): Promise<Uint8Array>;
}

/** The error that a source throws: one SOURCE_UNREADABLE that says what is wrong and what to do. */
export function unreadable(text: string, hint?: string): DiagnosticsError {
  const diagnostic: Diagnostic = {
    severity: 'error',
    code: 'SOURCE_UNREADABLE',
    text,
    locations: [],
    ...(hint === undefined ? {} : { hint }),
  };
  return new DiagnosticsError([diagnostic]);
}
