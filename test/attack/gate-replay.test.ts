import { afterAll, beforeAll, expect, it } from 'vitest';
import { gateSettings } from '../support/gate-settings.js';
import { ask, type LibraryGateway, startLibraryGateway } from '../support/library-gateway.js';

/** An Idempotency-Key that somebody has found out, where the backend says who callers are. */

let at: LibraryGateway;
beforeAll(async () => {
  at = await startLibraryGateway(
    {
      LendBook: ({ metadata, count }) => ({
        title: `${count} ${metadata['authorization'] ?? metadata['cookie']}`,
      }),
    },
    {
      ...gateSettings({
        '*': { authentication: { mode: 'none' } },
        'lib.v1.Library.LendBook': { idempotency: { mode: 'optional', requestId: false } },
      }),
      metadata: { requestNames: ['cookie'], responseNames: [] },
    },
  );
});
afterAll(() => at?.close());

it.each<[string, Record<string, string>, Record<string, string>]>([
  ['another token', { authorization: 'Bearer ann' }, { authorization: 'Bearer bob' }],
  ['no token', { authorization: 'Bearer ann' }, {}],
  ['another cookie', { cookie: 'session=ann' }, { cookie: 'session=bob' }],
  ['no cookie', { cookie: 'session=ann' }, {}],
])('does not give the answer away to %s', async (name, owner, thief) => {
  const asked = (headers: Record<string, string>) =>
    ask(at.url, 'POST /v1/books/1:lend', {
      body: { to: 'ann' },
      headers: { 'idempotency-key': name.replace(' ', '-'), ...headers },
    });
  const first = await asked(owner);
  const stolen = await asked(thief);
  expect(stolen.status).toBe(200);
  expect(stolen.headers.get('idempotent-replayed')).toBeNull();
  expect(stolen.text).not.toContain('ann');
  const again = await asked(owner);
  expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
});
