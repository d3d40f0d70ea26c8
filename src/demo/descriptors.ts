import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of gen/image.binpb, found from src/ and from dist/src/ alike. Throws when the package is incomplete. */
export function demoDescriptors(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error('the package that holds the demo has no package.json');
    directory = parent;
  }
  return join(directory, 'gen', 'image.binpb');
}
