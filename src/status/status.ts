/** A packed message of unknown type: google.protobuf.Any, as bytes. */
export interface AnyBytes {
  /** "type.googleapis.com/google.rpc.BadRequest" */
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** A detail the gateway made itself, already in ProtoJSON form of Any. */
export type JsonDetail = { readonly '@type': string; readonly [field: string]: unknown };

/** How a call or request ended: google.rpc.Status, with details either packed or in JSON form. */
export interface Status {
  /** Canonical code, 0 to 16. */
  readonly code: number;
  /** Written for the client. */
  readonly message: string;
  readonly details: readonly (AnyBytes | JsonDetail)[];
}
