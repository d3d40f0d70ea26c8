/** Header fields by which traces come and go: W3C Trace Context, B3, Jaeger's and LightStep's. Of one call, like its id. */
export const traceFieldNames: ReadonlySet<string> = new Set([
  'traceparent',
  'tracestate',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'uber-trace-id',
  'x-ot-span-context',
]);
