import type { Rules } from '../finding.js';

/** What the lint of a REST surface looks for. Ids that are codes of diagnostics are found when a surface is loaded. */
export const lintRules = {
  HTTP_RULE_TEMPLATE: {
    severity: 'error',
    what: 'A path template does not follow the grammar of google/api/http.proto.',
    why: 'The binding is not served.',
  },
  HTTP_RULE_FIELD: {
    severity: 'error',
    what: 'A template variable, `body` or `response_body` names a field that does not exist or cannot be bound.',
    why: 'The binding is not served.',
  },
  HTTP_RULE_NESTED: {
    severity: 'error',
    what: '`additional_bindings` contain `additional_bindings`.',
    why: 'The inner ones are not served: move them up to the main rule.',
  },
  HTTP_RULE_EMPTY: {
    severity: 'error',
    what: 'An HttpRule has neither a path nor an HTTP method.',
    why: 'The binding is not served.',
  },
  HTTP_RULE_CONFLICT: {
    severity: 'error',
    what: 'Two bindings have the same HTTP method and the same template shape.',
    why: 'The second gets no request: the first keeps the route.',
  },
  ROUTE_UNREACHABLE: {
    severity: 'error',
    what: 'Every request that a route matches goes to more specific routes.',
    why: 'The route gets no request; two templates that differ in shape can still match the same paths.',
  },
  HTTP_RULE_OVERLAP: {
    severity: 'note',
    what: 'Two templates match the same path without being equal.',
    why: 'The more specific one wins, which other gateways may see differently.',
  },
  HTTP_RULE_WILDCARD_INSIDE: {
    severity: 'warning',
    what: '`**` is followed by further wildcards.',
    why: 'Few other gateways accept that: put `**` last.',
  },
  HTTP_RULE_BODY_ON_GET: {
    severity: 'warning',
    what: 'A GET or DELETE binding declares a body.',
    why: 'Many clients and proxies drop such a body (AIP-131, AIP-135): without it the fields are query parameters.',
  },
  RULES_FILE_SELECTOR_UNKNOWN: {
    severity: 'warning',
    what: 'A selector of a rules file names no known method.',
    why: 'The rule has no effect, mostly since the method was renamed.',
  },
  FIELD_NAME_CLASH: {
    severity: 'error',
    what: "One field's JSON name is another field's name.",
    why: 'A query parameter of that name would be ambiguous: give one of them another json_name.',
  },
  POLICY_INVALID: {
    severity: 'error',
    what: 'A policy says something that cannot be, or that cannot hold for the method.',
    why: 'The gateway refuses to start with it.',
  },
  SOURCE_CONFLICT: {
    severity: 'warning',
    what: 'Two sources define the same file or symbol differently.',
    why: 'The first keeps it, so that the API depends on the order of the sources.',
  },
  REQUIRED_FIELD_UNREACHABLE: {
    severity: 'error',
    what: 'No binding of a method can carry a field that is REQUIRED.',
    why: 'The method cannot be called over HTTP: bind the field in the path or the body.',
  },
  FIELD_UNREACHABLE: {
    severity: 'warning',
    what: 'No binding of a method can carry a field: it is in no body, and has no form as a query parameter.',
    why: 'Clients cannot set it; repeated messages, maps of messages and Any need a body.',
  },
  OUTPUT_ONLY_NEEDED: {
    severity: 'warning',
    what: 'A field of requests is OUTPUT_ONLY, and its rules of buf.validate refuse it when it is empty.',
    why: 'No client can give it: the gateway leaves it out of requests and does not ask for it, but a backend that checks the same rules refuses them all. Drop the rule, or say `ignore: IGNORE_IF_ZERO_VALUE`.',
  },
  BODY_NOT_A_MESSAGE: {
    severity: 'warning',
    what: '`body` names a field that is a scalar, an enum, a list or a map.',
    why: 'The body is a bare value, which can never get a second member (AIP-127).',
  },
  RESPONSE_BODY_NOT_A_MESSAGE: {
    severity: 'note',
    what: '`response_body` names a field that is a scalar or an enum.',
    why: 'The answer is a bare value, which can never get a second member.',
  },
  RESPONSE_BODY_HIDES_PAGE_TOKEN: {
    severity: 'warning',
    what: '`response_body` leaves out the `next_page_token` of a response.',
    why: 'Clients get one page and cannot ask for the next.',
  },
  STREAM_WITHOUT_BODY: {
    severity: 'warning',
    what: 'A binding of a method that takes a stream has no body.',
    why: 'Requests can hold one message at most, of the path and the query.',
  },
  PATCH_WITHOUT_MASK: {
    severity: 'warning',
    what: 'The request of a PATCH has no field mask.',
    why: 'What is left out cannot be told from what is to be cleared (AIP-134: `update_mask`).',
  },
  AIP_131_GET: {
    severity: 'warning',
    what: 'A Get method is not a GET.',
    why: 'Its answers cannot be cached, and clients do not know that it changes nothing (AIP-131).',
  },
  AIP_132_LIST: {
    severity: 'warning',
    what: 'A List method is not a GET.',
    why: 'Its answers cannot be cached, and clients do not know that it changes nothing (AIP-132).',
  },
  AIP_133_CREATE: {
    severity: 'warning',
    what: 'A Create method is not a POST.',
    why: 'Clients and tools know from the name that it is one (AIP-133).',
  },
  AIP_133_CREATE_BODY: {
    severity: 'note',
    what: 'The body of a Create method is not the resource alone.',
    why: 'What is read back has another form than what is sent (AIP-133): name the field of the resource as the body.',
  },
  AIP_134_UPDATE: {
    severity: 'warning',
    what: 'An Update method is not a PATCH.',
    why: 'A PUT replaces: old clients clear the fields that they do not know (AIP-134).',
  },
  AIP_134_UPDATE_BODY: {
    severity: 'note',
    what: 'The body of an Update method is not the resource alone.',
    why: 'What is read back has another form than what is sent (AIP-134): name the field of the resource as the body.',
  },
  AIP_135_DELETE: {
    severity: 'warning',
    what: 'A Delete method is not a DELETE.',
    why: 'Clients and proxies know from the name that it is one (AIP-135).',
  },
  AIP_136_CUSTOM: {
    severity: 'warning',
    what: 'A custom method (`:verb`) is neither POST nor GET.',
    why: 'PUT, PATCH and DELETE are said of a resource, not of what is done with it (AIP-136).',
  },
  AIP_136_VERB_CASE: {
    severity: 'warning',
    what: 'The verb of a custom method is not lowerCamel.',
    why: 'Paths of one API are written alike (AIP-136): `:batchGet`.',
  },
  LIST_WITHOUT_PAGINATION: {
    severity: 'warning',
    what: 'A List or Search method has no `page_size`, `page_token` or `next_page_token`.',
    why: 'Adding pages later breaks clients, which would take the first page for all (AIP-158).',
  },
  PATH_CASE: {
    severity: 'note',
    what: 'A literal of a path is not lowerCamel.',
    why: 'Paths are case-sensitive and of one API written alike (AIP-122).',
  },
  PATH_NAMES_VERB: {
    severity: 'note',
    what: 'A literal of a path begins with get, list, create, update or delete.',
    why: 'The HTTP method says that already; paths name resources (AIP-121).',
  },
  PATH_VERSION: {
    severity: 'note',
    what: 'A path does not have the version of its package.',
    why: 'Two versions of the API cannot be served side by side (AIP-185).',
  },
  PATH_VERSION_MISMATCH: {
    severity: 'warning',
    what: 'A path has another version than its package.',
    why: 'Clients of one version get the other (AIP-185).',
  },
  VARIABLE_NAME_INCONSISTENT: {
    severity: 'note',
    what: 'One place of several paths binds variables of different names.',
    why: 'Documents name a parameter once per path: readers see one thing under two names.',
  },
  RESOURCE_PATTERN_MISMATCH: {
    severity: 'warning',
    what: 'What a variable matches, in all bindings of a method, is no name of the resource that its field holds (google.api.resource).',
    why: 'Names that the API gives out cannot be put into the path, or what can is never found.',
  },
  METHOD_WITHOUT_RULE: {
    severity: 'note',
    what: 'A method has no HttpRule, in a service whose other methods have some.',
    why: 'It was forgotten, or is for gRPC alone.',
  },
  COMMENT_MISSING: {
    severity: 'note',
    what: 'A service or method that is served has no comment.',
    why: 'The comment is its description in OpenAPI, clients and references.',
  },
  DEPRECATED_WITHOUT_REPLACEMENT: {
    severity: 'note',
    what: 'The comment of a deprecated method or field does not say what to use instead.',
    why: 'Clients learn that it goes, and not what to do.',
  },
  ENUM_ZERO_VALUE: {
    severity: 'note',
    what: 'The zero value of an enum is not called UNSPECIFIED or UNKNOWN.',
    why: 'It is what JSON has where nothing was said (AIP-126), and looks like a choice.',
  },
  UNAUTHENTICATED_WRITE: {
    severity: 'warning',
    what: 'A method that changes something takes anonymous callers, where the gateway is guarded.',
    why: 'Anybody on the network can write.',
  },
  SCOPES_WITHOUT_AUTHENTICATION: {
    severity: 'error',
    what: 'A method needs scopes and authenticates nobody.',
    why: 'Nobody can have the scopes: the gateway refuses to start with it.',
  },
  OVERLAP_AUTHORIZATION: {
    severity: 'warning',
    what: 'Two routes match the same path, and different callers are let through.',
    why: 'A change of one template decides who may make the request.',
  },
  IGNORE_UNKNOWN_RULE: {
    severity: 'warning',
    what: 'A comment `propylon:ignore` names no known rule.',
    why: 'It ignores nothing.',
  },
  IGNORE_WITHOUT_REASON: {
    severity: 'note',
    what: 'A comment `propylon:ignore` gives no reason.',
    why: 'Nobody can tell later whether it still holds.',
  },
} as const satisfies Rules;

/** The id of a rule of the lint. */
export type LintRule = keyof typeof lintRules;
