import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findServerProgram } from '../support/server-program.js';
import { type Manifest, parseManifests } from './manifest.js';

const run = promisify(execFile);
const bufferBytesMax = 64 * 1024 * 1024;

export const manifestsFolder = fileURLToPath(new URL('../../manifests/', import.meta.url));

/** A program that `npm run manifests:tools` has put into .cache/manifests, or one that is installed. */
export function findTool(name: 'helm' | 'hadolint' | 'kustomize'): string | undefined {
  const built = fileURLToPath(new URL(`../../.cache/manifests/${name}`, import.meta.url));
  return existsSync(built) ? built : findServerProgram(name, 'none; npm run manifests:tools makes it');
}

/** What `kubectl apply -k` would send to a cluster. Rejects with what kustomize says. */
export async function kustomize(program: string, folder: string): Promise<Manifest[]> {
  const { stdout } = await run(program, ['build', `${manifestsFolder}${folder}`], {
    maxBuffer: bufferBytesMax,
  });
  return parseManifests(stdout);
}

const chart = `${manifestsFolder}helm/propylon`;
// Built from the module proxy, helm does not know for which Kubernetes it was made.
const kubernetes = ['--kube-version', '1.33.0'];

/** What `helm install` would send, with values as YAML. Rejects with what helm says. */
export async function helmTemplate(
  program: string,
  values = '{}',
  release = 'propylon',
): Promise<Manifest[]> {
  const child = run(program, ['template', release, chart, ...kubernetes, '--values', '-'], {
    maxBuffer: bufferBytesMax,
  });
  child.child.stdin?.end(values);
  return parseManifests((await child).stdout);
}

/** What `helm lint` prints. Rejects with it where it finds something. */
export async function helmLint(program: string): Promise<string> {
  return (await run(program, ['lint', '--strict', ...kubernetes, chart])).stdout;
}
