import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findServerProgram } from './server-program.js';

/** Undefined, after a loud word, where openssl is missing: Node makes no certificates. */
export const openssl = findServerProgram('openssl', 'openssl');

/** Files in PEM form. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface TestAuthority extends IssuedCertificate {
  /**
   * Issues a certificate, as NAME.crt and NAME.key; replaces what is there. `altNames` as openssl writes them;
   * default: localhost and 127.0.0.1.
   */
  issue(name: string, altNames?: string): IssuedCertificate;
}

/** A certificate authority for two days, in files of `folder`. */
export function createAuthority(folder: string, name: string): TestAuthority {
  const authority = request(folder, name, []);
  return {
    ...authority,
    issue: (subject, altNames = 'DNS:localhost,IP:127.0.0.1') =>
      request(folder, subject, [
        ...['-CA', authority.cert, '-CAkey', authority.key],
        ...['-addext', `subjectAltName=${altNames}`],
        ...['-addext', 'basicConstraints=critical,CA:FALSE'],
      ]),
  };
}

function request(folder: string, name: string, more: readonly string[]): IssuedCertificate {
  const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const run = spawnSync(openssl ?? 'openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-keyout', files.key, '-out', files.cert, ...more],
  ]);
  if (run.status !== 0) throw new Error(`openssl req failed:\n${run.stderr}`);
  return files;
}
