import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type PropylonGateway } from '../../src/index.js';
import { traceFieldNames } from '../../src/trace-fields.js';
import { compileProtos } from '../support/compile-protos.js';
import { type EchoBackend, startEchoBackend } from '../support/echo-backend.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { pick, seeded } from '../support/random-message.js';
import { sendRaw } from '../support/raw-http.js';

/** What a client may try: forged metadata, respelt paths, overridden fields, smuggled requests, floods. */

const proto = `syntax = "proto3";
package a.v1;
import "google/api/annotations.proto";
import "google/protobuf/any.proto";
import "google/protobuf/struct.proto";
service Users {
  rpc Get(User) returns (User) { option (google.api.http) = { get: "/v1/users/{user_name}" }; }
  rpc Put(User) returns (User) { option (google.api.http) = { put: "/v1/users/{user_name}" body: "*" }; }
  rpc Patch(Change) returns (User) { option (google.api.http) = { patch: "/v1/users/{user.user_name}" body: "user" }; }
  rpc Delete(User) returns (User) { option (google.api.http) = { delete: "/v1/users/{user_name}" }; }
}
message Change { User user = 1; bool dry_run = 2; }
message User {
  string user_name = 1;
  string note = 2;
  map<string, string> labels = 3;
  google.protobuf.Struct extra = 4;
  google.protobuf.Any any = 5;
  User parent = 6;
}
`;

let backend: EchoBackend;
let gateway: PropylonGateway;
let listener: Awaited<ReturnType<PropylonGateway['listen']>>;
let base = '';

beforeAll(async () => {
  backend = await startEchoBackend(
    ['Get', 'Put', 'Patch', 'Delete'].map((method) => `/a.v1.Users/${method}`),
    (call) => (call.path.endsWith('Patch') ? userOf(call.message) : call.message),
  );
  gateway = await createGateway({
    sources: [
      { label: 'attack', load: async () => compileProtos({ ...httpAnnotations(), 'a.proto': proto }) },
    ],
    backends: [{ selector: '*', target: backend.target }],
  });
  listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
  base = `http://127.0.0.1:${listener.port}`;
});
afterAll(async () => {
  await listener?.close();
  await gateway?.close();
  backend?.close();
});
beforeEach(() => {
  backend.calls.length = 0;
});

/** Field 1 of a Change, whose length fits in one or two bytes. */
function userOf(change: Buffer): Buffer {
  const long = (change[1] ?? 0) > 127;
  const start = long ? 3 : 2;
  const length = long ? (change[1] ?? 0) - 128 + (change[2] ?? 0) * 128 : (change[1] ?? 0);
  return change.subarray(start, start + length);
}

const leaks = /127\.0\.0\.1|localhost|\bat .*\(|node:|node_modules|\.ts:|\.js:/;

async function call(path: string, init: RequestInit = {}) {
  const answer = await fetch(`${base}${path}`, init);
  const text = await answer.text();
  expect(text).not.toMatch(leaks);
  return { status: answer.status, text, json: text === '' ? undefined : JSON.parse(text) };
}

describe('metadata comes from the allow-list alone', () => {
  const allowed = new Set([
    'authorization',
    'accept-language',
    ...traceFieldNames,
    'baggage',
    'x-request-id',
    'idempotency-key',
    'if-match',
    'if-none-match',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-user-agent',
    // grpc-js's own.
    'user-agent',
    'accept-encoding',
    'grpc-accept-encoding',
    'grpc-timeout',
    'te',
    'content-type',
  ]);
  const stems = [
    'x-user-id',
    'x-role',
    'x-endpoint-api-userinfo',
    'authorization',
    'cookie',
    'grpc-timeout-x',
    'grpc-trace-bin',
    'grpc-tags-bin',
    'grpc-status',
    'grpc-encoding',
    'grpc-previous-rpc-attempts',
    'x-envoy-original-path',
    'x-envoy-internal',
    'x-forwarded-client-cert',
    'x-http-method-override',
    'x-original-url',
    'forwarded',
    'x-b3-traceid',
    'proxy-authorization',
    'x-secret-bin',
    'via',
    'x-real-ip',
    'x-api-key',
    'from',
    'origin',
  ];
  const respell = [
    (name: string) => name.toUpperCase(),
    (name: string) => name.replaceAll('-', '_'),
    (name: string) => `grpc-metadata-${name}`,
    (name: string) => `Grpc-Metadata-${name}-bin`,
    (name: string) => `grpcgateway-${name}`,
    (name: string) => `x-${name}`,
    (name: string) => `${name}-`,
    (name: string) => name.split('').reverse().join(''),
  ];

  it('of 5,000 names that a client sends, no other arrives', async () => {
    const random = seeded(7);
    for (let round = 0; round < 125; round++) {
      const headers = Array.from({ length: 40 }, (_, index) => {
        const name = pick(
          random,
          respell,
        )(pick(random, stems)).replace(/^authorization$/i, 'x-authorization');
        return `${name}${index % 3 === 0 ? `${round}${index}` : ''}: QUFB\r\n`;
      });
      const answer = await sendRaw(
        listener.port,
        `GET /v1/users/me HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${headers.join('')}\r\n`,
      );
      expect([200, 400]).toContain(answer.statuses[0]);
    }
    const arrived = new Set(backend.calls.flatMap((seen) => Object.keys(seen.metadata)));
    expect(backend.calls.length).toBeGreaterThan(50);
    expect([...arrived].filter((name) => !allowed.has(name))).toEqual([]);
  });

  it('a name in Connection is not forwarded, whatever list it is on', async () => {
    await sendRaw(
      listener.port,
      'GET /v1/users/me HTTP/1.1\r\nHost: h\r\nConnection: close, x-request-id\r\nX-Request-Id: forged\r\n\r\n',
    );
    expect(backend.calls[0]?.metadata['x-request-id']).not.toBe('forged');
  });

  it.each(['authorization', 'x-request-id'])('%s given twice is refused', async (name) => {
    const answer = await sendRaw(
      listener.port,
      `GET /v1/users/me HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${name}: a\r\n${name}: b\r\n\r\n`,
    );
    expect(answer.statuses).toEqual([400]);
    expect(backend.calls).toEqual([]);
  });

  it('what is forwarded of the peer is the peer, not what it says of itself', async () => {
    const hops = Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`).join(', ');
    await call('/v1/users/me', {
      headers: { 'x-forwarded-for': hops, 'x-forwarded-proto': 'https', forwarded: 'for=1.2.3.4' },
    });
    const seen = backend.calls[0]?.metadata ?? {};
    expect(seen['x-forwarded-for']?.endsWith('127.0.0.1')).toBe(true);
    expect(seen['forwarded']).toBeUndefined();
  });
});

describe('the method is the one on the request line', () => {
  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method'])(
    '%s changes nothing',
    async (name) => {
      for (const method of ['GET', 'PUT'])
        await call('/v1/users/me', {
          method,
          headers: { [name]: 'DELETE', 'content-type': 'application/json' },
          ...(method === 'PUT' ? { body: '{}' } : {}),
        });
      expect(backend.calls.map((seen) => seen.path)).toEqual(['/a.v1.Users/Get', '/a.v1.Users/Put']);
    },
  );
});

describe('a path in another spelling reaches the same method with the same value, or none', () => {
  const spellings = [
    '//v1/users/me',
    '/v1//users/me',
    '/v1/users//me',
    '/v1/users/me/',
    '/v1/users/me//',
    '/v1/./users/me',
    '/v1/../v1/users/me',
    '/v1/%2e/users/me',
    '/v1/%2e%2e/v1/users/me',
    '/v1/users/%2e%2e',
    '/v1/users/..',
    '/v1/users/.',
    '/v1\\\\users\\\\me',
    '/v1/users\\\\me',
    '/v1%2fusers/me',
    '/v1/users%2Fme',
    '/V1/users/me',
    '/v1/Users/me',
    '/v1/users/me;a=b',
    '/v1/users;a/me',
    '/v1/users/me%00',
    '/v1/users/%00',
    '/v1/users/me%',
    '/v1/users/me%2',
    '/v1/users/me%zz',
    '/v1/users/%c0%af',
    '/v1/users/%ff',
    '/v1/users/me#x',
    'v1/users/me',
    '*',
    '/v1/users/me:delete',
    '/v1/users/%6de',
    '/%76%31/users/me',
    '/v1/%75sers/me',
    '/v1/users/%252e%252e',
    '/v1/users/..%2fme',
    '/v1/users/a%2f..%2fme',
    '/v1/users/me%20',
    '/v1/users/me%09',
    '/v1/users/me%0d%0ax:y',
    '/v1/users/\u00e9',
    'http://other/v1/users/me',
    'http://other//v1/users/me',
    'https://x/v1/users/me',
    '//other/v1/users/me',
  ];
  const methods = ['GET', 'DELETE'];
  it.each(spellings.flatMap((path) => methods.map((method) => [method, path] as const)))(
    '%s %s',
    async (method, path) => {
      const answer = await sendRaw(
        listener.port,
        Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`, 'latin1'),
      );
      expect(answer.statuses).toHaveLength(1);
      expect([200, 400, 404, 405]).toContain(answer.statuses[0]);
      expect(answer.text).not.toMatch(leaks);
      if (answer.statuses[0] === 200) {
        expect(backend.calls.map((seen) => seen.path)).toEqual([
          `/a.v1.Users/${method === 'GET' ? 'Get' : 'Delete'}`,
        ]);
        // The value is one segment: no slash of the path, decoded once.
        const last = path.split('/').at(-1) ?? '';
        expect(backend.calls[0]?.message.subarray(2).toString()).toBe(decodeURIComponent(last));
      } else expect(backend.calls).toEqual([]);
    },
  );
});

describe('neither body nor query names what the path has named', () => {
  const json = { 'content-type': 'application/json' };
  it.each([
    ['PUT', '/v1/users/me', '{"userName":"other"}'],
    ['PUT', '/v1/users/me', '{"user_name":"other"}'],
    ['PUT', '/v1/users/me', '{"userName":"me","user_name":"other"}'],
    ['PUT', '/v1/users/me', '{"user\\\\u004eame":"other"}'],
    ['PUT', '/v1/users/me', '{"userName":"me","userName":"other"}'],
    ['PUT', '/v1/users/me?userName=other', '{}'],
    ['PATCH', '/v1/users/me', '{"userName":"other"}'],
    ['PATCH', '/v1/users/me', '{"user_name":"other"}'],
    ['PATCH', '/v1/users/me?user.userName=other', '{}'],
    ['PATCH', '/v1/users/me?user.note=x', '{}'],
    ['PATCH', '/v1/users/me?user[userName]=other', '{}'],
  ])('%s %s %s', async (method, path, body) => {
    expect((await call(path, { method, body, headers: json })).status).toBe(400);
    expect(backend.calls).toEqual([]);
  });
  it.each([
    '?userName=other',
    '?user_name=other',
    '?user%4eame=other',
    '?userName=me',
    '?parent.userName=x&userName=o',
  ])('GET /v1/users/me%s', async (query) => {
    expect((await call(`/v1/users/me${query}`)).status).toBe(400);
    expect(backend.calls).toEqual([]);
  });
  const forms = { 'content-type': 'application/x-www-form-urlencoded' };
  const protobuf = { 'content-type': 'application/x-protobuf' };
  const other = Buffer.from('\n\x05other');
  const gzipped = { ...json, 'content-encoding': 'gzip' };
  it.each<[string, string, Buffer | string, Record<string, string>]>([
    ['PUT', '/v1/users/me', 'userName=other', forms],
    ['PUT', '/v1/users/me', 'user_name=other', forms],
    ['PUT', '/v1/users/me', 'user%4eame=other', forms],
    ['PUT', '/v1/users/me', 'user_name=me&userName=other', forms],
    ['PATCH', '/v1/users/me', 'userName=other', forms],
    ['PATCH', '/v1/users/me', 'user.userName=other', forms],
    ['PUT', '/v1/users/me', other, protobuf],
    ['PUT', '/v1/users/me', Buffer.concat([Buffer.from('\n\x02me'), other]), protobuf],
    ['PUT', '/v1/users/me', Buffer.of(0x12, 0x7f), protobuf],
    ['PATCH', '/v1/users/me', other, protobuf],
    ['PATCH', '/v1/users/me', Buffer.concat([other, Buffer.of(0x12, 0x7f)]), protobuf],
    ['PUT', '/v1/users/me', gzipSync('{"userName":"other"}'), gzipped],
    ['PUT', '/v1/users/me', '{"userName":"other"}', { 'content-type': 'application/merge-patch+json' }],
  ])('%s %s %s as %j', async (method, path, body, headers) => {
    expect((await call(path, { method, body: new Uint8Array(Buffer.from(body)), headers })).status).toBe(400);
    expect(backend.calls).toEqual([]);
  });
  it('the equal value in the body is no conflict', async () => {
    const { status, json: body } = await call('/v1/users/me', {
      method: 'PUT',
      body: '{"userName":"me","note":"n"}',
      headers: json,
    });
    expect([status, body]).toEqual([200, { userName: 'me', note: 'n' }]);
  });
});

describe('one connection, one reading of where a request ends (RFC 9112)', () => {
  const smuggled = 'DELETE /v1/users/victim HTTP/1.1\r\nHost: h\r\n\r\n';
  const head = 'PUT /v1/users/me HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n';
  it.each([
    [
      'length and chunks',
      `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      'two lengths',
      `${head}Content-Length: 2\r\nContent-Length: ${2 + smuggled.length}\r\n\r\n{}${smuggled}`,
    ],
    ['lengths in a list', `${head}Content-Length: 2, 3\r\n\r\n{}${smuggled}`],
    ['a signed length', `${head}Content-Length: +2\r\n\r\n{}${smuggled}`],
    ['a length in hex', `${head}Content-Length: 0x2\r\n\r\n{}${smuggled}`],
    ['chunked, respelt', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['chunked twice', `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`],
    ['a bad chunk size', `${head}Transfer-Encoding: chunked\r\n\r\n2x\r\n{}\r\n0\r\n\r\n${smuggled}`],
    ['a space before the colon', `${head}Content-Length : 2\r\n\r\n{}${smuggled}`],
    ['a folded header', `${head}X: a\r\n b\r\nContent-Length\r\n : 2\r\n\r\n{}${smuggled}`],
    ['NUL in a header', `${head}X: a\0b\r\nContent-Length: 2\r\n\r\n{}${smuggled}`],
    ['a bare CR in a header', `${head}X: a\rContent-Length: 0\r\nContent-Length: 2\r\n\r\n{}${smuggled}`],
  ])('%s: refused and closed, nothing behind it is read', async (_, bytes) => {
    const answer = await sendRaw(listener.port, bytes);
    expect([400, 501]).toContain(answer.statuses[0]);
    expect(answer.statuses).toHaveLength(1);
    expect(answer.closed).toBe(true);
    expect(backend.calls.filter((seen) => seen.path.endsWith('Delete'))).toEqual([]);
  });
});

describe('names are names', () => {
  const json = { 'content-type': 'application/json' };
  const untouched = () => expect(Object.keys(Object.prototype)).toEqual([]);
  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'constructor.prototype'])(
    '%s as a key of a map, of a Struct, of a message and of a query',
    async (name) => {
      const key = JSON.stringify(name);
      const body = `{"labels":{${key}:"x"},"extra":{${key}:{${key}:1}}}`;
      const answer = await call('/v1/users/me', { method: 'PUT', body, headers: json });
      expect(answer.status).toBe(200);
      expect(answer.text).toBe(`{"userName":"me",${body.slice(1)}`);
      expect((await call('/v1/users/me', { method: 'PUT', body: `{${key}:1}`, headers: json })).status).toBe(
        400,
      );
      expect((await call(`/v1/users/me?${name}=1`)).status).toBe(400);
      expect((await call(`/v1/users/me?labels[${name}]=1`)).text).toBe(
        `{"userName":"me","labels":{${key}:"1"}}`,
      );
      await call('/v1/users/me', { headers: { [name.replace('.', '-')]: 'x' } });
      untouched();
    },
  );
  it.each(['UserName', 'USERNAME', 'username', 'Note', 'NOTE'])(
    '%s is not a field: case counts',
    async (name) => {
      expect(
        (await call('/v1/users/me', { method: 'PUT', body: `{"${name}":"x"}`, headers: json })).status,
      ).toBe(400);
    },
  );
});

describe('what is too much is refused, and costs no one else', () => {
  const json = { 'content-type': 'application/json' };
  const deep = (open: string, close: string, times = 100_000) => open.repeat(times) + close.repeat(times);
  it.each([
    ['messages', `{"parent":${deep('{"parent":', '}')}}`],
    ['a Struct', `{"extra":${deep('{"a":', '}')}}`],
    ['arrays in a Struct', `{"extra":{"a":${deep('[', ']')}}}`],
    ['Any', `{"any":${deep('{"@type":"a/google.protobuf.Any","value":', '}', 50_000)}}`],
    ['an unknown field', `{"nope":${deep('[', ']')}}`],
  ])('nesting of %s', async (_, body) => {
    expect((await call('/v1/users/me', { method: 'PUT', body, headers: json })).status).toBe(400);
  });
  it('nesting in a query', async () => {
    expect((await call(`/v1/users/me?${'parent.'.repeat(500)}note=x`)).status).toBe(400);
    expect((await call(`/v1/users/me?labels${'[a'.repeat(500)}${']'.repeat(500)}=x`)).status).toBeLessThan(
      500,
    );
  });
  it('a hundred thousand keys of a map arrive, and equal ones among them are found', async () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `"${index * 2654435761}":""`);
    const body = `{"labels":{${keys.join(',')}}}`;
    const answer = await call('/v1/users/me', { method: 'PUT', body, headers: json });
    expect([answer.status, answer.text.length]).toEqual([200, body.length + '"userName":"me",'.length]);
    const twice = `{"labels":{${[...keys, keys[0]].join(',')}}}`;
    expect((await call('/v1/users/me', { method: 'PUT', body: twice, headers: json })).status).toBe(400);
  });
  it('more parameters than any form has', async () => {
    const query = Array.from({ length: 2_000 }, (_, index) => `a${index}`).join('&');
    expect((await call(`/v1/users/me?${query}`)).status).toBe(400);
  });
});

describe('every character comes back as it was', () => {
  it('all code points, in pieces of 997', async () => {
    const headers = { 'content-type': 'application/json' };
    const points = Array.from({ length: 0x110000 }, (_, point) => point).filter(
      (point) => point < 0xd800 || point > 0xdfff,
    );
    // A prime number of them, so that buffers end inside of characters.
    for (let at = 0; at < points.length; at += 99_991) {
      const note = String.fromCodePoint(...points.slice(at, at + 997));
      const answer = await call('/v1/users/me', { method: 'PUT', body: JSON.stringify({ note }), headers });
      expect(answer.json.note).toBe(note);
    }
  });
});
