import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** Zstandard (RFC 8878) as Node has it from 22.15 on, and its types of Node 20 do not. */
export interface Zstd {
  createZstdDecompress(): Transform;
  createZstdCompress(options: {
    readonly flush: number;
    readonly params: Readonly<Record<number, number>>;
  }): Transform;
  zstdCompress(bytes: Uint8Array, done: (error: Error | null, result: Buffer) => void): void;
  readonly constants: { readonly ZSTD_e_flush: number; readonly ZSTD_c_windowLog: number };
}

/** Undefined where Node is older. */
export const zstd: Zstd | undefined = 'createZstdCompress' in zlib ? (zlib as unknown as Zstd) : undefined;
