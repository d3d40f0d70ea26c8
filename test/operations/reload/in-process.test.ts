import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { GateOptionsInput, PolicyInput } from '../../../src/gate/index.js';
import type { GatewayOptions } from '../../../src/index.js';
import { startBytesBackend } from '../../support/bytes-backend.js';
import { type CachedGateway, readsImage, startCachedGateway } from '../../support/cached-gateway.js';
import { compileProtos } from '../../support/compile-protos.js';
import {
  type EchoGateway,
  echoHandlers,
  echoImage,
  messageOf,
  startEchoGateway,
} from '../../support/echo-gateway.js';
import { gateSettings } from '../../support/gate-settings.js';
import { heldBytes } from '../../support/resources.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function start(options: Partial<GatewayOptions> = {}, handlers = {}): Promise<EchoGateway> {
  const echo = await startEchoGateway(options, handlers);
  cleanups.push(() => echo.close());
  return echo;
}

/** A backend whose Unary says its name, and whose stream goes on until it is told to end. */
async function named(name: string): Promise<{ readonly target: string; readonly finish: () => void }> {
  let finish = (): void => undefined;
  const backend = await startBytesBackend({
    ...echoHandlers,
    Unary: (_call, callback) => callback(null, Buffer.from(messageOf({ name }))),
    ServerStream(call) {
      call.write(Buffer.from(messageOf({ name })));
      finish = () => {
        call.write(Buffer.from(messageOf({ name, text: 'last' })));
        call.end();
      };
    },
  });
  cleanups.push(() => backend.close());
  return { target: `127.0.0.1:${backend.port}`, finish: () => finish() };
}

const optionsOf = (target: string, more: Partial<GatewayOptions> = {}): GatewayOptions => ({
  sources: [{ label: 'echo', load: async () => echoImage }],
  backends: [{ selector: '*', target }],
  ...more,
});

async function nameFrom(url: string): Promise<unknown> {
  const { name } = (await (await fetch(`${url}/v1/echo`)).json()) as { name: string };
  return name;
}

describe('a reload', () => {
  it('is served from the next request on, and counts the generation up', async () => {
    const [one, two] = [await named('one'), await named('two')];
    const { gateway, url } = await start(optionsOf(one.target));
    expect(await nameFrom(url)).toBe('one');
    expect(await gateway.reload(optionsOf(two.target))).toMatchObject({ kind: 'reloaded', generation: 2 });
    expect(await nameFrom(url)).toBe('two');
  });

  it('is none where nothing has changed', async () => {
    const one = await named('one');
    const { gateway } = await start(optionsOf(one.target));
    expect(await gateway.reload(optionsOf(one.target))).toEqual({
      kind: 'unchanged',
      generation: 1,
      diagnostics: [],
    });
  });

  it('is refused as a whole where something is wrong, and what was served is served on', async () => {
    const one = await named('one');
    const { gateway, url } = await start(optionsOf(one.target));
    const broken = [{ label: 'broken', load: async () => Uint8Array.of(1, 2, 3) }];
    const result = await gateway.reload(optionsOf(one.target, { sources: broken }));
    expect(result).toMatchObject({ kind: 'refused', generation: 1 });
    expect(result.diagnostics).toContainEqual(expect.objectContaining({ severity: 'error' }));
    expect(await nameFrom(url)).toBe('one');
    expect(await gateway.reload(optionsOf(one.target, { timeouts: [] }))).toMatchObject({
      kind: 'reloaded',
      generation: 2,
    });
  });

  it('that would leave no route is refused: propylon.yaml is empty while it is written', async () => {
    const one = await named('one');
    const { gateway, url } = await start(optionsOf(one.target));
    expect(await gateway.reload(optionsOf(one.target, { sources: [] }))).toMatchObject({
      kind: 'refused',
      generation: 1,
      diagnostics: [{ severity: 'error', code: 'ROUTES_NONE' }],
    });
    expect(await nameFrom(url)).toBe('one');
  });

  it('lets a stream end on the backend that it began with, which then is let go', async () => {
    const [one, two] = [await named('one'), await named('two')];
    const { gateway, url } = await start(optionsOf(one.target));
    const stream = await fetch(`${url}/v1/stream`);
    await gateway.reload(optionsOf(two.target));
    expect(await nameFrom(url)).toBe('two');
    one.finish();
    expect(
      (await stream.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([{ name: 'one' }, { name: 'one', text: 'last' }]);
  });
});

describe('what is remembered', () => {
  const open = { authentication: { mode: 'none' } } as const satisfies PolicyInput;
  const cached = { ...open, cache: { ttl: '60s', scope: 'shared' } } as const satisfies PolicyInput;
  const rated = { ...open, rateLimits: [{ requests: 3, per: '1h', by: 'all' }] } satisfies PolicyInput;
  const path = '/v1/read?name=a';

  async function startCached(policy: PolicyInput): Promise<{
    readonly at: CachedGateway;
    readonly reload: (policy: PolicyInput, more?: Partial<GatewayOptions>) => Promise<unknown>;
  }> {
    const backends = await counting();
    const settings = (next: PolicyInput) =>
      gateSettings({ 't.T.*': open, 't.T.Unary': next }, { authentication });
    const at = await startCachedGateway({}, {}, { ...settings(policy), ...backends });
    cleanups.push(() => at.close());
    const reload = (next: PolicyInput, more: Partial<GatewayOptions> = {}): Promise<unknown> =>
      at.gateway.reload({
        sources: [{ label: 'reads', load: async () => readsImage }],
        ...backends,
        ...settings(next),
        ...more,
      });
    return { at, reload };
  }

  /** A backend whose n-th answer says n. */
  async function counting(): Promise<Pick<GatewayOptions, 'backends'>> {
    let count = 0;
    const backend = await startBytesBackend({
      ...echoHandlers,
      Unary: (_call, callback) => {
        count += 1;
        callback(null, Buffer.from(messageOf({ text: String(count) })));
      },
    });
    cleanups.push(() => backend.close());
    return { backends: [{ selector: '*', target: `127.0.0.1:${backend.port}` }] };
  }

  const keys = mkdtempSync(join(tmpdir(), 'propylon-keys-'));
  writeFileSync(join(keys, 'keys.yaml'), 'keys: []');
  afterAll(() => rmSync(keys, { recursive: true }));
  const authentication: GateOptionsInput['authentication'] = {
    providers: { keys: { type: 'apiKey', keysFile: join(keys, 'keys.yaml') } },
  };

  it('an answer is given again after a reload that does not concern it', async () => {
    const { at, reload } = await startCached(cached);
    expect((await at.get(path)).nth).toBe('1');
    expect(await reload(cached, { timeouts: [{ selector: 't.T.Ping', timeoutMs: 5 }] })).toMatchObject({
      kind: 'reloaded',
    });
    expect((await at.get(path)).nth).toBe('1');
  });

  it.each<[string, PolicyInput, number]>([
    ['wants credentials', { ...cached, authentication: { mode: 'required' } }, 401],
    [
      'is visible to partners only',
      { ...cached, authentication: { mode: 'optional' }, visibility: 'partner' },
      404,
    ],
    [
      'wants a scope',
      { ...cached, authentication: { mode: 'required' }, authorization: { scopes: ['s'] } },
      401,
    ],
  ])('nothing stored is given of a method that now %s', async (_, policy, httpStatus) => {
    const { at, reload } = await startCached(cached);
    expect((await at.get(path)).nth).toBe('1');
    expect(await reload(policy)).toMatchObject({ kind: 'reloaded' });
    const refused = await at.get(path);
    expect([refused.status, refused.text.includes('"1"')]).toEqual([httpStatus, false]);
  });

  it.each<[string, PolicyInput]>([
    ['another time to live', { ...cached, cache: { ttl: '30s', scope: 'shared' } }],
    ['callers that may show who they are', { ...cached, authentication: { mode: 'optional' } }],
  ])('an answer is asked for again under a policy of %s', async (_, policy) => {
    const { at, reload } = await startCached(cached);
    expect((await at.get(path)).nth).toBe('1');
    await reload(policy);
    expect((await at.get(path)).nth).toBe('2');
  });

  it('what is used of a limit stays used, as long as the limit is the same', async () => {
    const { at, reload } = await startCached(rated);
    for (const _ of [1, 2]) expect((await at.get(path)).status).toBe(200);
    await reload(rated, { timeouts: [{ selector: 't.T.Ping', timeoutMs: 5 }] });
    expect([(await at.get(path)).status, (await at.get(path)).status]).toEqual([200, 429]);
    await reload({ ...open, rateLimits: [{ requests: 4, per: '1h', by: 'all' }] });
    expect((await at.get(path)).status).toBe(200);
  });
});

/** Without the descriptors of annotations, which are more than all the rest. */
const smallImage = compileProtos({
  't.proto': `syntax = "proto3"; package t; message M { string name = 1; }
service T { rpc Unary(M) returns (M); }`,
});
const smallRules = `type: google.api.Service
config_version: 3
http: { rules: [{ selector: t.T.Unary, get: /v1/echo }] }
`;

it('nothing is left of a thousand reloads', async () => {
  const [one, two] = [await named('one'), await named('two')];
  const small: Partial<GatewayOptions> = {
    sources: [{ label: 'small', load: async () => smallImage }],
    rules: [{ file: 'rules.yaml', text: smallRules }],
  };
  const { gateway, url } = await start(optionsOf(one.target, small));
  const reload = async (n: number): Promise<void> => {
    const { target } = n % 2 === 0 ? one : two;
    const timeouts = [{ selector: '*', timeoutMs: 1_000 + n }];
    const result = await gateway.reload(optionsOf(target, { ...small, timeouts }));
    expect(result.kind).toBe('reloaded');
  };
  for (let n = 0; n < 200; n++) await reload(n);
  await nameFrom(url);
  const before = await heldBytes();
  const handles = process.getActiveResourcesInfo().length;
  for (let n = 200; n < 1_000; n++) await reload(n);
  await nameFrom(url);
  // Less than anything that one of them has made, once what is held for a while has been let go.
  await expect
    .poll(async () => (await heldBytes()) - before, { timeout: 30_000, interval: 500 })
    .toBeLessThan(800 * 200);
  expect(process.getActiveResourcesInfo().length - handles).toBeLessThanOrEqual(2);
}, 60_000);
