import { z } from 'zod';
import { audiences } from '../gate/index.js';

/** A place on the listener, or a whole URL: to browsers `//host/path` is another host, and no path. */
const server = z.union([
  z.string().regex(/^\/(?!\/)[A-Za-z0-9\-._~/]*$/, {
    error: ({ input }) =>
      typeof input === 'string' && input.startsWith('//')
        ? `names a host without saying how it is reached: write https:${input}, or a path that begins with one /`
        : 'must be a path or a URL of http or https',
  }),
  z.url({ protocol: /^https?$/ }),
]);

const docsOptionsSchema = z.strictObject({
  path: z
    .string()
    .regex(/^(\/[A-Za-z0-9\-_][A-Za-z0-9\-._~]*)+$/, 'must be a path of plain segments')
    .optional()
    .describe('Where the page is. Default /docs.'),
  title: z.string().min(1).optional().describe('Default: the package, or API for several.'),
  servers: z
    .array(server)
    .min(1)
    .optional()
    .describe(
      'Where clients reach the API: https://api.example.com. Default: where the document comes from.',
    ),
  audience: z
    .enum(audiences)
    .optional()
    .describe(
      'Nobody is shown more than this audience may see. Default internal: everybody sees what is theirs.',
    ),
});

/** The section `docs` of propylon.yaml. */
export const docsSchema = z.union([z.boolean(), docsOptionsSchema]);

export type DocsOptions = z.output<typeof docsOptionsSchema>;
