import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { sendRaw } from '../support/raw-http.js';

/** Every request has one id: on the answer, for the backend, and in the log. */

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe.each([
  ['clients', {}, true],
  ['trusted proxies, of whom there are none', { requestIdsFrom: 'trustedProxies' }, false],
  [
    'trusted proxies, of whom the peer is none',
    { requestIdsFrom: 'trustedProxies', trustedProxies: ['10.0.0.1'] },
    false,
  ],
  [
    'trusted proxies, of whom the peer is one',
    { requestIdsFrom: 'trustedProxies', trustedProxies: ['loopback'] },
    true,
  ],
] as const)('from %s', (_whom, options, isKept) => {
  let echo: EchoGateway;
  const told: unknown[] = [];
  const logged: string[] = [];
  beforeAll(async () => {
    const { gate } = gateSettings(
      {},
      { ...options, trustedProxies: [...('trustedProxies' in options ? options.trustedProxies : [])] },
    );
    echo = await startEchoGateway(
      { ...(gate === undefined ? {} : { gate }), log: ({ requestId }) => void logged.push(requestId) },
      {
        Unary(call, callback) {
          told.push(...call.metadata.get('x-request-id'));
          callback(null, call.request);
        },
      },
    );
  });
  afterAll(() => echo?.close());

  async function ask(path: string, ...ids: string[]): Promise<{ status: number; ids: unknown[] }> {
    told.length = 0;
    logged.length = 0;
    const fields = ids.map((id) => `x-request-id: ${id}\r\n`).join('');
    const { text, statuses } = await sendRaw(
      echo.port,
      Buffer.from(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${fields}\r\n`, 'latin1'),
    );
    const answered = [...text.matchAll(/^x-request-id: (.*)\r$/gim)].map(([, id]) => id);
    return { status: statuses[0] ?? 0, ids: [...answered, ...told, ...logged] };
  }

  it('one that is well-formed is kept, or made anew', async () => {
    const { ids } = await ask('/v1/echo', 'a-b 1');
    expect(ids).toEqual(Array(3).fill(isKept ? 'a-b 1' : expect.stringMatching(uuid)));
    expect(new Set(ids).size).toBe(1);
  });

  it.each([
    ['none', []],
    ['an empty one', ['']],
    ['a long one', ['a'.repeat(201)]],
    ['one that is not ASCII', ['\xe4']],
  ])('%s is made anew', async (_what, given) => {
    const { ids } = await ask('/v1/echo', ...given);
    expect(ids).toEqual(Array(3).fill(expect.stringMatching(uuid)));
    expect(new Set(ids).size).toBe(1);
  });

  it('two are refused', async () => {
    const { status, ids } = await ask('/v1/echo', 'a', 'b');
    expect(status).toBe(isKept ? 400 : 200);
    expect(ids).toEqual(Array(isKept ? 2 : 3).fill(expect.stringMatching(uuid)));
  });

  it('is on errors and unknown paths', async () => {
    for (const path of ['/v1/echo?nothing=1', '/nowhere']) {
      expect((await ask(path, 'a')).ids).toEqual(Array(2).fill(isKept ? 'a' : expect.stringMatching(uuid)));
    }
  });
});
