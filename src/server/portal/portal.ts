import type { Clock } from '../../clock.js';
import type { DocsOptions } from '../../config/index.js';
import {
  type Audience,
  admit,
  audiences,
  credentialFields,
  type GateResources,
  type GateView,
  knownCaller,
  type Refusal,
  sees,
} from '../../gate/index.js';
import type { Exchange, HeaderFields, Page, PageContent, Pages } from '../../gateway/index.js';
import type { Limits } from '../../limits.js';
import { Code, reasons, StatusError } from '../../status/index.js';
import type { Outline } from '../../surface/index.js';
import { createAssets } from './assets.js';
import { createDocuments, type WantedDocument } from './documents.js';
import { portalPage } from './page.js';

/** What a portal is made of. */
export interface PortalParts {
  /** Made when it is first asked for. */
  readonly outline: () => Outline;
  readonly gate: GateResources;
  readonly limits: Limits;
  readonly clock: Clock;
}

const formats = [
  ['json', 'application/json'],
  ['yaml', 'application/yaml'],
] as const;

/** Tools of any origin may read: who calls is said by what they send, and never by where they are. */
const forAllOrigins: HeaderFields = [
  ['access-control-allow-origin', '*'],
  ['access-control-expose-headers', 'etag, x-request-id'],
  ['cross-origin-resource-policy', 'cross-origin'],
];

/** Its name changes with it. */
const forever: HeaderFields = [
  ['cache-control', 'public, max-age=31536000, immutable'],
  ['cross-origin-resource-policy', 'same-origin'],
];

/** The document of the API, `/openapi.json` and `/openapi.yaml`, and a page of it, `/docs`, with what it is made of. */
export function createPortal(
  options: DocsOptions & { path: string },
  { outline, gate, limits, clock }: PortalParts,
): Pages {
  const { title, servers, audience: most = 'internal' } = options;
  const documents = createDocuments(outline, { title, servers, limits, clock });
  const tells = most !== 'public' && gate.hasProviders;
  const caller = tells ? [knownCaller(gate)] : [];
  const fields = credentialFields(gate.options);
  const preflight: HeaderFields = [
    ...forAllOrigins,
    ['access-control-allow-methods', 'GET, HEAD'],
    ['access-control-allow-headers', [...fields, 'if-none-match'].join(', ')],
    ['access-control-max-age', '600'],
  ];

  const document = (
    exchange: Exchange,
    format: WantedDocument['format'],
    contentType: string,
    route: string,
  ): Page => ({
    route,
    preflight,
    refusal: forAllOrigins,
    async read(view): Promise<PageContent | Refusal> {
      const said = askedOf(exchange.target);
      const refused = await admit(caller, view);
      if (refused !== undefined) return refused;
      const made = await documents({ ...said, audience: audienceOf(view, most), format });
      const headers: HeaderFields = [
        // Always asked for again: a reload may have changed it, and the tag says so.
        ['cache-control', view.principal === undefined ? 'public, no-cache' : 'private, no-cache'],
        ...(tells && fields.length > 0 ? [['vary', fields.join(', ')] as const] : []),
        ...forAllOrigins,
      ];
      return { ...made, contentType, headers };
    },
  });

  const assets = createAssets();
  const { path: own } = options;
  let made: Promise<PageContent> | undefined;
  const page: Page = {
    route: own,
    preflight: [],
    refusal: [],
    read() {
      made ??= portalPage(assets, options, fields);
      return made;
    },
  };
  const asset = (name: string): Page => ({
    route: `${own}/*`,
    preflight: [],
    refusal: [],
    async read() {
      const found = await assets.find(name);
      if (found === undefined) throw new StatusError(Code.NOT_FOUND, 'ROUTE_UNKNOWN', reasons.ROUTE_UNKNOWN);
      return { ...found, headers: forever };
    },
  });

  const withSlash: Page = {
    route: own,
    preflight: [],
    refusal: [],
    read: async () => ({ location: `../${own.slice(own.lastIndexOf('/') + 1)}` }),
  };

  return {
    find(exchange) {
      const path = pathOf(exchange.target);
      if (path === own) return page;
      if (path === `${own}/`) return withSlash;
      for (const [format, contentType] of formats) {
        // Beneath the page too, which asks for it there: a proxy may send us nothing else, and an API may have the other path.
        for (const place of [`/openapi.${format}`, `${own}/openapi.${format}`])
          if (path === place) return document(exchange, format, contentType, place);
      }
      // A segment more is an asset of the page, and no more segments are.
      if (path.startsWith(`${own}/`) && !path.includes('/', own.length + 1))
        return asset(path.slice(own.length + 1));
      return undefined;
    },
  };
}

function audienceOf({ principal }: GateView, most: Audience): Audience {
  const own = principal?.audience ?? 'public';
  return audiences.findLast((audience) => sees(own, audience) && sees(most, audience)) ?? 'public';
}

/** Of a target in whole, the path; RFC 9112 §3.2.2 has servers take it. */
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/\?.*$/s, '');
}

/** Other parameters say nothing here. */
function askedOf(target: string): Pick<WantedDocument, 'version' | 'samples'> {
  const at = target.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : target.slice(at));
  const version = query.get('version') ?? '3.1';
  const samples = query.get('samples') === 'true';
  if (version === '3.0' || version === '3.1') return { version, samples };
  throw new StatusError(Code.INVALID_ARGUMENT, 'QUERY_VALUE', 'The version of OpenAPI is 3.1 or 3.0.', {
    violations: [{ field: 'version', description: 'is none of 3.1, 3.0' }],
  });
}
