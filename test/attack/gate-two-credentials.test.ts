import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { newKey } from '../../src/gate/index.js';
import { type CachedGateway, startCachedGateway } from '../support/cached-gateway.js';

/**
 * An app that has a key, and users whose tokens only the backend knows: what is remembered of one user must
 * not be given to another who comes through the same app.
 */

const folder = mkdtempSync(join(tmpdir(), 'propylon-two-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const keysFile = join(folder, 'keys.yaml');
const app = newKey({ subject: 'app' });
if ('problem' in app) throw new Error(app.problem);
writeFileSync(keysFile, `keys:\n  - ${app.entry}\n`);
const apiKey = app.key;

let at: CachedGateway;
afterEach(() => at?.close());

async function start(cache: { readonly ttl: string; readonly scope?: 'private' | 'shared' }): Promise<void> {
  at = await startCachedGateway(
    {
      't.T.*': {},
      't.T.Unary': { cache },
      't.T.Ping': { idempotency: { mode: 'optional' } },
    },
    { authentication: { providers: { apps: { type: 'apiKey', keysFile } } } },
    { metadata: { requestNames: ['cookie'], responseNames: [] } },
  );
  at.answering = ({ metadata }) => ({ text: `${metadata['authorization']} ${metadata['cookie']}` });
}

const shown: readonly [string, Record<string, string>, Record<string, string>][] = [
  ['another token', { authorization: 'Bearer ann' }, { authorization: 'Bearer bob' }],
  ['no token', { authorization: 'Bearer ann' }, {}],
  ['another password', { authorization: 'Basic ann' }, { authorization: 'Basic bob' }],
  ['another cookie', { cookie: 'id=ann' }, { cookie: 'id=bob' }],
];

describe.each(shown)('of one user, to one with %s,', (_, owner, thief) => {
  it('a stored answer is not given', async () => {
    await start({ ttl: '60s' });
    const get = (headers: Record<string, string>) => at.get('/v1/read', { 'x-api-key': apiKey, ...headers });
    const first = await get(owner);
    expect(first.text).toContain('ann');
    expect((await get(thief)).text).not.toContain('ann');
    const again = await get(owner);
    expect([again.text, again.cache]).toEqual([first.text, expect.stringContaining('; hit')]);
  });

  it('a remembered answer is not given', async () => {
    await start({ ttl: '60s' });
    const post = async (headers: Record<string, string>) => {
      const response = await fetch(`${at.url}/v1/other`, {
        method: 'POST',
        headers: {
          'x-api-key': apiKey,
          'content-type': 'application/json',
          'idempotency-key': 'k',
          ...headers,
        },
        body: '{}',
      });
      return { text: await response.text(), replayed: response.headers.get('idempotent-replayed') };
    };
    const first = await post(owner);
    const stolen = await post(thief);
    expect([stolen.text.includes('ann'), stolen.replayed]).toEqual([false, null]);
    expect(await post(owner)).toEqual({ ...first, replayed: 'true' });
  });
});

it('an answer for all is made without what a user has shown', async () => {
  await start({ ttl: '60s', scope: 'shared' });
  const get = (authorization: string) => at.get('/v1/read', { 'x-api-key': apiKey, authorization });
  expect((await get('Bearer ann')).text).not.toContain('ann');
  expect((await get('Bearer bob')).cache).toContain('; hit');
});
