import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type GatewayOptions, imageSource } from '../../../src/index.js';
import type { ReplayReport } from '../../../src/replay/index.js';
import { freePort } from '../../support/free-port.js';
import { type Asked, recordAll, replayAll } from '../../support/recording.js';
import { envoyConfig } from './envoy-config.js';
import { benchCache, type Shop, startShop } from './shop.js';

/** Traffic is recorded at gateways that others have made, and replayed here: what clients of theirs would notice. */

const image = join(benchCache, 'image/bench.binpb');
const programs = {
  'grpc-gateway': join(benchCache, 'bin/grpcgateway'),
  Envoy: join(benchCache, 'envoy/1.40.0/envoy/_bin/envoy'),
} as const;

function isInstalled(name: keyof typeof programs): boolean {
  if (existsSync(programs[name]) && existsSync(image)) return true;
  const text = `${name} is not installed (npm run interop:servers)`;
  if (process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined) throw new Error(text);
  console.warn(`\nSKIPPED: ${text}; no traffic is recorded at a real one\n`);
  return false;
}

const folder = mkdtempSync(join(tmpdir(), 'propylon-migration-'));
const traffic = join(folder, 'traffic.ndjson');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const json = { 'content-type': 'application/json' };
const requests: readonly Asked[] = [
  ['/v1/products/1'],
  ['/v1/products?page_size=2&filter=a%20b'],
  ['/v1/products?pageSize=2&unknown=1'],
  ['/v1/products', { method: 'POST', headers: json, body: '{"name":"products/1"}' }],
  ['/v1/prices:watch?count=3'],
  ['/v1/orders/1'],
  ['/v1/products/1', { method: 'DELETE' }],
  ['/v1/nothing'],
];

let shop: Shop;
const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** What a replay here finds, as "class place", in the order of the alphabet. */
async function found(options: Partial<GatewayOptions> = {}): Promise<string[]> {
  const backends = [{ selector: '*', target: shop.target }];
  const gateway = await createGateway({ sources: [imageSource(image)], backends, ...options });
  const listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
  closing.push(async () => {
    await listener.close();
    await gateway.close();
  });
  const report: ReplayReport = await replayAll(traffic, `http://127.0.0.1:${listener.port}`, {
    methods: 'all',
  });
  expect(report.sent).toBe(requests.length);
  return report.classes
    .flatMap(({ class: name, places }) => places.map(({ place }) => `${name} ${place}`.trim()))
    .sort();
}

/** Starts a gateway of others and records at it. */
async function recordAt(name: keyof typeof programs, args: readonly string[], ready: RegExp, port?: number) {
  const child = spawn(programs[name], args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      said += chunk.toString();
      if (ready.test(said)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => reject(new Error(said)));
  });
  try {
    await recordAll(`http://127.0.0.1:${port ?? ready.exec(said)?.[1]}`, traffic, requests);
  } finally {
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

beforeAll(async () => {
  if (existsSync(image)) shop = await startShop(image);
});
afterAll(() => shop?.close());

describe.skipIf(!isInstalled('grpc-gateway'))('from grpc-gateway', () => {
  beforeAll(() => recordAt('grpc-gateway', [shop.target], /listening (\d+)/));

  it('what differs is what is known of it', async () => {
    expect(await found()).toEqual([
      'error-details $.details',
      'error-message $.message',
      'header-prefix etag',
      'refused QUERY_PARAMETER_UNKNOWN',
      'status-unserved 501 → 405',
      'stream-envelope {"result":…} → bare',
    ]);
  });

  it('what can be configured is configured', async () => {
    expect(await found({ streamEnvelope: 'grpc-gateway', requests: { unknownQuery: 'ignore' } })).toEqual([
      'content-type application/json → application/x-ndjson',
      'error-details $.details',
      'error-message $.message',
      'header-prefix etag',
      'status-unserved 501 → 405',
    ]);
  });
});

describe.skipIf(!isInstalled('Envoy'))('from Envoy', () => {
  beforeAll(async () => {
    const port = await freePort();
    const config = join(folder, 'envoy.json');
    writeFileSync(config, JSON.stringify(envoyConfig(port, shop.target, image)));
    const args = ['-c', config, '--disable-hot-restart', '--concurrency', '1', '--log-level', 'info'];
    await recordAt('Envoy', args, /starting main dispatch loop/, port);
  });

  it('what differs is what is known of it', async () => {
    expect(await found()).toEqual([
      'defaults $.description',
      'defaults $.labels',
      'defaults $.nextPageToken',
      'defaults $.products[].description',
      'defaults $.products[].displayName',
      'defaults $.products[].labels',
      'defaults $.products[].rating',
      'defaults $.products[].state',
      'defaults $.products[].tags',
      'defaults $.products[].variants',
      'defaults $.products[].variants[].active',
      'defaults $.products[].version',
      'defaults $.tags',
      'defaults $.variants[].active',
      'enum-form $.products[].state',
      'enum-form $.state',
      'error-details $.details',
      'error-shape header fields → status',
      'error-shape other → status',
      'status 415 → 400',
      'status-unserved 415 → 404',
      'status-unserved 415 → 405',
      'stream-framing array → lines',
    ]);
  });

  it('what can be configured is configured', async () => {
    expect(
      await found({
        json: { emitDefaults: true, enumsAsNumbers: true },
        streamFormats: [{ selector: '*', format: 'json' }],
        requests: { unknownQuery: 'ignore' },
      }),
    ).toEqual([
      'error-details $.details',
      'error-shape header fields → status',
      'error-shape other → status',
      'status 415 → 200',
      'status-unserved 415 → 404',
      'status-unserved 415 → 405',
    ]);
  });
});
