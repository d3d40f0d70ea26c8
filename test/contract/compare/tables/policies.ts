import { defaultCodecOptions } from '../../../../src/codec/index.js';
import type { ComparedPair } from '../../../support/compared-pairs.js';
import { governed, pairsOf, rpc, service } from './protos.js';

const route = 'GET /v1/{name=things/*}';
const open = 'authentication: {mode: MODE_NONE}';
const streams = `message Ask {} message Thing { string some_name = 1; Kind kind = 2; } enum Kind { KIND_UNSPECIFIED = 0; } ${service(rpc('get: "/v1/a"', { gives: 'stream Thing' }))}`;
const json = (options: Partial<typeof defaultCodecOptions>) => ({
  codecOptions: { ...defaultCodecOptions, ...options },
});

/** Who may call, how often, and what else is said of a method. */
export const policyPairs: readonly ComparedPair[] = [
  ...pairsOf([
    [
      'a public method wants credentials',
      governed(open),
      governed('authentication: {mode: MODE_REQUIRED}'),
      `AUTHENTICATION_REQUIRED ${route}`,
    ],
    [
      'credentials were optional, and are not',
      governed('authentication: {mode: MODE_OPTIONAL}'),
      governed('authentication: {mode: MODE_REQUIRED}'),
      `AUTHENTICATION_REQUIRED ${route}`,
    ],
    [
      'the first policy of all, which says nothing of authentication',
      governed(''),
      governed('priority: PRIORITY_NORMAL'),
      'AUTHENTICATION_REQUIRED authentication',
    ],
    ['credentials are no longer wanted', governed('authentication: {mode: MODE_REQUIRED}'), governed(open)],
    [
      'a provider no longer counts',
      governed('authentication: {providers: ["a", "b"]}'),
      governed('authentication: {providers: ["b"]}'),
      `AUTHENTICATION_PROVIDER_REMOVED ${route}`,
    ],
    [
      'a provider counts too',
      governed('authentication: {providers: ["a"]}'),
      governed('authentication: {providers: ["a", "b"]}'),
    ],
    [
      'a scope more',
      governed('authorization: {scopes: ["a"]}'),
      governed('authorization: {scopes: ["a", "b"]}'),
      `SCOPE_ADDED ${route}`,
    ],
    [
      'a scope less',
      governed('authorization: {scopes: ["a", "b"]}'),
      governed('authorization: {scopes: ["b"]}'),
    ],
    [
      'one of several scopes no longer does',
      governed('authorization: {any_scopes: ["a", "b"]}'),
      governed('authorization: {any_scopes: ["a"]}'),
      `SCOPE_ADDED ${route}`,
    ],
    [
      'another scope does as well',
      governed('authorization: {any_scopes: ["a"]}'),
      governed('authorization: {any_scopes: ["b", "a"]}'),
    ],
    [
      'a rule decides',
      governed('authorization: {scopes: ["a"]}'),
      governed('authorization: {scopes: ["a"] rule: "request.name != \'\'"}'),
      `AUTHORIZATION_RULE_ADDED ${route}`,
    ],
    [
      'another rule decides',
      governed('authorization: {rule: "request.name == \'a\'"}'),
      governed('authorization: {rule: "request.name == \'b\'"}'),
      `AUTHORIZATION_RULE_CHANGED ${route}`,
    ],
    [
      'a method is hidden',
      governed(`${open} visibility: VISIBILITY_PUBLIC`),
      governed(`${open} visibility: VISIBILITY_PARTNER`),
      `VISIBILITY_REDUCED ${route}`,
    ],
    [
      'a method is shown',
      governed(`${open} visibility: VISIBILITY_INTERNAL`),
      governed(`${open} visibility: VISIBILITY_PARTNER`),
    ],
    [
      'fewer addresses',
      governed(`${open} addresses: {allow: ["10.0.0.0/8", "192.0.2.1"]}`),
      governed(`${open} addresses: {allow: ["10.0.0.0/8"]}`),
      `ADDRESSES_NARROWED ${route}`,
    ],
    [
      'a lower rate limit',
      governed(`${open} rate_limits: [{requests: 20}]`),
      governed(`${open} rate_limits: [{requests: 10}]`),
      `RATE_LIMIT_LOWERED ${route}`,
    ],
    [
      'a first rate limit',
      governed(open),
      governed(`${open} rate_limits: [{requests: 10}]`),
      `RATE_LIMIT_LOWERED ${route}`,
    ],
    [
      'a higher rate limit, of another time',
      governed(`${open} rate_limits: [{requests: 10}]`),
      governed(`${open} rate_limits: [{requests: 900 per: {seconds: 60}}]`),
    ],
    [
      'fewer at once',
      governed(`${open} concurrency: {max: 9}`),
      governed(`${open} concurrency: {max: 8}`),
      `CONCURRENCY_LOWERED ${route}`,
    ],
    [
      'less large bodies',
      governed(open),
      governed(`${open} request_bytes_max: 1000`),
      `REQUEST_SIZE_LOWERED ${route}`,
    ],
    [
      'less time',
      governed(`${open} timeout: {seconds: 9}`),
      governed(`${open} timeout: {seconds: 8}`),
      `TIMEOUT_SHORTENED ${route}`,
    ],
    ['more time', governed(`${open} timeout: {seconds: 8}`), governed(`${open} timeout: {seconds: 9}`)],
    ['no bound of time', governed(`${open} timeout: {seconds: 8}`), governed(open)],
    [
      'a bound of time that is taken back',
      governed(`${open} timeout: {seconds: 8}`),
      governed(`${open} timeout: {}`),
    ],
    [
      'less important',
      governed(open),
      governed(`${open} priority: PRIORITY_LOW`),
      `PRIORITY_LOWERED ${route}`,
    ],
    [
      'rules of fields are enforced',
      governed(`${open} validation: {rules: false}`),
      governed(open),
      `VALIDATION_ENABLED ${route}`,
    ],
    [
      'a key is wanted',
      governed(`${open} idempotency: {mode: MODE_OPTIONAL}`),
      governed(`${open} idempotency: {mode: MODE_REQUIRED}`),
      `IDEMPOTENCY_KEY_REQUIRED ${route}`,
    ],
    [
      'a key is no longer looked at',
      governed(`${open} idempotency: {mode: MODE_OPTIONAL}`),
      governed(open),
      `IDEMPOTENCY_REMOVED ${route}`,
    ],
    [
      'an origin less',
      governed(`${open} cors: {origins: ["https://a.example", "https://b.example"]}`),
      governed(`${open} cors: {origins: ["https://a.example"]}`),
      `CORS_NARROWED ${route}`,
    ],
    [
      'all origins',
      governed(`${open} cors: {origins: ["https://a.example"]}`),
      governed(`${open} cors: {origins: ["*"]}`),
    ],
    [
      'answers are stored',
      governed(open),
      governed(`${open} cache: {ttl: {seconds: 9}}`),
      `CACHE_CHANGED ${route}`,
    ],
    [
      'tags of what is stored',
      governed(`${open} cache: {tags: ["a"]}`),
      governed(`${open} cache: {tags: ["b"]}`),
    ],
    [
      'another status of success',
      governed(open),
      governed(`${open} success: {status: 204}`),
      `SUCCESS_STATUS_CHANGED ${route}`,
    ],
    ['the same status, written down', governed(open), governed(`${open} success: {status: 200}`)],
    [
      'no Location',
      governed(`${open} success: {location_field: "name" location_prefix: "/v1/"}`),
      governed(open),
      `LOCATION_REMOVED ${route}`,
    ],
    [
      'others check preconditions',
      governed(open),
      governed(`${open} preconditions: PRECONDITIONS_BACKEND`),
      `PRECONDITIONS_CHANGED ${route}`,
    ],
    [
      'a header field is dropped on its way',
      governed(open),
      governed(`${open} transform: {response_headers: [{name: "x-a" drop: true}]}`),
      `TRANSFORM_CHANGED ${route}`,
    ],
    [
      'a method is deprecated',
      governed(open),
      governed(`${open} deprecation: {since: "2026-01-31"}`),
      `DEPRECATED ${route}`,
    ],
    [
      'a method will go',
      governed(`${open} deprecation: {since: "2026-01-31"}`),
      governed(`${open} deprecation: {since: "2026-01-31" sunset: "2027-01-31"}`),
      `SUNSET_SET ${route}`,
    ],
    [
      'a method will go later',
      governed(`${open} deprecation: {sunset: "2027-01-31"}`),
      governed(`${open} deprecation: {sunset: "2027-02-28"}`),
    ],
  ]),
  {
    name: 'streams have another format where the client names none',
    before: streams,
    after: streams,
    is: { streamDefaults: [{ selector: '*', format: 'sse' }] },
    found: ['STREAM_FORMAT_CHANGED GET /v1/a'],
  },
  {
    name: 'the operator gives a call less time',
    before: streams,
    after: streams,
    is: { timeouts: [{ selector: '*', timeoutMs: 8_000 }] },
    found: ['TIMEOUT_SHORTENED GET /v1/a'],
  },
  {
    name: 'errors have another form',
    before: streams,
    after: streams,
    is: { errorForm: 'problem' },
    found: ['ERROR_FORM_CHANGED errors'],
  },
  {
    name: 'answers have names of .proto files, all of them',
    before: streams,
    after: streams,
    is: json({ protoNames: true }),
    found: ['JSON_NAMES_CHANGED JSON'],
  },
  {
    name: 'answers of one method have names of .proto files',
    before: streams,
    after: streams,
    is: { methodCodecOptions: [{ selector: '*', options: { protoNames: true } }] },
    found: ['JSON_NAMES_CHANGED GET /v1/a'],
  },
  {
    name: 'enums become numbers',
    before: streams,
    after: streams,
    is: json({ enumsAsNumbers: true }),
    found: ['JSON_ENUMS_CHANGED JSON'],
  },
  {
    name: 'unset fields are left out',
    before: streams,
    after: streams,
    was: json({ emitDefaults: true }),
    found: ['JSON_DEFAULTS_OMITTED JSON'],
  },
  {
    name: 'unset fields are printed',
    before: streams,
    after: streams,
    is: json({ emitDefaults: true }),
    found: [],
  },
  {
    name: 'unknown fields are refused',
    before: streams,
    after: streams,
    was: json({ ignoreUnknown: true }),
    found: ['UNKNOWN_FIELDS_REFUSED JSON'],
  },
  {
    name: 'a field that was always printed may be left out',
    before: streams,
    after: streams.replace('string some_name', 'optional string some_name'),
    was: json({ emitDefaults: true }),
    is: json({ emitDefaults: true }),
    found: ['RESPONSE_FIELD_MAY_BE_ABSENT Thing.some_name'],
  },
  {
    name: 'a field keeps its name in JSON, where answers have that of the .proto file',
    before: streams,
    after: streams.replace('some_name = 1', 'other = 1 [json_name = "someName"]'),
    was: json({ protoNames: true }),
    is: json({ protoNames: true }),
    found: ['RESPONSE_FIELD_RENAMED Thing.some_name'],
  },
  {
    name: 'a value has another name, where answers have numbers',
    before: streams,
    after: streams.replace('KIND_UNSPECIFIED', 'KIND_NONE'),
    was: json({ enumsAsNumbers: true }),
    is: json({ enumsAsNumbers: true }),
    found: [],
  },
];
