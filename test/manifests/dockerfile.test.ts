import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { at, parseManifests } from './manifest.js';
import { podsOf } from './pods.js';
import { findTool, manifestsFolder } from './programs.js';

/** What is in it is built and run by `npm run manifests:image`. */
const file = join(manifestsFolder, 'Dockerfile');
const lines = readFileSync(file, 'utf8').split('\n');
const last = (name: string): string =>
  lines.findLast((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
const [pods] = podsOf(parseManifests(readFileSync(join(manifestsFolder, 'base/deployment.yaml'), 'utf8')));

describe('the Dockerfile', () => {
  const hadolint = findTool('hadolint');

  it.skipIf(hadolint === undefined)('has nothing that hadolint minds', () => {
    const { status, stdout, stderr } = spawnSync(hadolint ?? '', [file], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });

  it('starts the gateway itself, so that it gets the signals', () => {
    const entry: unknown = JSON.parse(last('ENTRYPOINT'));
    expect(at(entry, 0)).toBe('/nodejs/bin/node');
    expect(entry).not.toContain('sh');
  });

  it('runs by the user that the Deployment names, and as it is started there', () => {
    const { runAsUser, runAsGroup } = (at(pods?.spec, 'securityContext') ?? {}) as Record<string, number>;
    expect(last('USER')).toBe(`${runAsUser}:${runAsGroup}`);
    expect(JSON.parse(last('CMD'))).toEqual(at(pods?.containers[0]?.raw, 'args'));
  });

  it('says which ports it opens', () => {
    expect(last('EXPOSE').split(' ').map(Number)).toEqual(pods?.containers[0]?.ports.map(({ port }) => port));
  });
});
