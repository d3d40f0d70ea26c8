/**
 * Why the gateway itself refused a request: becomes `ErrorInfo.reason` with domain "propylon"
 * (AIP-193). A closed set: adding an error means adding a row here.
 */
export const reasons = {
  PATH_MALFORMED: 'The request path is not a valid path.',
  PATH_ENCODING: 'A percent escape in the path is malformed or does not decode to UTF-8.',
  PATH_VALUE: 'A path segment is not a valid value of the field it is bound to.',
  ROUTE_UNKNOWN: 'No route matches the path.',
  HTTP_METHOD_UNKNOWN: 'The path exists, but not for this HTTP method.',
  QUERY_MALFORMED: 'The query string is malformed.',
  QUERY_PARAMETER_UNKNOWN: 'A query parameter names no field that the query may set.',
  QUERY_PARAMETER_REPEATED: 'A query parameter of a singular field was given more than once.',
  QUERY_PARAMETER_CONFLICT:
    'A query parameter contradicts another part of the request: the same oneof, or a field and its child.',
  QUERY_VALUE: 'A query parameter is not a valid value of its field.',
  BODY_MALFORMED: 'The body is not valid JSON or not valid UTF-8.',
  BODY_UNEXPECTED: 'The method takes no body.',
  BODY_FIELD: 'A field in the body is unknown or has a value of the wrong type.',
  BODY_PATH_CONFLICT: 'The body gives a path-bound field another value than the path.',
  FIELD_REQUIRED: 'A required field is missing.',
  PATCH_EMPTY: 'The body names no field to update.',
  BODY_TOO_LARGE: 'The body is larger than the limit.',
  BODY_TOO_DEEP: 'The body is nested deeper than the limit.',
  REQUEST_TIMEOUT: 'The request line and header fields did not arrive in time.',
  BODY_TIMEOUT: 'The body did not arrive in time.',
  HEADERS_TOO_LARGE: 'The header fields are larger than the limit.',
  HEADER_MALFORMED: 'A header field is malformed.',
  MEDIA_TYPE_UNSUPPORTED: 'The content type of the body is not accepted here.',
  NOT_ACCEPTABLE: 'None of the accepted media types can be produced.',
  TIMEOUT_MALFORMED: 'The timeout header is malformed.',
  REQUEST_MALFORMED: 'The request is not valid HTTP.',
  DEADLINE_EXCEEDED: 'The deadline passed before the backend answered.',
  CLIENT_CLOSED: 'The client closed the connection.',
  UPSTREAM_MISSING: 'No backend is configured for the method.',
  UPSTREAM_UNAVAILABLE: 'The backend cannot be reached.',
  UPSTREAM_CIRCUIT_OPEN: 'Calls to the backend are suspended: too many failed, or too many are under way.',
  FAULT_INJECTED: 'The gateway ended the call on purpose, as it is configured to for tests.',
  UPSTREAM_PROTOCOL: 'The backend answered with something that is not gRPC.',
  UPSTREAM_MESSAGE_TOO_LARGE: 'The backend answered with a message larger than the limit.',
  RESPONSE_UNREPRESENTABLE: 'The answer of the backend cannot be represented as JSON.',
  ORIGIN_REFUSED: 'Pages of this origin may not open a WebSocket here.',
  WEBSOCKET_REFUSED: 'A WebSocket carries streams only, and the method of this path has none.',
  STREAM_IDLE: 'The stream was idle for too long.',
  SHUTTING_DOWN: 'The gateway is shutting down.',
  INTERNAL: 'Something went wrong in the gateway.',
} as const;

export type Reason = keyof typeof reasons;
