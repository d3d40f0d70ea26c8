import { type OpenApiBuild, openApiDocument } from '../contract/index.js';
import type { DescService } from '../descriptor/index.js';
import { defaultLimits } from '../limits.js';
import type { Asked } from './written.js';

/** Which services are of a package, and wanted. */
export function isIn(name: string | undefined, files: ReadonlySet<string>) {
  return ({ file: { proto } }: DescService): boolean =>
    files.has(proto.name) && (name === undefined || proto.package === name);
}

/** The OpenAPI document of a package. */
export type PackageDocument = OpenApiBuild & { readonly name: string | undefined };

/** Makes the OpenAPI document of each package, once for all that are written out of it. */
export function createDocuments(
  asked: Omit<Asked, 'documents'>,
): (version: '3.0' | '3.1') => readonly PackageDocument[] {
  const made = new Map<string, readonly PackageDocument[]>();
  return (version) => {
    const all = made.get(version) ?? documentsOf(asked, version);
    made.set(version, all);
    return all;
  };
}

function documentsOf(
  { outline, packages, files, parameters }: Omit<Asked, 'documents'>,
  version: '3.0' | '3.1',
): readonly PackageDocument[] {
  const { audience, title, servers } = parameters;
  return packages.map((name) => ({
    name,
    ...openApiDocument(outline, {
      version,
      audience,
      title,
      servers: servers.length === 0 ? undefined : servers,
      limits: defaultLimits,
      includes: isIn(name, files),
    }),
  }));
}
