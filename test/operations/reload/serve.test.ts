import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BytesBackend } from '../../support/bytes-backend.js';
import { startLoad } from '../../support/checked-load.js';
import { type PropylonProcess, startPropylon } from '../../support/propylon.js';
import {
  type SwappedFolder,
  startVersionsBackend,
  swappedFolder,
  versionOf,
  versionProto,
  versions,
} from '../../support/two-versions.js';

/** What operators see of a running process whose files change. */

let backend: BytesBackend;
let dir: SwappedFolder;
let propylon: PropylonProcess | undefined;

beforeEach(async () => {
  backend = await startVersionsBackend();
  dir = swappedFolder();
});

afterEach(async () => {
  await propylon?.stop();
  propylon = undefined;
  backend.close();
  dir.remove();
});

async function serve(...args: string[]): Promise<PropylonProcess> {
  propylon = await startPropylon([...args, '--host', '127.0.0.1']);
  return propylon;
}

const served = (at: PropylonProcess, path = '/v1/things/a', headers = {}): Promise<Response> =>
  fetch(`${at.url}${path}`, { headers });

async function version(at: PropylonProcess): Promise<string | undefined> {
  const answer = await served(at);
  return versionOf(answer.status, await answer.text());
}

async function becomes<T>(wanted: T, look: () => Promise<T>): Promise<void> {
  while ((await look()) !== wanted);
}

async function generation(at: PropylonProcess): Promise<unknown> {
  const health: unknown = await (await fetch(`${at.adminUrl}/readyz?verbose`)).json();
  return typeof health === 'object' && health !== null && 'generation' in health
    ? health.generation
    : undefined;
}

const image = (): string[] => [
  '--descriptors',
  dir.file('image.binpb'),
  '--backend',
  `*=127.0.0.1:${backend.port}`,
];

describe('propylon serve', () => {
  it('serves one image after the other under load, and answers each request of one of them', async () => {
    dir.replace('image.binpb', versions.one);
    const at = await serve(...image());
    const load = startLoad({
      url: `${at.url}/v1/things/a`,
      clients: 2,
      problem: (status, body) =>
        versionOf(status, body) === undefined ? `${status} ${body.slice(0, 200)}` : undefined,
    });
    const swaps = 100;
    for (let n = 1; n <= swaps; n++) {
      const name = n % 2 === 0 ? 'one' : 'two';
      dir.replace('image.binpb', versions[name]);
      await becomes(name, () => version(at));
    }
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.answered).toBeGreaterThan(swaps);
    expect(await generation(at)).toBe(swaps + 1);
  }, 60_000);

  it('refuses a bad image, serves the old one on, says so, and takes the next good one', async () => {
    dir.replace('image.binpb', versions.one);
    const at = await serve(...image());
    dir.replace('image.binpb', versions.two.subarray(0, versions.two.length / 2));
    await at.printed('reload refused');
    expect(at.output()).toContain('SOURCE_UNREADABLE');
    expect(await version(at)).toBe('one');
    const metrics = await (await fetch(`${at.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^propylon_reloads_total\{[^}]*result="failure"[^}]*\} 1$/m);
    expect(metrics).toMatch(/^propylon_reload_last_successful(\{[^}]*\})? 0$/m);
    dir.replace('image.binpb', versions.two);
    await becomes('two', () => version(at));
    expect(await generation(at)).toBe(2);
    expect(at.output()).toContain('t.M.one, in JSON `one`, is called `two` now');
  });

  it('follows a ConfigMap: the configuration, an image, rules and keys, all at once', async () => {
    const yaml = (more: string): string =>
      `sources: { descriptors: [image.binpb] }\nrules: [rules.yaml]\nbackends: { '*': '127.0.0.1:${backend.port}' }\n${more}`;
    const rules = (path: string): string =>
      `type: google.api.Service\nconfig_version: 3\nhttp:\n  rules:\n    - { selector: t.T.Unary, get: '${path}' }\n`;
    dir.swap({ 'propylon.yaml': yaml(''), 'image.binpb': versions.one, 'rules.yaml': rules('/v1/before') });
    const at = await serve('--config', dir.file('propylon.yaml'));
    expect((await served(at, '/v1/before')).status).toBe(200);
    dir.swap({
      'propylon.yaml': yaml(
        "policies: { '*': { authentication: { mode: required } } }\nauthentication: { providers: { keys: { type: apiKey, keysFile: keys.yaml } } }\nlisten: { adminHost: 127.0.0.2 }\n",
      ),
      'image.binpb': versions.two,
      'rules.yaml': rules('/v1/after'),
      // Of the key "k".
      'keys.yaml':
        'keys: [{ id: k, subject: ann, hash: "sha256:8254c329a92850f6d539dd376f4816ee2764517da5e0235514af433164480d7a" }]',
    });
    // The file is new in the folder: nothing links to it yet, and the configuration cannot be used.
    await at.printed('reload refused');
    expect((await served(at, '/v1/before')).status).toBe(200);
    writeFileSync(
      dir.file('keys.yaml'),
      'keys: [{ id: k, subject: ann, hash: "sha256:8254c329a92850f6d539dd376f4816ee2764517da5e0235514af433164480d7a" }]',
    );
    at.signal('SIGHUP');
    await becomes(401, async () => (await served(at, '/v1/after')).status);
    const answer = await served(at, '/v1/after', { 'x-api-key': 'k' });
    expect([answer.status, await answer.json()]).toEqual([200, { name: 'things/a', two: 'yes' }]);
    expect((await served(at, '/v1/before')).status).toBe(404);
    // What takes a restart is named.
    expect(at.output()).toContain('listen.adminHost has changed');
    // Keys are read again by themselves.
    writeFileSync(dir.file('keys.yaml'), 'keys: []');
    await becomes(401, async () => (await served(at, '/v1/after', { 'x-api-key': 'k' })).status);
    expect(await generation(at)).toBe(2);
  });

  it('compiles protos again when one of them changes', async () => {
    dir.replace('t.proto', versionProto('one'));
    const at = await serve('--proto', dir.path, '--backend', `*=127.0.0.1:${backend.port}`);
    expect(await version(at)).toBe('one');
    dir.replace('t.proto', 'this is no proto');
    await at.printed('reload refused');
    dir.replace('t.proto', versionProto('two'));
    await becomes('two', () => version(at));
  });

  it.each<[string, (at: PropylonProcess) => unknown]>([
    ['SIGHUP', (at) => at.signal('SIGHUP')],
    ['POST /reload', (at) => fetch(`${at.adminUrl}/reload`, { method: 'POST' })],
  ])('with --no-watch waits for %s', async (_, ask) => {
    dir.replace('image.binpb', versions.one);
    const at = await serve(...image(), '--no-watch');
    dir.replace('image.binpb', versions.two);
    expect(await version(at)).toBe('one');
    await ask(at);
    await becomes('two', () => version(at));
  });

  it('answers POST /reload with what has come of it', async () => {
    dir.replace('image.binpb', versions.one);
    const at = await serve(...image(), '--no-watch');
    const reload = async (): Promise<[number, unknown]> => {
      const answer = await fetch(`${at.adminUrl}/reload`, { method: 'POST' });
      return [answer.status, await answer.json()];
    };
    expect(await reload()).toMatchObject([200, { kind: 'unchanged', generation: 1, diagnostics: [] }]);
    dir.replace('image.binpb', versions.two);
    expect(await reload()).toMatchObject([
      200,
      {
        kind: 'reloaded',
        generation: 2,
        // It is the same message that clients write and read.
        diagnostics: [
          { code: 'FIELD_CHANGED', severity: 'warning' },
          { code: 'FIELD_CHANGED', severity: 'warning' },
        ],
      },
    ]);
    dir.replace('image.binpb', 'nonsense');
    expect(await reload()).toMatchObject([422, { kind: 'refused', generation: 2 }]);
    const fromPage = await fetch(`${at.adminUrl}/reload`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    });
    expect(fromPage.status).toBe(403);
  });
});
