// The Node that gateways in Node run on: that of manifests/Dockerfile, since it is what operators get. How old Node is
// decides on a third of what a request costs.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, root } from './cache.mjs';
import { Missing } from './missing.mjs';

/** As manifests/Dockerfile starts it. */
export const nodeFlags = ['--min-semi-space-size=16'];

export const nodeVersion = /^FROM node:([\d.]+)/m.exec(
  readFileSync(join(root, 'manifests/Dockerfile'), 'utf8'),
)[1];

let program;

/** Path of its program, which the npm registry has. Throws Missing where it cannot be had. */
export function nodeProgram() {
  program ??= process.version === `v${nodeVersion}` ? process.execPath : installed();
  return program;
}

function installed() {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = cacheFolder('node', nodeVersion);
  const found = join(folder, 'node_modules', name, 'bin/node');
  if (existsSync(found)) return found;
  const options = [
    '--silent',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--prefix',
    folder,
  ];
  try {
    execFileSync('npm', ['install', ...options, `${name}@${nodeVersion}`], { stdio: 'pipe' });
    execFileSync(found, ['--version'], { stdio: 'pipe' });
  } catch {
    throw new Missing(`the npm package ${name}@${nodeVersion} cannot be had`);
  }
  return found;
}
