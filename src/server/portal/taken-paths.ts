import type { Diagnostic } from '../../diagnostic/index.js';
import { describeBinding, freeWord } from '../../httprule/index.js';
import type { Surface } from '../../surface/index.js';
import type { GatewayOptions } from '../options.js';
import { docsOptions } from './options.js';

/**
 * PORTAL_PATH_TAKEN, a warning for each route that matches paths of the portal, whatever its HTTP method: pages are
 * asked last, so that the portal lacks what these paths are for.
 */
export function takenPaths(
  options: GatewayOptions,
  { router, routes }: Pick<Surface, 'router' | 'routes'>,
): Diagnostic[] {
  const docs = docsOptions(options);
  if (docs === undefined) return [];
  const own = docs.path;
  const file = `${own}/${freeWord(routes.map(({ binding }) => binding.template))}`;
  const beneath = [own, file, `${own}/openapi.json`, `${own}/openapi.yaml`];
  const taken = new Map<(typeof routes)[number], string[]>();
  for (const path of [...beneath, '/openapi.json', '/openapi.yaml']) {
    for (const route of router.candidates(path)) {
      const paths = taken.get(route) ?? [];
      taken.set(route, paths);
      paths.push(path === file ? `${own}/*` : path);
    }
  }
  return [...taken].map(
    ([{ binding }, paths]): Diagnostic => ({
      severity: 'warning',
      code: 'PORTAL_PATH_TAKEN',
      text: `${describeBinding(binding)} takes ${paths.join(', ')} from the portal, which has nothing there then`,
      locations: [binding.location],
      hint: paths.some((path) => path === own || path.startsWith(`${own}/`))
        ? 'move the page with docs.path, switch it off with docs: false, or give the route another path'
        : `give the route another path, or leave it: the document is at ${own}/openapi.json too`,
    }),
  );
}
