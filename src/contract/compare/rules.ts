import type { Rules } from '../finding.js';

/** What can break clients of a REST surface, or is worth a look. "Requests" and "answers" are those of the API. */
export const compareRules = {
  ROUTE_REMOVED: {
    severity: 'error',
    what: 'An HTTP method and path that led to a method lead nowhere.',
    why: 'Requests are answered with 404, or with 405 where the path still has other HTTP methods; keep the old binding among `additional_bindings`.',
  },
  ROUTE_NARROWED: {
    severity: 'error',
    what: 'A template matches fewer paths than before.',
    why: 'Requests with the other paths are answered with 404.',
  },
  ROUTE_LEADS_ELSEWHERE: {
    severity: 'error',
    what: 'An HTTP method and path lead to another method, though the one before or the one now is not new.',
    why: 'Clients get something else done than they ask for.',
  },
  ROUTE_SHADOWED: {
    severity: 'warning',
    what: 'A more specific template takes some of the paths of a route.',
    why: 'Requests whose variables happen to have that value get something else done.',
  },
  PATH_VARIABLES_SWAPPED: {
    severity: 'error',
    what: 'Variables of a template have changed places.',
    why: 'The same path names something else.',
  },
  STREAM_KIND_CHANGED: {
    severity: 'error',
    what: 'A method streams where it did not, or no longer does.',
    why: 'Bodies are framed otherwise: one message, or lines of them.',
  },
  STREAM_FORMAT_CHANGED: {
    severity: 'error',
    what: 'Streams are written in another format where the client names none.',
    why: 'Clients without an `Accept` get what they do not read; keep the `streams` setting.',
  },
  BODY_CHANGED: {
    severity: 'error',
    what: 'The body of requests stands for something else: the whole message, one field, bytes or nothing.',
    why: 'What clients send is refused, or read as something else.',
  },
  RESPONSE_BODY_CHANGED: {
    severity: 'error',
    what: 'The body of answers stands for something else: the whole message, one field, or bytes.',
    why: 'Clients do not find what they read.',
  },
  QUERY_PARAMETER_REMOVED: {
    severity: 'error',
    what: 'A field that the query could set comes from the path or the body only.',
    why: 'The parameter is refused as unknown.',
  },
  REQUEST_FIELD_REMOVED: {
    severity: 'error',
    what: 'A field of requests is gone.',
    why: 'Requests with it are refused: unknown fields and parameters are errors.',
  },
  REQUEST_FIELD_RENAMED: {
    severity: 'error',
    what: 'A field of requests keeps its number and has another name.',
    why: 'JSON has names, not numbers: keep the old one with `json_name`.',
  },
  REQUEST_FIELD_ALIAS_REMOVED: {
    severity: 'warning',
    what: 'Requests may no longer name a field by the other of its names, that of the .proto file or that of JSON.',
    why: 'Both are accepted, and some clients send the unusual one.',
  },
  REQUEST_FIELD_REQUIRED: {
    severity: 'error',
    what: 'A field is required in requests that was not.',
    why: 'Requests without it are refused.',
  },
  REQUEST_FIELD_IGNORED: {
    severity: 'error',
    what: 'A field that clients could set is OUTPUT_ONLY.',
    why: 'What clients send in it is dropped, without an error.',
  },
  REQUEST_FIELD_IMMUTABLE: {
    severity: 'warning',
    what: 'A field that clients could change is IMMUTABLE.',
    why: 'Changes of it are to be refused.',
  },
  REQUEST_TYPE_CHANGED: {
    severity: 'error',
    what: 'A field of requests has a type that takes other JSON, or other text in a URL.',
    why: 'What clients send is refused, or read as something else.',
  },
  REQUEST_TYPE_NARROWED: {
    severity: 'warning',
    what: 'A field of requests has a type that takes most of the values before, not all.',
    why: 'Values out of the new range are refused.',
  },
  REQUEST_RULE_TIGHTENED: {
    severity: 'error',
    what: 'A rule of buf.validate refuses values that were accepted.',
    why: 'Requests with such values are answered with 400.',
  },
  REQUEST_RULE_CHANGED: {
    severity: 'warning',
    what: 'A rule of buf.validate is another, and which values it refuses cannot be compared: patterns, expressions.',
    why: 'Values that were accepted may be refused.',
  },
  REQUEST_ONEOF_NARROWED: {
    severity: 'error',
    what: 'Fields that could be sent together are members of one oneof.',
    why: 'Requests with two of them are refused.',
  },
  REQUEST_ONEOF_REQUIRED: {
    severity: 'error',
    what: 'One member of a oneof must be set, and need not before.',
    why: 'Requests with none are refused.',
  },
  REQUEST_ENUM_VALUE_REMOVED: {
    severity: 'error',
    what: 'Requests may no longer name a value of an enum: it is gone or has another name.',
    why: 'Requests with the name are refused; keep it as an alias with `allow_alias`.',
  },
  REQUEST_ENUM_VALUE_RENUMBERED: {
    severity: 'warning',
    what: 'A value of an enum has another number.',
    why: 'Clients that send enums as numbers say something else than they mean.',
  },
  FIELD_PRESENCE_REMOVED: {
    severity: 'warning',
    what: 'A field that was `optional` is not.',
    why: 'Absent and zero are no longer told apart.',
  },
  RESOURCE_PATTERN_REMOVED: {
    severity: 'warning',
    what: 'The resource whose name a field holds has lost a name pattern.',
    why: 'Names of the old pattern, which clients have stored, may be refused.',
  },
  RESPONSE_FIELD_REMOVED: {
    severity: 'error',
    what: 'A field of answers is gone.',
    why: 'Clients that read it find nothing.',
  },
  RESPONSE_FIELD_RENAMED: {
    severity: 'error',
    what: 'A field of answers keeps its number and has another name in JSON.',
    why: 'Clients that read it by the old name find nothing: keep that with `json_name`.',
  },
  RESPONSE_FIELD_INPUT_ONLY: {
    severity: 'error',
    what: 'A field that answers had is INPUT_ONLY.',
    why: 'Clients that read it find nothing.',
  },
  RESPONSE_FIELD_MAY_BE_ABSENT: {
    severity: 'warning',
    what: 'A field that every answer had may be left out.',
    why: 'Clients may count on it.',
  },
  RESPONSE_TYPE_CHANGED: {
    severity: 'error',
    what: 'A field of answers has a type that is other JSON.',
    why: 'Clients read a string where a number was, and the like: int32 is a number, int64 a string.',
  },
  RESPONSE_TYPE_WIDENED: {
    severity: 'warning',
    what: 'A field of answers has values of the same JSON type that it could not have before.',
    why: 'Clients may not be ready for them: another range, any text, `null`.',
  },
  RESPONSE_ENUM_VALUE_RENAMED: {
    severity: 'error',
    what: 'A value of an enum is written otherwise in answers.',
    why: 'Clients compare it with what was written before.',
  },
  RESPONSE_ENUM_VALUE_ADDED: {
    severity: 'note',
    what: 'Answers may have a value of an enum that is new.',
    why: 'Clients that know all values must have a case for others.',
  },
  RESPONSE_ONEOF_NARROWED: {
    severity: 'error',
    what: 'Fields of answers that could come together are members of one oneof.',
    why: 'Clients that read both find one of them at most.',
  },
  RESPONSE_ONEOF_WIDENED: {
    severity: 'warning',
    what: 'Fields of answers of which one at most was set may be set together.',
    why: 'Clients may look at the first that they find.',
  },
  RESPONSE_ONEOF_MEMBER_ADDED: {
    severity: 'note',
    what: 'A oneof of answers has a new member.',
    why: 'Clients that know all members find none of them.',
  },
  JSON_NAMES_CHANGED: {
    severity: 'error',
    what: 'Answers have proto names of fields instead of JSON names, or the other way round.',
    why: 'Clients that read fields of several words find nothing.',
  },
  JSON_ENUMS_CHANGED: {
    severity: 'error',
    what: 'Answers have enums as numbers instead of names, or the other way round.',
    why: 'Clients compare them with what was written before.',
  },
  JSON_DEFAULTS_OMITTED: {
    severity: 'error',
    what: 'Answers leave out unset fields, which they printed with their defaults.',
    why: 'Clients count on members that are not there.',
  },
  UNKNOWN_FIELDS_REFUSED: {
    severity: 'warning',
    what: 'Unknown fields and enum names of requests are refused, which were dropped.',
    why: 'Clients that send more than is known are answered with 400.',
  },
  ERROR_FORM_CHANGED: {
    severity: 'error',
    what: 'Errors have another form where the client names none.',
    why: 'Clients find neither code nor message.',
  },
  AUTHENTICATION_REQUIRED: {
    severity: 'error',
    what: 'Callers must show credentials, and need not before.',
    why: 'Requests without are answered with 401.',
  },
  AUTHENTICATION_PROVIDER_REMOVED: {
    severity: 'error',
    what: 'Credentials of a provider no longer count.',
    why: 'Callers who have no others are answered with 401.',
  },
  SCOPE_ADDED: {
    severity: 'error',
    what: 'Callers must have a scope that they need not have before.',
    why: 'Callers without it are answered with 403.',
  },
  AUTHORIZATION_RULE_ADDED: {
    severity: 'error',
    what: 'A CEL expression decides who may call, where none did.',
    why: 'Callers whom it refuses are answered with 403.',
  },
  AUTHORIZATION_RULE_CHANGED: {
    severity: 'warning',
    what: 'Another CEL expression decides who may call.',
    why: 'Callers whom it let through may be answered with 403.',
  },
  VISIBILITY_REDUCED: {
    severity: 'error',
    what: 'A method is hidden from an audience that could see it.',
    why: 'Their requests are answered with 404.',
  },
  ADDRESSES_NARROWED: {
    severity: 'error',
    what: 'An address may no longer call. Ranges are compared by what they mean, not by how they are written.',
    why: 'Requests from the others are answered with 403.',
  },
  RATE_LIMIT_LOWERED: {
    severity: 'warning',
    what: 'Fewer requests are let through in a time.',
    why: 'Clients that were within the limit are answered with 429.',
  },
  CONCURRENCY_LOWERED: {
    severity: 'warning',
    what: 'Fewer requests may be under way at once.',
    why: 'The next ones are answered with 429.',
  },
  PRIORITY_LOWERED: {
    severity: 'note',
    what: 'Requests are refused earlier when there is too much to do.',
    why: 'Clients see 503 more often.',
  },
  REQUEST_SIZE_LOWERED: {
    severity: 'warning',
    what: 'Bodies of requests may be less large.',
    why: 'Larger ones are answered with 413.',
  },
  TIMEOUT_SHORTENED: {
    severity: 'warning',
    what: 'A call may take less time.',
    why: 'Slow ones are answered with 504.',
  },
  VALIDATION_ENABLED: {
    severity: 'warning',
    what: 'Rules of fields are enforced at the gate, and were not.',
    why: 'Requests that broke them are answered with 400.',
  },
  IDEMPOTENCY_KEY_REQUIRED: {
    severity: 'error',
    what: 'Requests must have an Idempotency-Key, and need not before.',
    why: 'Requests without are answered with 400.',
  },
  IDEMPOTENCY_REMOVED: {
    severity: 'warning',
    what: 'The Idempotency-Key of requests is no longer looked at.',
    why: 'What clients send twice is done twice.',
  },
  CORS_NARROWED: {
    severity: 'error',
    what: 'Pages of an origin may no longer call, or send or read a header field.',
    why: 'Browsers refuse what they did before.',
  },
  CACHE_CHANGED: {
    severity: 'note',
    what: 'Answers are stored otherwise.',
    why: 'Clients may see older answers than before.',
  },
  SUCCESS_STATUS_CHANGED: {
    severity: 'error',
    what: 'Success has another HTTP status.',
    why: 'Clients that look for the one before take it for a failure; 204 has no body.',
  },
  LOCATION_REMOVED: {
    severity: 'warning',
    what: 'Answers have no Location, or another one.',
    why: 'Clients that follow it end nowhere.',
  },
  PRECONDITIONS_CHANGED: {
    severity: 'note',
    what: 'If-Match and If-None-Match are checked by somebody else.',
    why: 'Writes with them may be refused otherwise than before.',
  },
  TRANSFORM_CHANGED: {
    severity: 'note',
    what: 'Header fields or fields of requests are changed otherwise on their way.',
    why: 'What clients send or read may be replaced or dropped.',
  },
  DEPRECATED: {
    severity: 'note',
    what: 'A method, field or value of an enum is deprecated.',
    why: 'Tell clients what to use instead.',
  },
  SUNSET_SET: {
    severity: 'warning',
    what: 'A method has a day on which it is to go, or an earlier one.',
    why: 'Clients must be gone by then.',
  },
} as const satisfies Rules;

export type CompareRule = keyof typeof compareRules;
