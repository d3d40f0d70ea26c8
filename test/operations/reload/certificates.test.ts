import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { startLoad } from '../../support/checked-load.js';
import { type PropylonProcess, startPropylon } from '../../support/propylon.js';
import { startVersionsBackend, swappedFolder, versionOf, versions } from '../../support/two-versions.js';
import { issueCertificate } from '../../support/x509.js';

/** Certificates of a listener that are renewed while it is used. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const [first, second] = [
  issueCertificate('first authority', { isAuthority: true }),
  issueCertificate('second authority', { isAuthority: true }),
];
const server = (name: string) => issueCertificate(name, { issuer: first, hosts: ['gateway.test'] });
const [ann, ben] = [issueCertificate('ann', { issuer: first }), issueCertificate('ben', { issuer: second })];

async function serving(at: PropylonProcess): Promise<string> {
  const socket = connect({
    port: Number(new URL(at.url).port),
    host: '127.0.0.1',
    servername: 'gateway.test',
    ca: first.cert,
    cert: ann.cert,
    key: ann.key,
  });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

it('rotates certificates and authorities of clients under load, and fails no request', async () => {
  const backend = await startVersionsBackend();
  const dir = swappedFolder();
  cleanups.push(
    () => dir.remove(),
    () => backend.close(),
  );
  const files = (name: string, clients: string) => {
    const { cert, key } = server(name);
    return {
      'image.binpb': versions.one,
      'propylon.yaml': `sources: { descriptors: [image.binpb] }\nbackends: { '*': '127.0.0.1:${backend.port}' }\nlisten: { tls: { cert: tls.crt, key: tls.key, clientCa: clients.crt } }\n`,
      'tls.crt': cert,
      'tls.key': key,
      'clients.crt': clients,
    };
  };
  dir.swap(files('server 0', first.cert));
  const at = await startPropylon(['--config', dir.file('propylon.yaml'), '--host', '127.0.0.1']);
  cleanups.push(() => at.stop());
  const load = (client: typeof ann, keepAlive: boolean) =>
    startLoad({
      url: `${at.url}/v1/things/a`,
      clients: 1,
      tls: { keepAlive, ca: first.cert, servername: 'gateway.test', cert: client.cert, key: client.key },
      problem: (status, body) => (versionOf(status, body) === 'one' ? undefined : `${status} ${body}`),
    });
  const loads = [load(ann, true), load(ann, false)];
  for (const n of [1, 2]) {
    dir.swap(files(`server ${n}`, `${first.cert}${second.cert}`));
    while ((await serving(at)) !== `server ${n}`);
  }
  // Whoever the new authority has signed comes in as well.
  const added = load(ben, false);
  while (added.answered < 5 && added.failures.length === 0) await new Promise(setImmediate);
  for (const one of [...loads, added]) {
    await one.stop();
    expect(one.failures).toEqual([]);
    expect(one.answered).toBeGreaterThan(4);
  }
}, 30_000);
