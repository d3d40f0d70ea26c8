/** Where descriptors come from. */
export interface DescriptorSource {
  /** For people: "image gen/image.binpb". */
  readonly label: string;
  /** A serialized google.protobuf.FileDescriptorSet. Throws DiagnosticsError with everything that is wrong. */
  load(signal: AbortSignal): Promise<Uint8Array>;
}
