/** What a channel is told of a method, or of one binding of it, at load. */
export interface Method {
  /** "/shop.catalog.v1.CatalogService/GetProduct" */
  readonly path: string;
  /**
   * Whether the request may be processed twice: asked only when a call has failed, with its first message,
   * undefined where there was none.
   */
  readonly isIdempotent: (message: Uint8Array | undefined) => boolean;
  /** Request message → the text that `hashOn.field` places the call by; undefined where the method has no such field. */
  readonly hashField: ((message: Uint8Array) => string | undefined) | undefined;
}

/** A method of whose messages nothing is known: it is not repeated, and placed anywhere. */
export function unknownMethod(path: string): Method {
  return { path, isIdempotent: () => false, hashField: undefined };
}
