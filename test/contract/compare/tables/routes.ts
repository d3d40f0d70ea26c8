import type { ComparedPair } from '../../../support/compared-pairs.js';
import { pairsOf, rpc, service } from './protos.js';

const types = `
message Ask { string name = 1; string part = 2; Filter filter = 3; int32 size = 4; }
message Filter { string city = 1; Filter inner = 2; repeated string tags = 3; }
message Thing { string name = 1; Part part = 2; }
message Part { string id = 1; }
`;
const api = (...methods: readonly string[]): string => `${types} ${service(...methods)}`;

/** Where requests lead, and what their bodies and queries stand for. */
export const routePairs: readonly ComparedPair[] = pairsOf([
  [
    'a route that is gone',
    api(rpc('get: "/v1/a"'), rpc('get: "/v1/b"', { name: 'Other' })),
    api(rpc('get: "/v1/a"')),
    'ROUTE_REMOVED GET /v1/b',
  ],
  [
    'a literal of a path that is another',
    api(rpc('get: "/v1/things"')),
    api(rpc('get: "/v2/things"')),
    'ROUTE_REMOVED GET /v1/things',
  ],
  [
    'another HTTP method',
    api(rpc('get: "/v1/things"')),
    api(rpc('post: "/v1/things"')),
    'ROUTE_REMOVED GET /v1/things',
  ],
  [
    'a verb that is another',
    api(rpc('post: "/v1/{name=things/*}:stop"')),
    api(rpc('post: "/v1/{name=things/*}:halt"')),
    'ROUTE_REMOVED POST /v1/{name=things/*}:stop',
  ],
  [
    'a verb that is gone, and is taken for a part of the variable',
    api(rpc('post: "/v1/{name=things/*}:stop"')),
    api(rpc('post: "/v1/{name=things/*}"')),
    'ROUTE_REMOVED POST /v1/{name=things/*}:stop',
  ],
  [
    'an additional binding that is gone',
    api(rpc('get: "/v1/a" additional_bindings { get: "/v1/b" }')),
    api(rpc('get: "/v1/a"')),
    'ROUTE_REMOVED GET /v1/b',
  ],
  [
    'main and additional binding in the other order',
    api(rpc('get: "/v1/a" additional_bindings { get: "/v1/b" }')),
    api(rpc('get: "/v1/b" additional_bindings { get: "/v1/a" }')),
  ],
  [
    'any number of segments becomes one below a literal',
    api(rpc('get: "/v1/{name=**}"')),
    api(rpc('get: "/v1/{name=things/*}"')),
    'ROUTE_NARROWED GET /v1/{name=**}',
  ],
  [
    'any number of segments becomes one',
    api(rpc('get: "/v1/{name=things/**}"')),
    api(rpc('get: "/v1/{name=things/*}"')),
    'ROUTE_NARROWED GET /v1/{name=things/**}',
  ],
  [
    'a wildcard becomes a literal',
    api(rpc('get: "/v1/{name=*}/x"')),
    api(rpc('get: "/v1/{name=a}/x"')),
    'ROUTE_NARROWED GET /v1/{name=*}/x',
  ],
  [
    'one segment becomes any number',
    api(rpc('get: "/v1/{name=things/*}"')),
    api(rpc('get: "/v1/{name=things/**}"')),
  ],
  ['a literal becomes a wildcard', api(rpc('get: "/v1/{name=things/*}"')), api(rpc('get: "/v1/{name=*/*}"'))],
  [
    'a variable of another name',
    api(rpc('get: "/v1/things/{name}"')),
    api(rpc('get: "/v1/things/{id}"')).replace('string name = 1; string part', 'string id = 1; string part'),
  ],
  [
    'a variable of several segments is taken apart',
    api(rpc('get: "/v1/{name=things/*}/{part=parts/*}"')),
    api(rpc('get: "/v1/things/{name}/parts/{part}"')),
  ],
  [
    'variables that change places',
    api(rpc('get: "/v1/{name}/x/{part}"')),
    api(rpc('get: "/v1/{part}/x/{name}"')),
    'PATH_VARIABLES_SWAPPED GET /v1/{name}/x/{part}',
  ],
  [
    'a route for every HTTP method becomes one for GET',
    api(rpc('custom: { kind: "*" path: "/v1/things" }')),
    api(rpc('get: "/v1/things"')),
    'ROUTE_NARROWED * /v1/things',
  ],
  [
    'a route for GET becomes one for every HTTP method',
    api(rpc('get: "/v1/things"')),
    api(rpc('custom: { kind: "*" path: "/v1/things" }')),
  ],
  [
    'a path that leads to a method that there was before',
    api(rpc('get: "/v1/a"'), rpc('get: "/v1/b"', { name: 'Other' })),
    api(rpc('get: "/v1/b"'), rpc('get: "/v1/a"', { name: 'Other' })),
    'ROUTE_LEADS_ELSEWHERE GET /v1/a',
    'ROUTE_LEADS_ELSEWHERE GET /v1/b',
  ],
  [
    'a new literal beside a wildcard takes one of its paths',
    api(rpc('get: "/v1/things/{name}"')),
    api(rpc('get: "/v1/things/{name}"'), rpc('get: "/v1/things/special"', { name: 'Other' })),
    'ROUTE_SHADOWED GET /v1/things/special',
  ],
  [
    'a new route above a rest of segments takes some of its paths',
    api(rpc('get: "/v1/{name=**}"')),
    api(rpc('get: "/v1/{name=**}"'), rpc('get: "/v1/{name=things/*}/parts"', { name: 'Other' })),
    'ROUTE_SHADOWED GET /v1/things/x/parts',
  ],
  [
    'a new wildcard below an old literal',
    api(rpc('get: "/v1/things/special"')),
    api(rpc('get: "/v1/things/special"'), rpc('get: "/v1/things/{name}"', { name: 'Other' })),
  ],
  [
    'a new literal that leads to the same method',
    api(rpc('get: "/v1/things/{name}"')),
    api(rpc('get: "/v1/things/{name}" additional_bindings { get: "/v1/things/special" }')),
  ],
  [
    'a literal that is gone leaves its path to a wildcard',
    api(rpc('get: "/v1/things/{name}"'), rpc('get: "/v1/things/special"', { name: 'Other' })),
    api(rpc('get: "/v1/things/{name}"')),
    'ROUTE_LEADS_ELSEWHERE GET /v1/things/special',
  ],
  [
    'overlapping routes as they were',
    api(rpc('get: "/v1/things/{name}"'), rpc('get: "/v1/things/special"', { name: 'Other' })),
    api(rpc('get: "/v1/things/special"', { name: 'Other' }), rpc('get: "/v1/things/{name}"')),
  ],
  ['a method of another name', api(rpc('get: "/v1/a"')), api(rpc('get: "/v1/a"', { name: 'Renamed' }))],
  [
    'a service of another name',
    api(rpc('get: "/v1/a"')),
    api(rpc('get: "/v1/a"')).replace('service S', 'service T'),
  ],
  ['a new route', api(rpc('get: "/v1/a"')), api(rpc('get: "/v1/a"'), rpc('get: "/v1/b"', { name: 'New' }))],
  [
    'a new additional binding',
    api(rpc('get: "/v1/a"')),
    api(rpc('get: "/v1/a" additional_bindings { get: "/v1/b" }')),
  ],
  [
    'a method without a route is gone',
    api(rpc('get: "/v1/a"'), 'rpc Silent(Ask) returns (Thing);'),
    api(rpc('get: "/v1/a"')),
  ],
  [
    'methods in another order',
    api(rpc('get: "/v1/a"'), rpc('get: "/v1/b"', { name: 'Other' })),
    api(rpc('get: "/v1/b"', { name: 'Other' }), rpc('get: "/v1/a"')),
  ],

  [
    'a unary method streams its answers',
    api(rpc('get: "/v1/a"')),
    api(rpc('get: "/v1/a"', { gives: 'stream Thing' })),
    'STREAM_KIND_CHANGED GET /v1/a',
  ],
  [
    'a method no longer takes a stream',
    api(rpc('post: "/v1/a" body: "*"', { takes: 'stream Ask' })),
    api(rpc('post: "/v1/a" body: "*"')),
    'STREAM_KIND_CHANGED POST /v1/a',
  ],

  [
    'the body was all fields and is one',
    api(rpc('post: "/v1/a" body: "*"')),
    api(rpc('post: "/v1/a" body: "filter"')),
    'BODY_CHANGED POST /v1/a',
  ],
  [
    'the body was one field and is all',
    api(rpc('post: "/v1/a" body: "filter"')),
    api(rpc('post: "/v1/a" body: "*"')),
    'BODY_CHANGED POST /v1/a',
    'QUERY_PARAMETER_REMOVED POST /v1/a?name',
    'QUERY_PARAMETER_REMOVED POST /v1/a?part',
    'QUERY_PARAMETER_REMOVED POST /v1/a?size',
  ],
  [
    'there was a body and is none',
    api(rpc('post: "/v1/a" body: "filter"')),
    api(rpc('post: "/v1/a"')),
    'BODY_CHANGED POST /v1/a',
  ],
  [
    'the body is another field',
    api(rpc('post: "/v1/a" body: "filter"')).replace('int32 size = 4', 'Filter other = 4'),
    api(rpc('post: "/v1/a" body: "other"')).replace('int32 size = 4', 'Filter other = 4'),
    'BODY_CHANGED POST /v1/a',
    'QUERY_PARAMETER_REMOVED POST /v1/a?other.city',
    'QUERY_PARAMETER_REMOVED POST /v1/a?other.tags',
  ],
  [
    'the field of the body has another name',
    api(rpc('post: "/v1/a" body: "filter"')),
    api(rpc('post: "/v1/a" body: "condition"')).replace('Filter filter = 3', 'Filter condition = 3'),
  ],
  [
    'there was no body, and is one for a message that the query could fill, within itself too',
    api(rpc('post: "/v1/a"')),
    api(rpc('post: "/v1/a" body: "filter"')),
    'QUERY_PARAMETER_REMOVED POST /v1/a?filter.city',
    'QUERY_PARAMETER_REMOVED POST /v1/a?filter.tags',
  ],
  [
    'there was no body, and is one of all fields that the path does not bind: none',
    `message Ask { string name = 1; } message Thing {} ${service(rpc('post: "/v1/{name}"'))}`,
    `message Ask { string name = 1; } message Thing {} ${service(rpc('post: "/v1/{name}" body: "*"'))}`,
  ],
  [
    'bytes of any type become JSON',
    api(rpc('post: "/v1/a" body: "*"', { takes: 'google.api.HttpBody' })),
    api(rpc('post: "/v1/a" body: "*"')),
    'BODY_CHANGED POST /v1/a',
  ],

  [
    'the answer was the whole message and is one field',
    api(rpc('get: "/v1/a"')),
    api(rpc('get: "/v1/a" response_body: "part"')),
    'RESPONSE_BODY_CHANGED GET /v1/a',
  ],
  [
    'the answer was one field and is the whole message',
    api(rpc('get: "/v1/a" response_body: "part"')),
    api(rpc('get: "/v1/a"')),
    'RESPONSE_BODY_CHANGED GET /v1/a',
  ],
  [
    'the field of the answer has another name',
    api(rpc('get: "/v1/a" response_body: "part"')),
    api(rpc('get: "/v1/a" response_body: "piece"')).replace('Part part = 2; }', 'Part piece = 2; }'),
  ],
  [
    'an answer of JSON becomes bytes',
    api(rpc('get: "/v1/a"')),
    api(rpc('get: "/v1/a"', { gives: 'google.api.HttpBody' })),
    'RESPONSE_BODY_CHANGED GET /v1/a',
  ],
  [
    'the answer is another message altogether',
    api(rpc('get: "/v1/a"')),
    `${api(rpc('get: "/v1/a"', { gives: 'Page' }))} message Page { repeated Thing items = 7; }`,
    'RESPONSE_TYPE_CHANGED GET /v1/a',
  ],
]);
