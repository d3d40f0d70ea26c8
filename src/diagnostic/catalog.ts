/** Every diagnostic code with its explanation. */
export const catalog = {
  SOURCE_UNREADABLE: 'A descriptor source could not be read or compiled.',
  SOURCE_CONFLICT: 'Two sources define the same file or symbol differently; the first keeps it.',
  HTTP_RULE_TEMPLATE: 'A path template does not follow the grammar of google/api/http.proto.',
  HTTP_RULE_FIELD:
    'A template variable, body or response_body names a field that does not exist or cannot be bound.',
  HTTP_RULE_NESTED: 'additional_bindings must not contain additional_bindings.',
  HTTP_RULE_EMPTY: 'An HttpRule has neither a path nor an HTTP method.',
  HTTP_RULE_CONFLICT: 'Two bindings have the same HTTP method and the same template shape.',
  HTTP_RULE_OVERLAP: 'Two templates match the same path without being equal; the more specific one wins.',
  HTTP_RULE_WILDCARD_INSIDE: '`**` is followed by further wildcards; few peers accept that.',
  HTTP_RULE_BODY_ON_GET: 'A GET or DELETE binding declares a body (AIP-131, AIP-135).',
  RULES_FILE_INVALID: 'A rules file is not a google.api.Service document in YAML.',
  RULES_FILE_SELECTOR_UNKNOWN: 'A selector of a rules file names no known method.',
  FIELD_NAME_CLASH:
    "One field's JSON name is another field's proto name, so that a query parameter would be ambiguous.",
  BACKEND_MISSING: 'A service with routes has no backend.',
  HASH_FIELD_UNKNOWN: 'A backend is to place calls by a field that no request of its methods has.',
  BACKEND_UNUSED: 'A backend selector matches no service.',
  SELECTOR_UNUSED: 'A selector of an option matches no method.',
  BACKEND_TARGET_INVALID: 'A backend target cannot be parsed.',
  CONFIG_INVALID: 'The configuration file is not valid.',
  EVENT_ID_INVALID: 'A field that is to be the id of events is not one that can be.',
  CODECS_INVALID: 'What was handed in as codecs is no module of functions that was written ahead of time.',
  CODECS_STALE: 'Codecs were written ahead of time by another version, or for other descriptors.',
  CODECS_MISSING: 'The process may not compile functions, and some were not written ahead of time.',
  CODECS_TYPE_UNKNOWN: 'A message type that codecs shall be written for is in no source.',
  POLICY_INVALID: 'A policy says something that cannot be, or that cannot hold for the method.',
  CREDENTIALS_FILE: 'A file with keys or credentials cannot be read, or does not hold any.',
  KEY_UNUSABLE: 'A key of the configuration is none, is too short, or is not for signatures.',
  PROVIDERS_NONE: 'Methods need credentials, and nothing says who gives them out.',
  CLIENT_LEFT_OUT: 'A binding cannot be called by a generated client.',
  OPENAPI_LEFT_OUT: 'A binding has no place in an OpenAPI document.',
  METHOD_SUNSET: 'A method is served after the day on which it was to go.',
  ROUTE_REMOVED: 'A route that was served before is gone: clients that use it break.',
  ROUTE_CHANGED:
    'A route leads elsewhere, streams otherwise, takes or gives something else, or wants more of its callers.',
  FIELD_CHANGED:
    'A field or a value that clients write or read is gone, is written otherwise, or is under stricter rules.',
  RELOAD_FAILED: 'A reload has met something that it does not know.',
  RESTART_NEEDED: 'A setting has changed that a running process does not take over.',
  MOCK_RULES_BROKEN: 'A made-up answer breaks rules of buf.validate, since none was found that keeps them.',
  PORTAL_PATH_TAKEN: "A route of the API has a path of the portal, which is the API's then.",
  ROUTES_NONE: 'No method has an HttpRule: nothing is served.',
} as const;

export type DiagnosticCode = keyof typeof catalog;
