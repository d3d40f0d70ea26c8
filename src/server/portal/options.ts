import type { DocsOptions } from '../../config/index.js';
import type { GatewayOptions } from '../options.js';

/** What is said of the portal, with the path of its page; undefined where there is none. */
export function docsOptions({ docs = true }: GatewayOptions): (DocsOptions & { path: string }) | undefined {
  if (docs === false) return undefined;
  const said = docs === true ? {} : docs;
  return { ...said, path: said.path ?? '/docs' };
}
