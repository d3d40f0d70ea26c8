import { fieldValues, type HeaderFields } from '../../headers.js';
import type { GateContext } from '../context.js';
import type { GateStep } from '../step.js';
import type { GateRequest } from '../view.js';
import { allowedOrigins } from './origins.js';

/** What pages may send besides what they always may: all that the gateway itself takes from clients. */
const requestHeaders = [
  ...['authorization', 'content-type', 'dpop', 'idempotency-key', 'if-match', 'if-none-match', 'prefer'],
  ...['grpc-timeout', 'x-server-timeout', 'x-goog-fieldmask', 'x-request-id', 'traceparent', 'tracestate'],
  'last-event-id',
];

/** What pages may read besides what they always may: all that the gateway itself says to clients. */
const responseHeaders = [
  ...['x-request-id', 'etag', 'location', 'retry-after', 'ratelimit', 'ratelimit-policy', 'www-authenticate'],
  ...['age', 'cache-status', 'grpc-status', 'grpc-message'],
  ...['dpop-nonce', 'deprecation', 'sunset', 'link', 'preference-applied', 'idempotent-replayed'],
];

const maxAgeMsDefault = 600_000;

/** RFC 9110 §5.6.2, without "*": with credentials that is a name, and it would be all names without. */
const fieldName = /^[\w!#$%&'+.^`|~-]+$/;

/**
 * The policy `cors` (WHATWG Fetch, "CORS protocol"): what browsers are told about answers, errors
 * included, and before they ask. Refuses nothing: whoever is no browser sends what it likes.
 */
export function cors(context: GateContext): readonly GateStep[] {
  const { origins, ...rules } = context.policy.cors ?? {};
  // An operator's empty list switches off what a method declares.
  if (context.policy.cors === undefined || origins?.length === 0) return [];
  const problems = [...problemsOf(rules, origins)];
  const named = allowedOrigins((origins ?? []).filter((origin) => origin !== '*'));
  if ('problems' in named) problems.push(...named.problems.map((problem) => `origins: ${problem}`));
  for (const problem of problems) report(context, problem);
  if (problems.length > 0 || 'problems' in named) return [];

  const isForAll = origins?.includes('*') === true;
  const granted: HeaderFields = rules.credentials ? [['access-control-allow-credentials', 'true']] : [];
  const exposed = [...responseHeaders, ...(rules.responseHeaders ?? [])].join(', ').toLowerCase();
  const told: HeaderFields = [...granted, ['access-control-expose-headers', exposed]];
  const toldAll: HeaderFields = [
    ['access-control-allow-origin', '*'],
    // For images and scripts too, which are not asked for by CORS.
    ['cross-origin-resource-policy', 'cross-origin'],
    ...told,
  ];
  const allowedHeaders = [...requestHeaders, ...(rules.requestHeaders ?? [])].join(', ').toLowerCase();
  const maxAge = String(Math.floor((rules.maxAge ?? maxAgeMsDefault) / 1000));

  /** The origin of a request whose pages are named; undefined for any other, or where two are given. */
  const namedOrigin = ({ headers }: GateRequest): string | undefined => {
    const [origin, ...more] = fieldValues(headers, 'origin');
    return origin !== undefined && more.length === 0 && named.allows(origin) ? origin : undefined;
  };

  return [
    {
      name: 'cors',
      admit({ request, responseHeaders: fields }) {
        if (isForAll) {
          fields.push(...toldAll);
          return undefined;
        }
        fields.push(varyByOrigin);
        const origin = namedOrigin(request);
        if (origin !== undefined) fields.push(['access-control-allow-origin', origin], ...told);
        return undefined;
      },
      preflight(request, httpMethod) {
        const origin = isForAll ? '*' : namedOrigin(request);
        if (origin === undefined) return [varyOfPreflight];
        const isPrivate =
          fieldValues(request.headers, 'access-control-request-private-network')[0] === 'true';
        return [
          varyOfPreflight,
          ['access-control-allow-origin', origin],
          ...granted,
          ['access-control-allow-methods', httpMethod],
          ['access-control-allow-headers', allowedHeaders],
          ['access-control-max-age', maxAge],
          // Into a private network only whoever was named: the others are all of the web.
          ...(isPrivate && !isForAll ? [privateNetwork] : []),
        ];
      },
    },
  ];
}

const varyByOrigin = ['vary', 'origin'] as const;
const varyOfPreflight = [
  'vary',
  'origin, access-control-request-method, access-control-request-headers, access-control-request-private-network',
] as const;
const privateNetwork = ['access-control-allow-private-network', 'true'] as const;

type Cors = NonNullable<GateContext['policy']['cors']>;

function* problemsOf(
  { credentials, requestHeaders: sent = [], responseHeaders: read = [] }: Omit<Cors, 'origins'>,
  origins: readonly string[] | undefined,
): Iterable<string> {
  if (origins === undefined) yield 'origins: it names no origins';
  if (credentials === true && origins?.includes('*'))
    yield 'credentials: pages of every origin would act in the name of whoever visits them';
  for (const [list, names] of [['requestHeaders', sent] as const, ['responseHeaders', read] as const]) {
    for (const name of names) if (!fieldName.test(name)) yield `${list}: ${name} is no header field`;
  }
}

function report({ method, origins, report: tell }: GateContext, problem: string): void {
  const [, key = ''] = /^(\w+): /.exec(problem) ?? [];
  const origin = origins.get(`cors.${key}`);
  tell({
    severity: 'error',
    code: 'POLICY_INVALID',
    text: `The policy of ${method.parent.typeName}.${method.name} has a wrong value in cors.${problem}${origin === undefined ? '' : ` (${origin})`}.`,
    locations: [],
    hint: 'An origin is https://shop.example, https://*.shop.example or, without credentials, *.',
  });
}
