import type { Module } from './module.js';

/** What decides on the reading of JSON besides the type. */
export interface ParseOptions {
  readonly ignoreUnknown: boolean;
}

/** A module of functions from JSON bytes to protobuf bytes. */
export type ParseModule = Module;
