import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { packageFile } from '../../descriptor/index.js';
import type { PageContent } from '../../gateway/index.js';

/** Beside the built server: scripts/portal.mjs puts them there, compressed, with a digest of each in its name. */
const folder = packageFile('dist', 'src', 'portal');

const contentTypes: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

const inflate = promisify<Uint8Array, Buffer>(brotliDecompress);

/** What the page is made of: read when it is first asked for, and kept. */
export interface Assets {
  /** The text of the page, with its places for what differs. */
  page(): Promise<string>;
  /** Undefined for what is none. */
  find(name: string): Promise<Omit<PageContent, 'headers'> | undefined>;
}

export function createAssets(): Assets {
  const known = new Map<string, Promise<Omit<PageContent, 'headers'>>>();
  let names: Promise<readonly string[]> | undefined;
  return {
    page: () => readFile(join(folder, 'index.html'), 'utf8'),
    async find(name) {
      names ??= readdir(folder);
      const contentType = contentTypes[name.slice(name.lastIndexOf('.') + 1)];
      if (contentType === undefined || !(await names).includes(`${name}.br`)) return undefined;
      const asset = known.get(name) ?? readAsset(name, contentType);
      known.set(name, asset);
      return asset;
    },
  };
}

async function readAsset(name: string, contentType: string): Promise<Omit<PageContent, 'headers'>> {
  const compressed = await readFile(join(folder, `${name}.br`));
  const body = await inflate(compressed);
  return { contentType, body, digest: name, codings: new Map([['br', Promise.resolve(compressed)]]) };
}
