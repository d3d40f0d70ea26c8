/**
 * gRPC metadata: lower-case names, order and duplicates kept. The value of a name that ends in
 * "-bin" is bytes, every other one is printable ASCII.
 */
export type Metadata = readonly MetadataEntry[];
export type MetadataEntry = readonly [name: string, value: string | Uint8Array];
