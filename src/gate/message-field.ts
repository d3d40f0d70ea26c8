/** A field of a message, by its path, read and changed on the bytes. Throws StatusError for bytes that are no message. */
export interface MessageField {
  /** By the client's names: "product.displayName". */
  readonly clientPath: string;
  readonly isString: boolean;
  /** Whether the message has a value; the default of a field without presence is none. */
  isSet(binary: Uint8Array): boolean;
  /** Whether it, or another member of a oneof on the way to it, has a value: setting the field would lose that. */
  isTaken(binary: Uint8Array): boolean;
  /** The value of a string field; undefined where it has none, or is empty. */
  text(binary: Uint8Array): string | undefined;
  /** The message with this value in the field, and no other. `text` must be one in which `problemOf` finds nothing. */
  set(binary: Uint8Array, text: string): Uint8Array;
  clear(binary: Uint8Array): Uint8Array;
  /** What one value of it is: "string", "lib.v1.Kind"; undefined for what has several values or is a message. */
  readonly valueType: string | undefined;
  /** Tag and value of a field of one value; undefined where it has none. A view. */
  record(binary: Uint8Array): Uint8Array | undefined;
  /** The message with the value of another field's record, whose `valueType` is the same. */
  setRecord(binary: Uint8Array, record: Uint8Array): Uint8Array;
  /** Why a text is no value of the field, for people: "must be a whole number"; undefined where it is one. */
  problemOf(text: string): string | undefined;
}

/** Why a path leads to no field, for people. */
export interface FieldProblem {
  readonly problem: string;
}
