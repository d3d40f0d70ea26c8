import { packageFile } from '../descriptor/index.js';

/** The path of gen/image.binpb, found from src/ and from dist/src/ alike. Throws when the package is incomplete. */
export function demoDescriptors(): string {
  return packageFile('gen', 'image.binpb');
}
