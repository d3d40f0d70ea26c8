import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policySchema } from '../../src/gate/index.js';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';

/** Who may do what: three callers by their API keys, and nobody. */

const folder = mkdtempSync(join(tmpdir(), 'propylon-authz-'));
const callers: Readonly<Record<string, object>> = {
  ann: { subject: 'ann', scopes: ['read', 'write'], labels: { team: 'things' } },
  bob: { subject: 'bob', scopes: ['read'], audience: 'partner' },
  eve: { subject: 'eve', audience: 'internal' },
};

let echo: EchoGateway;
let called = 0;
beforeAll(async () => {
  const keys = Object.entries(callers).map(([id, caller]) => ({
    id,
    hash: `sha256:${createHash('sha256').update(id).digest('hex')}`,
    ...caller,
  }));
  const keysFile = join(folder, 'keys.yaml');
  writeFileSync(keysFile, JSON.stringify({ keys }));
  const policy = (selector: string, input: object) => ({ selector, policy: policySchema.parse(input) });
  echo = await startEchoGateway(
    {
      gate: { authentication: { providers: { keys: { type: 'apiKey', keysFile } } } },
      policies: [
        policy('t.T.Unary', {
          authorization: {
            scopes: ['read'],
            rule: `request.name == "" || request.name == "things/" + principal.subject || auth.labels.team == "things"`,
            message: 'Not yours.',
          },
        }),
        policy('t.T.ClientStream', {
          authorization: { rule: 'request.size < 5 && principal.subject == "ann"' },
        }),
        policy('t.T.ServerStream', {
          authentication: { mode: 'optional' },
          authorization: { anyScopes: ['write', 'admin'] },
        }),
        policy('t.T.Ping', {
          visibility: 'partner',
          authorization: { rule: 'source.address == "127.0.0.1"' },
        }),
      ],
    },
    {
      Unary(call, callback) {
        called += 1;
        callback(null, call.request);
      },
      Ping(_, callback) {
        callback(null, Buffer.alloc(0));
      },
    },
  );
});
afterAll(async () => {
  await echo?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(caller: string, request: string, body?: string) {
  const [method = '', path = ''] = request.split(' ');
  const headers = {
    ...(caller === 'nobody' ? {} : { 'x-api-key': caller }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const response = await fetch(`${echo.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const reason = /"reason":"(\w+)"/.exec(text)?.[1];
  return { status: response.status, reason, text, challenge: response.headers.get('www-authenticate') };
}

describe('authorization', () => {
  it.each<[string, string, string | undefined, number, string | undefined]>([
    ['nobody', 'GET /v1/echo', undefined, 401, 'CREDENTIALS_MISSING'],
    ['eve', 'GET /v1/echo', undefined, 403, 'SCOPE_MISSING'],
    ['bob', 'GET /v1/echo', undefined, 200, undefined],
    ['bob', 'PUT /v1/things/bob', '{}', 200, undefined],
    ['bob', 'PUT /v1/things/ann', '{}', 403, 'RULE_DENIED'],
    ['bob', 'PUT /v1/things%2Fann', '{}', 404, 'ROUTE_UNKNOWN'],
    ['bob', 'GET /v1/echo?name=things/ann', undefined, 403, 'RULE_DENIED'],
    ['bob', 'POST /v1/echo', '{"name":"things/ann"}', 403, 'RULE_DENIED'],
    ['bob', 'POST /v1/echo', '{"na\\u006de":"things/ann"}', 403, 'RULE_DENIED'],
    ['ann', 'PUT /v1/things/bob', '{}', 200, undefined],
    ['nobody', 'GET /v1/stream', undefined, 401, 'CREDENTIALS_MISSING'],
    ['bob', 'GET /v1/stream', undefined, 403, 'SCOPE_MISSING'],
    ['ann', 'GET /v1/stream', undefined, 200, undefined],
    ['ann', 'POST /v1/collect', '{"size":"1"}{"size":"4"}', 200, undefined],
    ['ann', 'POST /v1/collect', '{"size":"1"}{"size":"5"}', 403, 'RULE_DENIED'],
    ['bob', 'POST /v1/collect', '{"size":"1"}', 403, 'RULE_DENIED'],
    ['nobody', 'GET /v1/raw', undefined, 404, 'ROUTE_UNKNOWN'],
    ['ann', 'GET /v1/raw', undefined, 404, 'ROUTE_UNKNOWN'],
    ['bob', 'GET /v1/raw', undefined, 200, undefined],
    ['eve', 'GET /v1/raw', undefined, 200, undefined],
    ['forged', 'GET /v1/raw', undefined, 404, 'ROUTE_UNKNOWN'],
  ])('%s: %s %s is %i %s', async (caller, request, body, status, reason) => {
    called = 0;
    const answer = await ask(caller, request, body);
    expect([answer.status, answer.reason]).toEqual([status, reason]);
    if (status !== 200) expect(called).toBe(0);
  });

  it('tells a client what it would need, and no more', async () => {
    expect(await ask('eve', 'GET /v1/echo')).toMatchObject({
      challenge: 'Bearer error="insufficient_scope", scope="read"',
      text: expect.stringContaining('"metadata":{"scopes":"read"}'),
    });
    const { text } = await ask('bob', 'PUT /v1/things/ann', '{}');
    expect(text).toContain('Not yours.');
    expect(text).not.toContain('principal');
  });
});
