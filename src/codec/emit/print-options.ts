import type { Module } from './module.js';

/** What decides on the JSON of a message besides its type. */
export interface PrintOptions {
  readonly emitDefaults: boolean;
  readonly enumsAsNumbers: boolean;
  readonly protoNames: boolean;
  /** The functions take one more argument: the Projection that says which fields are wanted. */
  readonly projected: boolean;
}

/** A module of functions from protobuf bytes to JSON bytes. */
export type PrintModule = Module;

/** The same, of one field. */
export interface CaseOptions extends PrintOptions {
  /** Print the value without its key, and zeros too. */
  readonly alone?: boolean;
}
