/** RFC 9110 §9, PATCH and QUERY. */
const known: ReadonlySet<string> = new Set(
  'CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE'.split(' '),
);

/** What stands for all others, as in OpenTelemetry's conventions: by HTTP/2 a client may write anything there. */
export const otherMethod = '_OTHER';

/** The method of a request as one of few values. */
export function methodLabel(httpMethod: string): string {
  return known.has(httpMethod) ? httpMethod : otherMethod;
}
