import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { schemaProblems } from './kinds.js';
import { parseManifests } from './manifest.js';
import { manifestsFolder } from './programs.js';
import { unknownFields } from './strict.js';

/** What the clouds are given. What it starts is run by test/serverless. */

const read = (path: string): string => readFileSync(join(manifestsFolder, 'serverless', path), 'utf8');

describe('the service of Cloud Run', () => {
  it('has the form of its kind, and no field that it does not have', async () => {
    const [service] = parseManifests(read('cloud-run/service.yaml'));
    if (service === undefined) throw new Error('no service');
    expect(await schemaProblems(service)).toEqual([]);
    expect(await unknownFields([service])).toEqual([]);
    expect(await schemaProblems({ ...service, spec: { template: 1 } } as never)).not.toEqual([]);
  });
});

const packages = fileURLToPath(new URL('../../.cache/manifests/cfn', import.meta.url));

function hasCfnLint(): boolean {
  if (existsSync(join(packages, '.installed'))) return true;
  const text = 'cfn-lint is not in .cache/manifests ("npm run manifests:tools" puts it there)';
  if (process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined) throw new Error(text);
  console.warn(`\nSKIPPED: ${text}\n`);
  return false;
}

describe.runIf(hasCfnLint())('the template of AWS SAM', () => {
  const problems = (text: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'propylon-sam-'));
    try {
      writeFileSync(join(folder, 'template.yaml'), text);
      const argv = [join(packages, 'bin/cfn-lint'), join(folder, 'template.yaml')];
      const env = { ...process.env, PYTHONPATH: packages };
      const { stdout, stderr } = spawnSync('python3', argv, { encoding: 'utf8', env });
      return `${stdout}${stderr}`;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('has nothing that cfn-lint minds, which minds what is wrong', () => {
    const text = read('aws-lambda/template.yaml');
    expect(problems(text)).toBe('');
    expect(problems(text.replace('MemorySize: 512', 'MemorySize: little'))).toContain('little');
  });
});

describe('the host.json of Azure Functions', () => {
  it('leaves paths as the templates have them', () => {
    expect(JSON.parse(read('azure/host.json'))).toEqual({
      version: '2.0',
      extensions: { http: { routePrefix: '' } },
    });
  });
});
