import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { IssuedCertificate } from './certificates.js';
import { freePort } from './free-port.js';
import { findServerProgram } from './server-program.js';

/** Undefined, after a loud word, where etcd is missing. */
export const etcdProgram = findServerProgram('etcd', 'etcd-server');

export interface EtcdTls {
  readonly server: IssuedCertificate;
  /** Who has signed the certificates that clients must show. */
  readonly clientCa: string;
}

export interface Etcd {
  readonly port: number;
  /** SIGTERM, and wait for the end. */
  stop(): Promise<void>;
}

/** Starts etcd on loopback with its data in `folder` and waits until it is healthy. */
export async function startEtcd(folder: string, tls?: EtcdTls, port?: number): Promise<Etcd> {
  const clientPort = port ?? (await freePort());
  const scheme = tls === undefined ? 'http' : 'https';
  const clientUrl = `${scheme}://127.0.0.1:${clientPort}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const metricsUrl = `http://127.0.0.1:${await freePort()}`;
  const args = {
    'data-dir': join(folder, 'data'),
    'log-outputs': 'stderr',
    logger: 'zap',
    'listen-client-urls': clientUrl,
    'advertise-client-urls': clientUrl,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `default=${peerUrl}`,
    'listen-metrics-urls': metricsUrl,
    ...(tls && {
      'cert-file': tls.server.cert,
      'key-file': tls.server.key,
      'client-cert-auth': 'true',
      'trusted-ca-file': tls.clientCa,
    }),
  };
  const etcd = spawn(
    etcdProgram ?? '',
    Object.entries(args).map(([name, value]) => `--${name}=${value}`),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  etcd.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  // The words of its log differ between versions; its own health endpoint does not.
  const healthy = (): Promise<boolean> =>
    fetch(`${metricsUrl}/health`).then(
      (response) => response.ok,
      () => false,
    );
  while (!(await healthy())) {
    if (etcd.exitCode !== null) throw new Error(`etcd ended with ${etcd.exitCode}:\n${log}`);
    await setTimeout(50);
  }
  return {
    port: clientPort,
    async stop() {
      if (etcd.exitCode !== null) return;
      etcd.kill('SIGTERM');
      await once(etcd, 'exit');
    },
  };
}
