/** What a channel is told of a method, or of one binding of it, at load. */
export interface Method {
  /** "/shop.catalog.v1.CatalogService/GetProduct" */
  readonly path: string;
  /** Request message → the text that `hashOn.field` places the call by; undefined where the method has no such field. */
  readonly hashField: ((message: Uint8Array) => string | undefined) | undefined;
}
