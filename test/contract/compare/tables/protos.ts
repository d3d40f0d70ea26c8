import type { ComparedPair } from '../../../support/compared-pairs.js';

/** A row of a table: name, before, after, what is found. */
export type Row = readonly [name: string, before: string, after: string, ...found: string[]];

export function pairsOf(rows: readonly Row[]): ComparedPair[] {
  return rows.map(([name, before, after, ...found]) => ({ name, before, after, found }));
}

/** One method `Do` of a service `S` with a rule, and options besides: `get: "/v1/x"`. */
export function rpc(
  rule: string,
  { takes = 'Ask', gives = 'Thing', name = 'Do', options = '' } = {},
): string {
  return `rpc ${name}(${takes}) returns (${gives}) { option (google.api.http) = { ${rule} }; ${options} }`;
}

/** A service of methods. */
export const service = (...methods: readonly string[]): string => `service S { ${methods.join(' ')} }`;

/** An API that answers with a Thing of these fields; whatever else is declared stands behind. */
export function answers(fields: string, more = ''): string {
  const thing = `message Ask { string name = 1; } message Thing { ${fields} } ${more}`;
  return `${thing} ${service(rpc('get: "/v1/{name=things/*}"'))}`;
}

/** An API that takes a Thing of these fields as the body of a POST, and answers with nothing of it. */
export function takes(fields: string, more = ''): string {
  const post = rpc('post: "/v1/things" body: "*"', { takes: 'Thing', gives: 'google.protobuf.Empty' });
  return `message Thing { ${fields} } ${more} ${service(post)}`;
}

/** An API that takes a Thing of these fields from the query of a GET. */
export function queries(fields: string, more = ''): string {
  const get = rpc('get: "/v1/things"', { takes: 'Thing', gives: 'google.protobuf.Empty' });
  return `message Thing { ${fields} } ${more} ${service(get)}`;
}

/** An API of one method with a policy. */
export function governed(policy: string, { gives = 'Thing', output = '' } = {}): string {
  const options = policy === '' ? '' : `option (propylon.v1.method) = { ${policy} };`;
  return `message Ask { string name = 1; } message Thing { string name = 1; } ${output} ${service(
    rpc('get: "/v1/{name=things/*}"', { gives, options }),
  )}`;
}
