import { rootCertificates } from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import type { UpstreamTls } from '../options.js';

/** How often the files are looked at. */
const refreshIntervalMs = 10_000;

/** Those that Node trusts; they change with Node alone. */
const nodeAuthorities: grpc.experimental.CertificateProvider = {
  addCaCertificateListener(listener) {
    const caCertificate = Buffer.from(rootCertificates.join('\n'));
    process.nextTick(() => listener({ caCertificate }));
  },
  removeCaCertificateListener() {},
  addIdentityCertificateListener() {},
  removeIdentityCertificateListener() {},
};

/** Credentials out of files that are read again while they are in use, or none for plain text. */
export function credentialsOf(tls: UpstreamTls | undefined): grpc.ChannelCredentials {
  if (tls === undefined) return grpc.credentials.createInsecure();
  const { ca, cert, key } = tls;
  if (ca === undefined && cert === undefined) return grpc.credentials.createSsl();
  const files = new grpc.experimental.FileWatcherCertificateProvider({
    caCertificateFile: ca,
    certificateFile: cert,
    privateKeyFile: key,
    refreshIntervalMs,
  });
  return grpc.experimental.createCertificateProviderChannelCredentials(
    ca === undefined ? nodeAuthorities : files,
    cert === undefined ? null : files,
  );
}
