import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBytesBackend } from '../support/bytes-backend.js';
import { createAuthority, openssl, type TestAuthority } from '../support/certificates.js';
import { compileProtos } from '../support/compile-protos.js';
import { echoHandlers } from '../support/echo-gateway.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';

/**
 * Clients ask all the time while operators change everything under them, one thing after the other: not one request
 * fails. What breaks with a process that was killed, an answer that had begun too, is asked for again, as whoever reads
 * by GET may do; at no other time is there anything to ask for again.
 */

const folder = mkdtempSync(join(tmpdir(), 'propylon-rollout-'));
const file = (name: string): string => join(folder, name);

/** Two versions of an API: the same bytes from the backend, another name of a field. */
const versions = ['before', 'after'] as const;
type Version = (typeof versions)[number];
const protoOf = (name: Version): string => `syntax = "proto3";
package t;
import "google/api/annotations.proto";
service T {
  rpc Unary(M) returns (M) { option (google.api.http) = { get: "/v1/{id=t/*}" }; }
  rpc ServerStream(M) returns (stream M) { option (google.api.http) = { get: "/v1/stream/{id}" }; }
}
message M { string id = 1 [json_name = "${name}"]; }
`;

let backend: Awaited<ReturnType<typeof startBytesBackend>>;
let authority: TestAuthority;
beforeAll(async () => {
  for (const name of versions) {
    writeFileSync(file(`${name}.binpb`), compileProtos({ ...httpAnnotations(), 't.proto': protoOf(name) }));
  }
  backend = await startBytesBackend(echoHandlers);
});
afterAll(() => {
  backend?.close();
  rmSync(folder, { recursive: true, force: true });
});

const running: PropylonProcess[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

async function start(...args: string[]): Promise<PropylonProcess> {
  const gateway = await startPropylon(['--config', file('propylon.yaml'), '--host', '127.0.0.1', ...args]);
  running.push(gateway);
  return gateway;
}

/** A file is replaced as editors, ConfigMaps and cert-manager do: by one that is complete. */
function replace(name: string, by: Uint8Array | string): void {
  writeFileSync(file(`${name}.next`), by);
  renameSync(file(`${name}.next`), file(name));
}

const serve = (version: Version): void => {
  cpSync(file(`${version}.binpb`), file('copy.binpb'));
  replace('image.binpb', readFileSync(file('copy.binpb')));
};

/** Clients with connections that stay open. */
interface Clients {
  /** Where each next request goes. */
  readonly targets: string[];
  readonly failures: string[];
  /** Requests that were sent again, since their connection broke before an answer had ended. */
  repeated: number;
  /** Resolves with the next answer of this version. */
  seen(version: Version): Promise<void>;
  more(count: number): Promise<void>;
  stop(): Promise<void>;
}

function startClients(count: number, targets: string[]): Clients {
  const agent = new Agent({ keepAlive: true, maxSockets: count, ca: readFileSync(authority.cert) });
  const waiting = new Set<(version: Version) => boolean>();
  let stopping = false;
  let turn = 0;
  const clients: Clients = {
    targets,
    failures: [],
    repeated: 0,
    seen: (version) => until((seen) => seen === version),
    more: (wanted) => {
      let left = wanted;
      return until(() => --left === 0);
    },
    async stop() {
      stopping = true;
      await all;
      agent.destroy();
    },
  };
  const until = (isSo: (version: Version) => boolean): Promise<void> =>
    new Promise((resolve) => {
      waiting.add((version) => {
        if (!isSo(version)) return false;
        resolve();
        return true;
      });
    });

  /** Rejects with what is wrong; a broken connection has a `code`. */
  const get = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const target = targets[turn++ % targets.length] ?? '';
      const sent = request(`${target}${path}`, { agent, timeout: 10_000 }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`status ${response.statusCode}: ${text}`));
        });
      });
      sent.on('timeout', () => sent.destroy(new Error('no answer in ten seconds')));
      sent.on('error', reject);
      sent.end();
    });

  const once = async (number: number): Promise<Version> => {
    const isStream = number % 5 === 0;
    const path = isStream ? `/v1/stream/${number}` : `/v1/t/${number}`;
    const text = await get(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') throw error;
      clients.repeated += 1;
      return get(path);
    });
    const id = isStream ? String(number) : `t/${number}`;
    const found = versions.find((version) => {
      const message = JSON.stringify({ [version]: id });
      return text === (isStream ? `${message}\n`.repeat(3) : message);
    });
    if (found === undefined) throw new Error(`${path} is answered with ${text}`);
    return found;
  };
  const client = async (_: unknown, index: number): Promise<void> => {
    for (let number = index; !stopping; number += count) {
      try {
        const version = await once(number);
        for (const wake of waiting) if (wake(version)) waiting.delete(wake);
      } catch (error) {
        clients.failures.push(String(error));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  };
  const all = Promise.all(Array.from({ length: count }, client));
  return clients;
}

/** Serial number of the certificate that new connections are shown. */
function serialOf(url: string): Promise<string> {
  const { hostname: host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), ca: readFileSync(authority.cert) }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

const workersOf = ({ pid }: PropylonProcess): number[] =>
  spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n')
    .map(Number);

describe.skipIf(openssl === undefined)('under load, not one request fails', () => {
  beforeAll(() => {
    authority = createAuthority(folder, 'authority');
    authority.issue('server');
    writeFileSync(
      file('propylon.yaml'),
      JSON.stringify({
        sources: { descriptors: ['image.binpb'] },
        backends: { '*': `127.0.0.1:${backend.port}` },
        listen: { tls: { cert: 'server.crt', key: 'server.key' } },
        // Clients on a busy machine are slow with their next request.
        limits: { drainDelayMs: 3_000, drainQuietMs: 2_000 },
      }),
    );
    serve('before');
  });

  it('while images, certificates and workers change', { timeout: 180_000 }, async () => {
    const gateway = await start('--workers', '2');
    const clients = startClients(12, [gateway.url]);
    await clients.seen('before');

    // 100 other images.
    for (let swap = 1; swap <= 100; swap++) {
      const version = versions[swap % 2] ?? 'before';
      serve(version);
      await clients.seen(version);
    }

    // One that is none: the old one serves on.
    replace('image.binpb', 'no image');
    await gateway.printed('reload refused');
    await clients.more(200);
    serve('after');
    await clients.seen('after');

    // Another certificate.
    const before = await serialOf(gateway.url);
    authority.issue('server');
    while ((await serialOf(gateway.url)) === before) await clients.more(20);
    await clients.more(200);
    expect({ failures: clients.failures, repeated: clients.repeated }).toEqual({ failures: [], repeated: 0 });

    // All workers, one after the other, by one signal.
    const old = workersOf(gateway);
    gateway.signal('SIGUSR2');
    while (workersOf(gateway).some((pid) => old.includes(pid))) await clients.more(20);
    await clients.more(200);
    expect({ failures: clients.failures, repeated: clients.repeated }).toEqual({ failures: [], repeated: 0 });

    // A worker, by force: what it was at is sent again.
    const [victim = 0] = workersOf(gateway);
    process.kill(victim, 'SIGKILL');
    await gateway.printed(`serves in place of worker ${victim}`);
    await clients.more(200);
    await clients.stop();
    expect(clients.failures).toEqual([]);
    expect(clients.repeated).toBeLessThanOrEqual(12);
  });

  it('while a pod is ended, whose address is taken away only later', { timeout: 60_000 }, async () => {
    const [leaving, staying] = [await start(), await start()];
    const clients = startClients(12, [leaving.url, staying.url]);
    await clients.more(200);
    leaving.signal('SIGTERM');
    // The endpoints of a Service follow the readiness of its pods, with some delay.
    while ((await fetch(`${leaving.adminUrl}/readyz`)).status === 200) await clients.more(1);
    await clients.more(30);
    clients.targets.splice(0, 1);
    await leaving.exited;
    await clients.more(100);
    await clients.stop();
    expect({ failures: clients.failures, repeated: clients.repeated }).toEqual({ failures: [], repeated: 0 });
  });
});
