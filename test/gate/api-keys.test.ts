import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type NewKey, newKey } from '../../src/gate/index.js';
import { createGateway, DiagnosticsError } from '../../src/index.js';
import { type EchoGateway, echoImage, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { seenMetadata } from '../support/seen-metadata.js';

/** API keys: digests in a file, keys in a header field. */

const folder = mkdtempSync(join(tmpdir(), 'propylon-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function made(about: Parameters<typeof newKey>[0]): NewKey {
  const key = newKey(about);
  if ('problem' in key) throw new Error(key.problem);
  return key;
}

const batch = made({ subject: 'batch', scopes: ['orders.read'], labels: { team: 'billing' } });
const partner = made({ subject: 'partner', audience: 'partner' });
const expired = made({ subject: 'late', expires: '2026-01-01' });
const disabled = made({ subject: 'gone', disabled: true });
const fileOf = (...keys: readonly NewKey[]): string =>
  `keys:\n${keys.map(({ entry }) => `  - ${entry}\n`).join('')}`;

const keysFile = join(folder, 'keys.yaml');
const settings = (provider: object = {}) =>
  gateSettings(
    { '*': {}, 't.T.Ping': { authentication: { mode: 'none' } } },
    { authentication: { realm: 'shop', providers: { keys: { type: 'apiKey', keysFile, ...provider } } } },
  );

describe('an API key', () => {
  const seen = seenMetadata();
  let echo: EchoGateway;
  beforeAll(async () => {
    writeFileSync(keysFile, fileOf(batch, partner, expired, disabled));
    const metadata = { requestNames: ['x-api-key', 'x-goog-api-key'], responseNames: [] };
    echo = await startEchoGateway({ ...settings(), metadata }, seen.handlers);
  });
  afterAll(() => echo?.close());

  const get = (headers: Record<string, string>, path = '/v1/echo'): Promise<Response> =>
    fetch(`${echo.url}${path}`, { headers });

  it.each(['X-Api-Key', 'x-goog-api-key'])('in %s lets its owner in, and does not go on', async (name) => {
    expect((await get({ [name]: batch.key })).status).toBe(200);
    expect(seen.last()).toMatchObject({
      'x-propylon-subject': ['batch'],
      'x-propylon-provider': ['keys'],
      'x-propylon-scopes': ['orders.read'],
    });
    expect(seen.last()).not.toHaveProperty(name.toLowerCase());
  });

  it.each<[string, string]>([
    ['unknown', `propylon_${'a'.repeat(43)}`],
    ['expired', expired.key],
    ['disabled', disabled.key],
    ['cut short', batch.key.slice(0, -1)],
    ['in another case', batch.key.toUpperCase()],
    ['its own digest', /sha256:([0-9a-f]+)/.exec(batch.entry)?.[1] ?? ''],
    ['longer than any', 'a'.repeat(5_000)],
    ['empty', ''],
  ])('that is %s is refused in the same words as any other', async (_, key) => {
    const response = await get({ 'x-api-key': key });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      'ApiKey realm="shop", header="x-api-key", error="invalid_token", error_description="The API key is not valid"',
    );
    expect(await response.json()).toMatchObject({ message: 'The API key is not valid.' });
  });

  it('must be there', async () => {
    const response = await get({});
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      'ApiKey realm="shop", header="x-api-key"',
    ]);
  });

  it('must be the only one', async () => {
    const response = await get({ 'x-api-key': batch.key, 'x-goog-api-key': partner.key });
    expect(response.status).toBe(400);
  });

  it('is not needed where a method is public', async () => {
    // The backend has no such method: the call came through.
    expect((await get({}, '/v1/raw')).status).toBe(501);
  });

  it.each(['$key', '%24key', 'key'])('in the query, as %s, is none', async (name) => {
    const before = seen.calls;
    expect((await get({}, `/v1/echo?${name}=${batch.key}`)).status).toBe(401);
    expect((await get({ 'x-api-key': batch.key }, `/v1/echo?${name}=${batch.key}`)).status).toBe(400);
    expect(seen.calls).toBe(before);
  });

  it('is nowhere in what clients and logs read', async () => {
    const text = await (await get({ 'x-api-key': expired.key })).text();
    expect(text).not.toContain(expired.key);
  });
});

describe('an API key where the configuration says so', () => {
  let echo: EchoGateway | undefined;
  afterEach(() => echo?.close());
  beforeAll(() => writeFileSync(keysFile, fileOf(batch)));

  it.each(['$key', '%24key', 'key'])('may be in the query, as %s, and binds nothing', async (name) => {
    echo = await startEchoGateway(settings({ query: true }));
    const response = await fetch(`${echo.url}/v1/echo?text=a&${name}=${batch.key}`);
    expect([response.status, await response.json()]).toEqual([200, { text: 'a' }]);
  });

  it.each<[string, string]>([
    ['given twice', `$key=${batch.key}&$key=${batch.key}`],
    ['given twice in two ways', `$key=${batch.key}&key=${batch.key}`],
    ['in a query that cannot be read', `$key=${batch.key}&%zz=1`],
  ])('in the query, %s, lets nobody in', async (_, query) => {
    echo = await startEchoGateway(settings({ query: true }));
    expect((await fetch(`${echo.url}/v1/echo?${query}`)).status).toBe(401);
  });

  it('is in a header field of another name, and in no other', async () => {
    echo = await startEchoGateway(settings({ header: 'X-Shop-Key' }));
    const status = async (name: string) =>
      (await fetch(`${echo?.url}/v1/echo`, { headers: { [name]: batch.key } })).status;
    expect([await status('x-shop-key'), await status('x-api-key')]).toEqual([200, 401]);
  });

  it.each(['Authorization', 'cookie', 'x y'])('is never in %s', (header) => {
    expect(() => settings({ header })).toThrow(/header/);
  });
});

describe('a key file', () => {
  const warnings: string[] = [];
  let echo: EchoGateway | undefined;
  beforeEach(() => void warnings.splice(0));
  afterEach(() => echo?.close());

  const start = async (file = keysFile) => {
    echo = await startEchoGateway({
      ...settings({ keysFile: file }),
      warn: (text) => void warnings.push(text),
    });
    const { url } = echo;
    return async (key: NewKey) =>
      (await fetch(`${url}/v1/echo`, { headers: { 'x-api-key': key.key } })).status;
  };

  it('is read again when it changes', async () => {
    writeFileSync(keysFile, fileOf(batch));
    const status = await start();
    expect([await status(batch), await status(partner)]).toEqual([200, 401]);
    writeFileSync(keysFile, fileOf(partner));
    await vi.waitFor(async () => expect(await status(partner)).toBe(200), 10_000);
    expect(await status(batch)).toBe(401);
  });

  it('is read again when a link above it changes, as in a ConfigMap', async () => {
    const mount = join(folder, 'mount');
    const version = (name: string, ...keys: readonly NewKey[]): void => {
      mkdirSync(join(mount, name), { recursive: true });
      writeFileSync(join(mount, name, 'keys.yaml'), fileOf(...keys));
      symlinkSync(name, join(mount, '..data_tmp'));
      renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
    };
    version('..1', batch);
    symlinkSync(join('..data', 'keys.yaml'), join(mount, 'keys.yaml'));
    const status = await start(join(mount, 'keys.yaml'));
    expect(await status(partner)).toBe(401);
    version('..2', partner);
    await vi.waitFor(async () => expect(await status(partner)).toBe(200), 10_000);
  });

  it('that is bad or gone is refused, and the keys before it count', async () => {
    writeFileSync(keysFile, fileOf(batch));
    const status = await start();
    writeFileSync(keysFile, 'keys: [{ id: a }]');
    await vi.waitFor(() => expect(warnings).toHaveLength(1), 10_000);
    rmSync(keysFile);
    await vi.waitFor(() => expect(warnings).toHaveLength(2), 10_000);
    expect(await status(batch)).toBe(200);
    writeFileSync(keysFile, fileOf(partner));
    await vi.waitFor(async () => expect(await status(partner)).toBe(200), 10_000);
    expect(warnings.every((text) => text.includes(keysFile))).toBe(true);
  });

  it.each<[string, string | undefined, RegExp]>([
    ['is not there', undefined, /cannot be read/],
    ['is no YAML', 'keys: [', /YAML/],
    ['has keys in plain text', 'keys: [{ id: a, hash: secret, subject: a }]', /sha256/],
    ['has a member that is not known', `keys: [{ ...${'x'} }]`, /key file/],
    ['has one key twice', fileOf(batch, batch), /two keys with the id/],
    [
      'has one key under two ids',
      `${fileOf(batch)}  - ${batch.entry.replace(/key-\w+/, 'other')}\n`,
      /twice/,
    ],
    ['has a date that is none', `keys: [${batch.entry.replace('}', '')}, "expires": "soon"}]`, /key file/],
    ['is full of aliases', 'a: &a [x]\nkeys: *a', /YAML/],
  ])('that %s fails the load', async (_, text, message) => {
    if (text === undefined) rmSync(keysFile, { force: true });
    else writeFileSync(keysFile, text);
    const load = createGateway({
      sources: [{ label: 'echo', load: async () => echoImage }],
      backends: [{ selector: '*', target: '127.0.0.1:1' }],
      ...settings(),
    });
    await expect(load).rejects.toThrow(DiagnosticsError);
    await expect(load).rejects.toThrow(message);
  });
});
