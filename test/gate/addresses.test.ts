import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiagnosticsError, type GatewayOptions } from '../../src/index.js';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { sendRaw } from '../support/raw-http.js';

/** Who calls, as trusted proxies say it, and the addresses that may. */

const open = { authentication: { mode: 'none' as const } };

describe('the policy addresses', () => {
  let echo: EchoGateway;
  let calls = 0;
  const forwarded: unknown[][] = [];
  beforeAll(async () => {
    echo = await startEchoGateway(
      {
        gate: { trustedProxies: ['loopback', '10.0.0.0/8'] },
        policies: [
          { selector: 't.T', policy: open },
          {
            selector: 't.T.Unary',
            policy: { addresses: { allow: ['192.0.2.0/24', '2001:db8::/32'], deny: ['192.0.2.66'] } },
          },
          { selector: 't.T.ServerStream', policy: { addresses: { deny: ['192.0.2.66'] } } },
        ],
      },
      {
        Unary(call, callback) {
          calls++;
          forwarded.push(
            ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'].map(
              (name) => call.metadata.get(name)[0],
            ),
          );
          callback(null, call.request);
        },
      },
    );
  });
  afterAll(() => echo?.close());

  const ask = (path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${echo.url}${path}`, { headers });

  it.each([
    ['192.0.2.1', 200],
    ['192.0.2.1:4711', 200],
    ['::ffff:192.0.2.1', 200],
    ['2001:DB8::7', 200],
    ['192.0.2.1, 10.1.1.1', 200],
    ['192.0.2.66', 403],
    ['::ffff:c000:242', 403],
    ['192.0.3.1', 403],
    ['2001:db9::', 403],
    // What a client claims in front of its own address.
    ['192.0.2.1, 192.0.3.1', 403],
    ['192.0.2.1, unknown', 403],
    ['', 403],
  ])('asks who is behind the proxies: %j is %d', async (client, httpStatus) => {
    calls = 0;
    const response = await ask('/v1/echo?name=n', { 'x-forwarded-for': client });
    expect([response.status, calls]).toEqual([httpStatus, httpStatus === 200 ? 1 : 0]);
    if (httpStatus === 403) {
      expect(await response.json()).toMatchObject({
        code: 7,
        details: [{ reason: 'ADDRESS_DENIED', domain: 'propylon' }],
      });
    }
  });

  it('holds for streams', async () => {
    expect((await ask('/v1/stream', { 'x-forwarded-for': '192.0.2.66' })).status).toBe(403);
    expect((await ask('/v1/stream', { 'x-forwarded-for': '192.0.2.67' })).status).toBe(200);
  });

  it('refuses before anything of the request is looked at', async () => {
    const body = `POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: 9999999\r\n\r\n`;
    const { statuses } = await sendRaw(echo.port, body);
    expect(statuses).toEqual([403]);
  });

  it('tells backends the scheme and host of which a trusted proxy says that the client has asked for them', async () => {
    forwarded.length = 0;
    await ask('/v1/echo?name=n', {
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
    });
    expect(forwarded).toEqual([['192.0.2.1, 127.0.0.1', 'https', 'shop.example']]);
  });
});

describe('without trusted proxies', () => {
  const start = (options: GatewayOptions): Promise<EchoGateway> => startEchoGateway(options);

  it('the peer is the client, whatever it says', async () => {
    const seen: unknown[] = [];
    const echo = await startEchoGateway(
      { policies: [{ selector: '*', policy: { ...open, addresses: { allow: ['loopback'] } } }] },
      {
        Unary(call, callback) {
          seen.push(call.metadata.get('x-forwarded-proto')[0], call.metadata.get('x-forwarded-host')[0]);
          callback(null, call.request);
        },
      },
    );
    const headers = {
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
    };
    const response = await fetch(`${echo.url}/v1/echo?name=n`, { headers });
    expect(response.status).toBe(200);
    expect(seen).toEqual(['http', `127.0.0.1:${echo.port}`]);
    await echo.close();
  });

  it('a range that is none does not load, and the message names it', async () => {
    const policies = [{ selector: '*', policy: { addresses: { allow: ['10.0.0.1/8'], deny: ['nginx'] } } }];
    const error: unknown = await start({ policies }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DiagnosticsError);
    const text = String(error);
    expect(text).toContain(
      'addresses.allow: 10.0.0.1/8 has bits of an address behind its prefix (policies.*)',
    );
    expect(text).toContain('addresses.deny: nginx is neither');
    // Once for a method, however many bindings it has.
    expect(text.match(/t\.T\.Unary has a wrong value/g)).toHaveLength(2);
  });
});
