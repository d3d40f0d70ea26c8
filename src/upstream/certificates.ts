import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../clock.js';

/** Files in PEM form. */
export interface CertificateFiles {
  /** Who may have signed the server's certificate; undefined for those that Node trusts. */
  readonly ca: string | undefined;
  /** What we show to the server (mTLS): both or neither. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Connections made within this time of each other use what was read for the first. */
const freshMs = 1_000;

/**
 * Reads certificates anew for each connection, so that those that were renewed on disk are used without a
 * restart; a context is made only when one of the files has changed. Files that cannot be read or do not fit
 * together, as while they are being replaced, leave the last good ones in use; without any, it rejects.
 */
export function createCertificates(files: CertificateFiles, clock: Clock): () => Promise<SecureContext> {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let contents: readonly (Buffer | undefined)[] = [];
  let context: SecureContext | undefined;

  async function read(): Promise<void> {
    const found = await Promise.all([files.ca, files.cert, files.key].map((path) => path && readFile(path)));
    const next = found.map((content) => (typeof content === 'object' ? content : undefined));
    if (context !== undefined && next.every((content, index) => isSame(content, contents[index]))) return;
    const [ca, cert, key] = next;
    context = createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
    contents = next;
  }

  return async () => {
    if (clock.now() - readAt >= freshMs) {
      readAt = clock.now();
      reading = read();
    }
    try {
      await reading;
    } catch (error) {
      if (context === undefined) {
        readAt = Number.NEGATIVE_INFINITY;
        throw error;
      }
    }
    if (context === undefined) throw new Error('no certificates');
    return context;
  };
}

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}
