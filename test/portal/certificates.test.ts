import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGateway, type Listener, type PropylonGateway } from '../../src/index.js';
import { gateSettings } from '../support/gate-settings.js';
import { audiencesImage } from '../support/portal.js';
import { issueCertificate, type TestCertificate } from '../support/x509.js';

/** Who shows a certificate is shown the document of its audience, without signing in. */

const folder = mkdtempSync(join(tmpdir(), 'propylon-portal-tls-'));
const authority = issueCertificate('authority', { isAuthority: true });
const batch = issueCertificate('batch', { issuer: authority, uris: ['spiffe://mesh/batch'] });

let gateway: PropylonGateway;
let listener: Listener;
beforeAll(async () => {
  const server = issueCertificate('server', { issuer: authority, hosts: ['gateway.test'] });
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const tls = {
    cert: file('s.crt', server.cert),
    key: file('s.key', server.key),
    clientCa: file('ca.crt', authority.cert),
    clientCertificate: 'request' as const,
  };
  const mesh = {
    type: 'certificate' as const,
    audience: 'internal' as const,
    rules: [{ uri: 'spiffe://mesh/*', subject: 'batch' }],
  };
  gateway = await createGateway({
    sources: [{ label: 't', load: async () => audiencesImage }],
    warn: () => undefined,
    ...gateSettings(
      { 't.v1.Deals': { visibility: 'partner' }, 't.v1.Secrets': { visibility: 'internal' } },
      { authentication: { providers: { mesh } } },
    ),
  });
  listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0, tls });
});
afterAll(async () => {
  await listener?.close();
  await gateway?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function get(
  path: string,
  certificate?: TestCertificate,
): Promise<{ answer: IncomingMessage; body: string }> {
  const asked = request({
    ...{
      host: '127.0.0.1',
      port: listener.port,
      path,
      agent: false,
      ca: authority.cert,
      servername: 'gateway.test',
    },
    ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
  }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { answer, body: await text(answer) };
}

it.each([
  ['nobody', undefined, 'public, no-cache', ['/v1/things/{thing}']],
  [
    'a service of the house',
    batch,
    'private, no-cache',
    ['/v1/deals/{deal}', '/v1/secrets/{secret}', '/v1/things/{thing}', '/v1/things/{thing}:secret'],
  ],
])('%s', async (_, certificate, cacheControl, paths) => {
  const { answer, body } = await get('/openapi.json', certificate);
  expect(Object.keys((JSON.parse(body) as { paths: object }).paths).toSorted()).toEqual(paths);
  expect(answer.headers['cache-control']).toBe(cacheControl);
});

it('the page asks nobody to sign in where certificates say who somebody is', async () => {
  const { answer, body } = await get('/docs');
  expect(answer.statusCode).toBe(200);
  expect(body).toContain('&#34;credentials&#34;:[]');
});
