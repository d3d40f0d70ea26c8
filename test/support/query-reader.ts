import type { RequestQuery } from '../../src/surface/index.js';
import { testSurface } from './surface.js';

const surface = testSurface(`message In {} service S {
  rpc Do(In) returns (In) { option (google.api.http) = { get: "/x" }; }
}`);

/** The real reader of queries, of a request without fields. */
export const queryReader = (query: string): RequestQuery =>
  surface.match('GET /x').route.request.readQuery(query);
