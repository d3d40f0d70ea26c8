import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CodecModule } from '../codec/index.js';
import { DiagnosticsError } from '../diagnostic/index.js';
import { readRegularFile } from '../regular-file.js';

/** Imports what `propylon codec --out` wrote. Throws DiagnosticsError where that is no module; what is in it is not looked at. */
export async function importCodecs(file: string): Promise<CodecModule> {
  try {
    // By what is in it: Node imports an address once, whatever has become of the file.
    const digest = createHash('sha256')
      .update(await readRegularFile(file))
      .digest('base64url');
    return await import(`${pathToFileURL(resolve(file)).href}?${digest}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DiagnosticsError([
      {
        severity: 'error',
        code: 'CODECS_INVALID',
        text: `The module of codecs cannot be imported: ${reason}`,
        locations: [{ file, line: 0, column: 0 }],
        hint: 'Write it with propylon codec --out codecs.mjs, or with emit=codecs of protoc-gen-propylon.',
      },
    ]);
  }
}
