import type { Diagnostic } from '../diagnostic/index.js';
import type { Outline } from '../surface/index.js';
import type { PackageDocument } from './documents.js';
import type { PluginParameters } from './parameters.js';

/** A file to write, relative to the folder of the plugin's output. */
export interface OutputFile {
  readonly name: string;
  readonly content: string;
}

/** What is written, and what is to be said about it. */
export interface Written {
  readonly files: readonly OutputFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What files are made of. */
export interface Asked {
  readonly outline: Outline;
  /** Packages by their names; undefined is all of them. */
  readonly packages: readonly (string | undefined)[];
  /** Protos whose services are wanted. */
  readonly files: ReadonlySet<string>;
  readonly parameters: PluginParameters;
  /** The OpenAPI document of each package. */
  readonly documents: (version: '3.0' | '3.1') => readonly PackageDocument[];
}

/** "shop.orders.v1.client.ts", and "client.ts" for all packages or one without a name. */
export function fileName(packageName: string | undefined, what: string): string {
  return packageName === undefined || packageName === '' ? what : `${packageName}.${what}`;
}
