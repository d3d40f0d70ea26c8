import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDemoBackends } from '../../src/demo/index.js';
import { buildRegistry, protosSource } from '../../src/descriptor/index.js';
import { createGateway, type GatewayOptions, imageSource } from '../../src/index.js';
import { markedFields, redactionRules } from '../../src/replay/index.js';
import { type Asked, classesOf, recordAll, replayAll, startPeer } from '../support/recording.js';

/** What a replay finds, over real gateways and peers that differ on purpose. */

const image = fileURLToPath(new URL('../../gen/image.binpb', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-replay-'));
const traffic = join(folder, 'traffic.ndjson');

let shop: Awaited<ReturnType<typeof startDemoBackends>>;
const closing: (() => Promise<unknown> | unknown)[] = [];
beforeAll(async () => {
  shop = await startDemoBackends();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await shop?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A gateway in front of the demo's backends. */
async function gateway(options: Partial<GatewayOptions> = {}): Promise<string> {
  const made = await createGateway({ sources: [imageSource(image)], backends: shop.backends, ...options });
  const listener = await made.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
  closing.push(async () => {
    await listener.close();
    await made.close();
  });
  return `http://127.0.0.1:${listener.port}`;
}

async function peer(answer: http.RequestListener): Promise<string> {
  const { url, close } = await startPeer(answer);
  closing.push(close);
  return url;
}

const json = { 'content-type': 'application/json' };
const quote = '{"lines":[{"product":"products/sencha-100g","quantity":12}],"currencyCode":"JPY"}';
const requests: readonly Asked[] = [
  ['/v1/products?page_size=3'],
  ['/v1/products?page_size=3&price.min.units=20&tags=coffee'],
  ['/v1/products/espresso-cup', { headers: { 'accept-encoding': 'gzip' } }],
  ['/v1/products/espresso-cup', { method: 'HEAD' }],
  ['/v1/products/none'],
  ['/v1/products?nmae=x'],
  ['/v1/nothing'],
  ['/v1/orders:watch?max_events=2'],
  ['/v1/orders:watch?max_events=2', { headers: { accept: 'application/json' } }],
  ['/v1/orders:watch?max_events=2', { headers: { accept: 'text/event-stream' } }],
  ['/v1/orders:export'],
  ['/v1/baskets:quote', { method: 'POST', body: quote, headers: json }],
];

describe('a recording', () => {
  it('replayed against the gateway that it was recorded at has no differences', async () => {
    const url = await gateway();
    await recordAll(url, traffic, requests);
    expect(
      await replayAll(traffic, url, { methods: 'all', concurrency: 4, ignore: ['$.expireTime'] }),
    ).toMatchObject({
      sent: requests.length,
      same: requests.length,
      different: 0,
      classes: [],
    });
  });

  it('shows by classes what another gateway does otherwise', async () => {
    const other = await gateway({
      json: { emitDefaults: true, enumsAsNumbers: true, protoNames: true },
      streamEnvelope: 'grpc-gateway',
      streamFormats: [{ selector: '*', format: 'json' }],
      errors: 'envelope',
      requests: { unknownQuery: 'ignore' },
    });
    await recordAll(other, traffic, requests);
    const url = await gateway();
    const report = await replayAll(traffic, url);
    expect(classesOf(report)).toEqual([
      'defaults',
      'enum-form',
      'error-shape',
      'field-names',
      'refused',
      'stream-envelope',
      'stream-framing',
    ]);
    expect(report.classes.find((one) => one.class === 'refused')?.places).toMatchObject([
      {
        place: 'QUERY_PARAMETER_UNKNOWN',
        count: 1,
        example: { request: 'GET /v1/products?nmae=x', line: 7 },
      },
    ]);
    expect(await replayAll(traffic, url, { ignore: classesOf(report) })).toMatchObject({ different: 0 });
  });

  it('goes without what protos mark debug_redact', async () => {
    const protos = join(folder, 'protos');
    mkdirSync(protos);
    writeFileSync(
      join(protos, 'a.proto'),
      'syntax = "proto3"; package a; message A { string home_address = 1 [debug_redact = true]; string name = 2; }',
    );
    const binary = await protosSource([protos]).load(new AbortController().signal);
    const marked = markedFields(buildRegistry([{ label: 'protos', binary }]).registry);
    expect(marked).toEqual(['home_address', 'homeAddress']);
    const to = await peer((_, response) => response.end('{"homeAddress":"PLANTED","name":"kept"}'));
    await recordAll(to, traffic, [['/?a.home_address=PLANTED']], { rules: redactionRules(marked) });
    expect(readFileSync(traffic, 'utf8')).toContain('kept');
    expect(readFileSync(traffic, 'utf8')).not.toContain('PLANTED');
  });
});

describe('whatever a gateway answers', () => {
  interface Given {
    readonly status: number;
    readonly type: string;
    readonly body: string;
    readonly etag: string;
  }
  const answers = fc.array(
    fc
      .record({
        status: fc.constantFrom(200, 201, 303, 400, 404, 500),
        form: fc.constantFrom('json', 'lines', 'events', 'text'),
        value: fc.jsonValue(),
        etag: fc.constantFrom('"a"', 'W/"b"'),
      })
      .map(({ status, form, value, etag }): Given => {
        const text = JSON.stringify(value);
        if (form === 'lines')
          return { status, type: 'application/x-ndjson', body: `${text}\n{"last":1}\n`, etag };
        if (form === 'events')
          return { status, type: 'text/event-stream', body: `id: 1\ndata: ${text}\n\n`, etag };
        return { status, type: form === 'json' ? 'application/json' : 'text/plain', body: text, etag };
      }),
    { minLength: 1, maxLength: 8 },
  );
  const changes: readonly ((given: Given) => Given)[] = [
    (given) => ({ ...given, status: given.status === 200 ? 202 : 200 }),
    (given) => ({ ...given, body: given.type === 'text/event-stream' ? 'data: 4711\n\n' : '4711' }),
    (given) => ({ ...given, etag: '"other"' }),
    (given) => ({ ...given, type: 'application/xml' }),
  ];
  const peerOf = (given: readonly Given[]) =>
    startPeer(({ url = '/0' }, response) => {
      const { status = 500, type = '', body = '', etag = '' } = given[Number(url.slice(1))] ?? {};
      response.writeHead(status, { 'content-type': type, etag }).end(body);
    });

  it('differs in nothing from itself, and where one answer is another one, in that one', async () => {
    await fc.assert(
      fc.asyncProperty(answers, fc.nat(), fc.constantFrom(...changes), async (given, pick, change) => {
        const at = pick % given.length;
        const peer = await peerOf(given);
        const other = await peerOf(given.map((one, i) => (i === at ? change(one) : one)));
        try {
          await recordAll(
            peer.url,
            traffic,
            given.map((_, i): Asked => [`/${i}`, { redirect: 'manual' }]),
          );
          expect(await replayAll(traffic, peer.url)).toMatchObject({ sent: given.length, different: 0 });
          const report = await replayAll(traffic, other.url);
          expect(report).toMatchObject({ different: 1 });
          expect(report.classes[0]?.places[0]?.example.request).toBe(`GET /${at}`);
        } finally {
          peer.close();
          other.close();
        }
      }),
      { numRuns: 25 },
    );
  }, 30_000);
});

describe('a replay', () => {
  /** Records these requests at a peer that answers `{}`. */
  async function record(...some: readonly Asked[]): Promise<void> {
    const to = await peer((request, response) => request.resume().on('end', () => response.end('{}')));
    await recordAll(to, traffic, some);
  }

  it('sends safe methods only, unless it is told to send others', async () => {
    await record(['/a'], ['/a', { method: 'DELETE' }], ['/a', { method: 'POST', body: '{}', headers: json }]);
    const seen: string[] = [];
    const to = await peer((request, response) => {
      seen.push(request.method ?? '');
      response.end('{}');
    });
    expect(await replayAll(traffic, to)).toMatchObject({ sent: 1, notSent: { method: 2 } });
    expect(await replayAll(traffic, to, { methods: new Set(['GET', 'POST']) })).toMatchObject({ sent: 2 });
    expect(await replayAll(traffic, to, { methods: 'all' })).toMatchObject({ sent: 3 });
    expect(seen).toEqual(['GET', 'GET', 'POST', 'GET', 'DELETE', 'POST']);
  });

  it('is given the credentials that a recording does not have', async () => {
    await record([
      '/a?key=secret&x=1',
      { headers: { authorization: 'Bearer old-token', 'x-other': 'kept' } },
    ]);
    const seen: unknown[] = [];
    const to = await peer(({ url, headers }, response) => {
      seen.push([url, headers.authorization, headers['x-other']]);
      response.end('{}');
    });
    expect(await replayAll(traffic, to)).toMatchObject({ sent: 0, notSent: { redacted: 1 } });
    await replayAll(traffic, to, { headers: [['authorization', 'Bearer new']], query: [['key', 'a b']] });
    expect(seen).toEqual([['/a?key=a%20b&x=1', 'Bearer new', 'kept']]);
  });

  it('takes what differs between two answers of the baseline for noise', async () => {
    await record(['/a'], ['/b']);
    let count = 0;
    const answering = (own: object) =>
      peer((_, response) =>
        response.end(JSON.stringify({ id: `id-${++count}`, list: [{ at: ++count }], ...own })),
      );
    const [old, other, next] = [await answering({}), await answering({}), await answering({ own: 1 })];
    const baselines = [new URL(old)];
    expect(classesOf(await replayAll(traffic, next, { baselines }))).toEqual(['field-added', 'value']);
    baselines.push(new URL(other));
    expect(await replayAll(traffic, next, { baselines })).toMatchObject({
      different: 2,
      noise: 4,
      classes: [{ class: 'field-added', count: 2 }],
    });
  });

  it('ignores fields that are named, and compares the header fields that are', async () => {
    await record(['/a']);
    const to = await peer((_, response) => {
      response.setHeader('x-own', '1');
      response.end('{"a":{"b":1,"c":[{"etag":"x"}]}}');
    });
    const placesOf = async (options: Parameters<typeof replayAll>[2]) =>
      (await replayAll(traffic, to, options)).classes.flatMap(({ places }) =>
        places.map(({ place }) => place),
      );
    expect(await placesOf({})).toEqual(['$.a']);
    expect(await placesOf({ ignore: ['$.a'] })).toEqual([]);
    expect(await placesOf({ ignore: ['$..a'], comparedHeaders: ['x-own'] })).toEqual(['x-own']);
  });

  it('never shows credentials of answers', async () => {
    await record(['/a']);
    const to = await peer((_, response) =>
      response.end('{"accessToken":"PLANTED","b":"Bearer PLANTED-TOO"}'),
    );
    const report = JSON.stringify(await replayAll(traffic, to));
    expect(report).toContain('$.accessToken');
    expect(report).not.toContain('PLANTED');
  });

  it('compares no bodies of what was not recorded whole', async () => {
    const to = await peer((_, response) => response.end(`{"a":"${'x'.repeat(200)}"}`));
    await recordAll(to, traffic, [['/a']], { bodyBytesMax: 100 });
    const next = await peer((_, response) => response.end('{"b":1}'));
    expect(await replayAll(traffic, next)).toMatchObject({ sent: 1, same: 1, headsOnly: 1 });
  });

  it('tells bodies that break off from those that end well', async () => {
    const lines = '{"a":1}\n{"error":{"code":5}}\n';
    const ending = await peer((_, response) => response.end(lines));
    const breaking = await peer((_, response) => void response.write(lines, () => response.destroy()));
    await recordAll(ending, traffic, [['/a']]);
    expect(await replayAll(traffic, ending)).toMatchObject({ same: 1 });
    expect((await replayAll(traffic, breaking)).classes).toMatchObject([
      { class: 'stream-end', places: [{ example: { expected: 'ends well', actual: 'breaks off' } }] },
    ]);
    const asked: readonly Asked[] = [['/a']];
    await expect(recordAll(breaking, traffic, asked)).rejects.toThrow();
    expect(await replayAll(traffic, breaking)).toMatchObject({ sent: 1, same: 1, headsOnly: 0 });
    expect(classesOf(await replayAll(traffic, ending))).toEqual(['stream-end']);
  });

  it('keeps to its rate', async () => {
    await record(...Array.from({ length: 5 }, (): Asked => ['/a']));
    const times: number[] = [];
    const to = await peer((_, response) => {
      times.push(performance.now());
      response.end('{}');
    });
    await replayAll(traffic, to, { rate: 20 });
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(150);
  });

  it('gives up where nobody answers', async () => {
    await record(...Array.from({ length: 30 }, (): Asked => ['/a']));
    const report = await replayAll(traffic, 'http://127.0.0.1:1');
    expect(report).toMatchObject({ sent: 20, gaveUp: expect.stringContaining('ECONNREFUSED') });
    expect(classesOf(report)).toEqual(['unanswered']);
  });

  it('says which line of a recording is broken; a last one that was cut is none', async () => {
    await record(['/a']);
    const [head, exchange] = readFileSync(traffic, 'utf8').split('\n');
    const to = await peer((_, response) => response.end('{}'));
    writeFileSync(traffic, `${head}\n${exchange}\n{"at":"20`);
    expect(await replayAll(traffic, to)).toMatchObject({ sent: 1, same: 1 });
    writeFileSync(traffic, `${head}\n{"at":1}\n${exchange}\n`);
    await expect(replayAll(traffic, to)).rejects.toThrow(`${traffic}:2 is no exchange.`);
    writeFileSync(traffic, '{"a":1}\n');
    await expect(replayAll(traffic, to)).rejects.toThrow('is no recording: its first line');
    writeFileSync(traffic, `${head?.replace('"version":1', '"version":2')}\n`);
    await expect(replayAll(traffic, to)).rejects.toThrow('has version 2 of the format');
  });
});
