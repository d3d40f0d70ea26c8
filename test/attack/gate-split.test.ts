import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBytesBackend } from '../support/bytes-backend.js';
import { readsImage } from '../support/cached-gateway.js';
import { type EchoGateway, messageOf, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';

/** A header field by which one of several backends is chosen: what it answers must not be stored for those who did not choose it. */

const closers: (() => void)[] = [];
async function backend(text: string): Promise<string> {
  const answer = messageOf({ text });
  const { port, close } = await startBytesBackend({
    Unary: (_call, callback) => callback(null, Buffer.from(answer)),
  });
  closers.push(close);
  return `127.0.0.1:${port}`;
}

let at: EchoGateway;
beforeAll(async () => {
  at = await startEchoGateway({
    ...gateSettings({
      '*': { authentication: { mode: 'none' } },
      't.T.Unary': { cache: { ttl: '60s', scope: 'shared' } },
    }),
    sources: [{ label: 'reads', load: async () => readsImage }],
    backends: [
      {
        selector: '*',
        target: await backend('stable'),
        split: [
          { target: await backend('canary'), when: { header: 'X-Canary' } },
          { target: await backend('half'), percent: 50 },
        ],
        splitOn: { cookie: 'session' },
      },
    ],
  });
});
afterAll(async () => {
  await at?.close();
  for (const close of closers) close();
});

it.each<[string, string, Record<string, string>]>([
  ['another backend', 'canary', { 'x-canary': '1' }],
  ['another backend, by a field that says nothing', 'canary', { 'x-canary': '' }],
])('keeps the answers of %s apart', async (name, chosen, headers) => {
  const get = async (more: Record<string, string>) => {
    const response = await fetch(`${at.url}/v1/read?name=${encodeURIComponent(name)}`, {
      headers: { cookie: 'session=1', ...more },
    });
    const { text } = (await response.json()) as { readonly text?: string };
    return { text, cache: response.headers.get('cache-status'), vary: response.headers.get('vary') };
  };
  const first = await get(headers);
  expect(first.text).toBe(chosen);
  expect(first.vary).toContain('x-canary');
  expect((await get({})).text).not.toBe(chosen);
  expect(await get(headers)).toMatchObject({ text: chosen, cache: expect.stringContaining('; hit') });
});

it('keeps the two sides of a split apart that a cookie decides on', async () => {
  const texts = async (): Promise<readonly unknown[]> => {
    const all = [];
    for (let session = 0; session < 12; session++) {
      const response = await fetch(`${at.url}/v1/read`, {
        headers: { cookie: `session=${session}` },
      });
      all.push(((await response.json()) as { readonly text?: string }).text);
    }
    return all;
  };
  const first = await texts();
  expect(new Set(first)).toEqual(new Set(['stable', 'half']));
  expect(await texts()).toEqual(first);
});
