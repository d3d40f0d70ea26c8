import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Etcd, etcdProgram, startEtcd } from '../support/etcd.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';
import { writeAnnotatedProtos, writePlainProtosAndRules } from './etcd-protos.js';

/**
 * Propylon in front of a real etcd, whose API was not made by us, compared with etcd's own REST
 * endpoint (grpc-gateway 1.x under /v3) wherever both serve the same call.
 */

interface Answer {
  readonly httpStatus: number;
  readonly json: Record<string, unknown>;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe.skipIf(etcdProgram === undefined)('in front of etcd', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'propylon-etcd-'));
  let etcd: Etcd | undefined;
  let etcdUrl = '';
  const gateways = new Map<string, PropylonProcess>();

  const post = async (
    base: string,
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { httpStatus: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  const gatewayUrl = (name: string): string =>
    gateways.get(name)?.url ?? 'http://gateway.was.not.started.invalid';

  beforeAll(async () => {
    etcd = await startEtcd(scratch);
    etcdUrl = `http://127.0.0.1:${etcd.port}`;
    writeAnnotatedProtos(join(scratch, 'annotated'));
    writePlainProtosAndRules(join(scratch, 'plain'), join(scratch, 'rules.yaml'));
    // etcd's own gateway prints proto field names: the one difference that is configuration.
    writeFileSync(join(scratch, 'propylon.yaml'), 'json:\n  protoNames: true\n');
    const common = [
      '--config',
      join(scratch, 'propylon.yaml'),
      '--backend',
      `etcdserverpb.*=${etcdUrl.slice('http://'.length)}`,
    ];
    gateways.set('annotations', await startPropylon(['--proto', join(scratch, 'annotated'), ...common]));
    gateways.set(
      'rules file',
      await startPropylon([
        '--proto',
        join(scratch, 'plain'),
        '--rules',
        join(scratch, 'rules.yaml'),
        ...common,
      ]),
    );
  }, 60_000);

  afterAll(async () => {
    await Promise.all([...gateways.values()].map((gateway) => gateway.stop()));
    await etcd?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  describe.each(['annotations', 'rules file'])('with HTTP rules from %s', (name) => {
    const call = (path: string, body: unknown, headers?: Record<string, string>) =>
      post(gatewayUrl(name), path, body, headers);
    const own = (path: string, body: unknown, headers?: Record<string, string>) =>
      post(etcdUrl, path, body, headers);
    const key = (text: string): string => base64(`${name}/${text}`);
    const end = base64(`${name}0`); // "0" follows "/": the whole prefix

    it('puts and reads back, as etcd itself reads it', async () => {
      const put = await call('/v3/kv/put', { key: key('a'), value: base64('Grüße, 世界') });
      expect(put.httpStatus).toBe(200);
      expect(put.json['header']).toMatchObject({
        cluster_id: expect.stringMatching(/^\d+$/),
        revision: expect.stringMatching(/^\d+$/),
      });
      const range = await call('/v3/kv/range', { key: key('a') });
      expect(range).toEqual(await own('/v3/kv/range', { key: key('a') }));
      expect(range.json['kvs']).toMatchObject([
        { key: key('a'), value: base64('Grüße, 世界'), version: '1' },
      ]);
    });

    it.each<[string, (k: (text: string) => string, e: string) => object]>([
      ['a missing key', (k) => ({ key: k('none') })],
      ['a prefix', (k, e) => ({ key: k(''), range_end: e })],
      ['a prefix, in lowerCamel names', (k, e) => ({ key: k(''), rangeEnd: e, keysOnly: true })],
      [
        'sorted and limited, enums by name',
        (k, e) => ({ key: k(''), range_end: e, limit: '1', sort_order: 'Descend', sort_target: 'Key' }),
      ],
      [
        'enums by number, 64-bit as number',
        (k, e) => ({ key: k(''), range_end: e, limit: 2, sort_order: 2, sort_target: 1 }),
      ],
      ['count only', (k, e) => ({ key: k(''), range_end: e, count_only: true })],
      ['serializable', (k, e) => ({ key: k(''), range_end: e, serializable: true })],
    ])('answers a range as etcd does: %s', async (_, request) => {
      await call('/v3/kv/put', { key: key('a'), value: base64('1') });
      await call('/v3/kv/put', { key: key('b'), value: base64('2') });
      const body = request(key, end);
      const answer = await call('/v3/kv/range', body);
      expect(answer.httpStatus).toBe(200);
      // npm's etcd3 spells enum values its own way; by number both mean the same.
      const numbered = JSON.parse(JSON.stringify(body).replace('"Descend"', '2').replace('"Key"', '0'));
      expect(answer).toEqual(await own('/v3/kv/range', numbered));
    });

    it('answers a transaction: oneofs, nested and repeated messages', async () => {
      await call('/v3/kv/put', { key: key('txn'), value: base64('old') });
      const txn = {
        compare: [{ key: key('txn'), target: 3, result: 0, value: base64('old') }],
        success: [{ request_range: { key: key('txn') } }],
        failure: [{ request_put: { key: key('txn'), value: base64('wrong') } }],
      };
      const answer = await call('/v3/kv/txn', txn);
      expect(answer).toEqual(await own('/v3/kv/txn', txn));
      expect(answer.json).toMatchObject({
        succeeded: true,
        responses: [{ response_range: { kvs: [{ value: base64('old') }] } }],
      });
    });

    it('deletes a range and returns what was there', async () => {
      await call('/v3/kv/put', { key: key('gone'), value: base64('x') });
      const deleted = await call('/v3/kv/deleterange', { key: key('gone'), prev_kv: true });
      expect(deleted.json).toMatchObject({
        deleted: '1',
        prev_kvs: [{ key: key('gone'), value: base64('x') }],
      });
      expect((await own('/v3/kv/range', { key: key('gone') })).json['kvs']).toBeUndefined();
    });

    it('grants, reads and revokes a lease, by main and additional binding', async () => {
      const granted = await call('/v3/lease/grant', { TTL: '600' });
      expect(granted.json).toMatchObject({ TTL: '600', ID: expect.stringMatching(/^\d+$/) });
      const id = granted.json['ID'];
      await call('/v3/kv/put', { key: key('leased'), value: base64('x'), lease: id });
      const question = { ID: id, keys: true };
      const remaining = await call('/v3/lease/timetolive', question);
      expect(remaining).toEqual(await own('/v3/lease/timetolive', question));
      expect(remaining.json).toMatchObject({ grantedTTL: '600', keys: [key('leased')] });
      expect((await call('/v3/kv/lease/revoke', { ID: id })).httpStatus).toBe(200);
      const missing = await call('/v3/lease/revoke', { ID: id });
      expect(missing).toMatchObject({
        httpStatus: 404,
        json: { code: 5, message: 'etcdserver: requested lease not found' },
      });
    });

    it('compacts; a compacted revision is OUT_OF_RANGE with the status and message of etcd', async () => {
      await call('/v3/kv/put', { key: key('c'), value: base64('1') });
      const { json } = await call('/v3/kv/put', { key: key('c'), value: base64('2') });
      const revision = (json['header'] as Record<string, string>)['revision'];
      expect((await call('/v3/kv/compaction', { revision, physical: true })).httpStatus).toBe(200);
      const old = { key: key('c'), revision: '1' };
      const [answer, expected] = [await call('/v3/kv/range', old), await own('/v3/kv/range', old)];
      expect(answer.httpStatus).toBe(400);
      expect(answer.json).toEqual({ code: 11, message: expected.json['message'] });
      expect(expected.json['code']).toBe(11);
    });

    it.each<[string, string, object]>([
      ['an empty key', '/v3/kv/put', { value: base64('x') }],
      ['a future revision', '/v3/kv/range', { key: base64('k'), revision: '999999' }],
      [
        'a duplicate key in a transaction',
        '/v3/kv/txn',
        { success: [{ request_put: { key: base64('d') } }, { request_put: { key: base64('d') } }] },
      ],
    ])("passes on etcd's own refusal: %s", async (_, path, body) => {
      const [answer, expected] = [await call(path, body), await own(path, body)];
      expect(answer.httpStatus).toBe(expected.httpStatus);
      expect(answer.json).toEqual({ code: expected.json['code'], message: expected.json['message'] });
    });

    it.each<[string, object, string]>([
      ['an unknown field', { kee: 'YQ==' }, 'kee'],
      ['bytes that are not base64', { key: '*' }, 'key'],
      ['an unknown enum name', { key: 'YQ==', sort_order: 'SIDEWAYS' }, 'sort_order'],
      ['a fraction where an integer belongs', { key: 'YQ==', limit: 1.5 }, 'limit'],
    ])('refuses what etcd must not see: %s', async (_, body, field) => {
      const answer = await call('/v3/kv/range', body);
      expect(answer).toMatchObject({ httpStatus: 400, json: { code: 3 } });
      expect(JSON.stringify(answer.json['details'])).toContain(field);
    });

    it('watches: a stream both ways over HTTP/1.1, events as they happen, cancelled with the client', async () => {
      const client = new AbortController();
      const response = await fetch(`${gatewayUrl(name)}/v3/watch`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson' },
        body: `${JSON.stringify({ create_request: { key: key('watched') } })}\n`,
        signal: client.signal,
      });
      expect(response.headers.get('content-type')).toBe('application/x-ndjson');
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      const line = async (): Promise<Record<string, unknown>> => {
        while (!text.includes('\n')) {
          const chunk = await reader?.read();
          if (chunk === undefined || chunk.done)
            throw new Error(`the stream ended after ${JSON.stringify(text)}`);
          text += chunk.value;
        }
        const at = text.indexOf('\n');
        const json = JSON.parse(text.slice(0, at)) as Record<string, unknown>;
        text = text.slice(at + 1);
        return json;
      };
      expect(await line()).toMatchObject({ created: true });
      for (const value of ['1', '2']) {
        await own('/v3/kv/put', { key: key('watched'), value: base64(value) });
        expect(await line()).toMatchObject({
          events: [{ kv: { key: key('watched'), value: base64(value) } }],
        });
      }
      client.abort();
    });

    it('carries credentials to etcd and its refusals back', async () => {
      const user = `user-${name.replace(' ', '-')}`;
      for (const [path, body] of [
        ['/v3/auth/user/add', { name: 'root', password: 'root' }],
        ['/v3/auth/role/add', { name: 'root' }],
        ['/v3/auth/user/grant', { user: 'root', role: 'root' }],
        ['/v3/auth/user/add', { name: user, password: 'secret' }],
      ] as const) {
        expect([200, 400]).toContain((await call(path, body)).httpStatus); // the second run finds root there
      }
      expect((await call('/v3/auth/enable', {})).httpStatus).toBe(200);
      try {
        const wrong = { name: user, password: 'wrong' };
        const [refused, expected] = [
          await call('/v3/auth/authenticate', wrong),
          await own('/v3/auth/authenticate', wrong),
        ];
        expect(refused.httpStatus).toBe(expected.httpStatus);
        expect(refused.json).toEqual({ code: expected.json['code'], message: expected.json['message'] });

        const { json } = await call('/v3/auth/authenticate', { name: user, password: 'secret' });
        const denied = await call(
          '/v3/kv/put',
          { key: key('denied') },
          { authorization: String(json['token']) },
        );
        expect(denied).toMatchObject({
          httpStatus: 403,
          json: { code: 7, message: 'etcdserver: permission denied' },
        });
        const forged = await call('/v3/kv/put', { key: key('denied') }, { authorization: 'forged' });
        expect(forged).toMatchObject({ httpStatus: 401, json: { code: 16 } });
      } finally {
        const root = await call('/v3/auth/authenticate', { name: 'root', password: 'root' });
        await call('/v3/auth/disable', {}, { authorization: String(root.json['token']) });
      }
      expect((await call('/v3/kv/put', { key: key('open') })).httpStatus).toBe(200);
    });
  });
});
