import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.js';
import { schemaProblems } from './kinds.js';
import type { Manifest } from './manifest.js';
import { findTool, kustomize, manifestsFolder } from './programs.js';
import { brought, rules } from './rules.js';
import { unknownFields } from './strict.js';

const foldersOf = (kind: 'Component' | 'Kustomization'): string[] =>
  readdirSync(manifestsFolder, { recursive: true, encoding: 'utf8' })
    // The chart has links to what is elsewhere.
    .filter((file) => file.endsWith('kustomization.yaml') && !file.startsWith('helm/'))
    .filter((file) => readFileSync(join(manifestsFolder, file), 'utf8').includes(`\nkind: ${kind}\n`))
    .map(dirname)
    .sort();

/** Parts to add to what can be applied. */
const components = foldersOf('Component');

/** Everything that can be applied. */
const folders = foldersOf('Kustomization')
  // Parts of others that are nothing by themselves.
  .filter((folder) => !['canary', 'canary/next', 'overlays/istio/shared'].includes(folder));

const program = findTool('kustomize');

describe.skipIf(program === undefined)('what kustomize builds', () => {
  const builds = new Map<string, readonly Manifest[]>();
  const of = (folder: string): readonly Manifest[] => builds.get(folder) ?? [];

  beforeAll(async () => {
    await Promise.all(
      folders.map(async (folder) => builds.set(folder, await kustomize(program ?? '', folder))),
    );
  });

  it('is everything there is', () => {
    expect(folders.length).toBeGreaterThan(6);
    for (const folder of folders) expect(of(folder).length, folder).toBeGreaterThan(0);
  });

  it('has the form of its kinds', async () => {
    const all = [...builds.values()].flat();
    expect((await Promise.all(all.map(schemaProblems))).flat()).toEqual([]);
  });

  it('has no field that its kinds do not have', async () => {
    expect(await unknownFields([...builds.values()].flat())).toEqual([]);
  });

  describe.each(folders)('%s', (folder) => {
    it.each(Object.entries(rules))('%s', (_, rule) => {
      expect(rule(of(folder))).toEqual([]);
    });
  });
});

describe('a component with a configuration of its own', () => {
  const settingsOf = (folder: string): object =>
    parseConfig(readFileSync(join(manifestsFolder, folder, 'propylon.yaml'), 'utf8'), folder).config;

  it('has all that the base says', () => {
    expect(settingsOf('components/redis')).toMatchObject(settingsOf('base'));
  });
});

describe('the README of the manifests', () => {
  const readme = readFileSync(join(manifestsFolder, 'README.md'), 'utf8');

  it('names what is to be brought', () => {
    expect([...brought].filter((name) => !readme.includes(name.split('/')[1] ?? name))).toEqual([]);
  });

  it('has a line for every folder that can be applied or added', () => {
    const listed = [...folders, ...components];
    expect(listed.filter((folder) => !readme.includes(`\`${folder}\``))).toEqual([]);
  });
});
