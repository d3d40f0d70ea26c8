import { describe, expect, it } from 'vitest';
import { type BenchOptions, bench } from '../../test/support/gateway-bench.js';
import { StatusError } from '../status/index.js';
import { type Asking, chooseFormat, chooseStreamFormat } from './negotiate.js';
import { defaultStreamRules } from './stream-rules.js';

/** Content type of the chosen framing, or the HTTP status of the refusal. */
function chosen(accept: string | undefined, query: string): string | number | undefined {
  return answer(() => chooseStreamFormat(asking(accept, query))?.framing.contentType);
}

function asking(accept: string | undefined, query: string, options: BenchOptions = {}): Asking {
  const b = bench(options);
  const headers = accept === undefined ? [] : [['accept', accept] as const];
  const match = b.gateway.surface.router.match('GET', `/v1/things?${query}`);
  if (!('route' in match)) throw new Error('no match');
  return {
    exchange: b.exchange({ headers }),
    match,
    query: match.route.request.readQuery(match.query),
    streamRules: defaultStreamRules,
  };
}

function answer<T>(work: () => T): T | number | undefined {
  try {
    return work();
  } catch (error) {
    return error instanceof StatusError ? error.httpStatus : undefined;
  }
}

const ndjson = 'application/x-ndjson';
const sse = 'text/event-stream';
const array = 'application/json';

describe('the format of a stream', () => {
  it.each([
    [undefined, '', ndjson],
    ['', '', ndjson],
    ['*/*', '', ndjson],
    ['application/*', '', ndjson],
    ['application/jsonl', '', 'application/jsonl'],
    ['Application/JSON', '', array],
    ['application/json, text/plain, */*', '', array],
    ['text/event-stream', '', sse],
    ['text/*', '', sse],
    ['text/event-stream, */*', '', sse],
    ['application/json;q=0.5, text/event-stream;q=0.9', '', sse],
    ['application/json ; q=0.5 , text/event-stream;q=0.4', '', array],
    ['*/*;q=0.1, application/x-ndjson;q=0', '', 'application/jsonl'],
    ['application/json;charset=utf-8', '', array],
    ['nonsense, text/event-stream', '', sse],
    ['*/*;q=2', '', ndjson],
    ['text/html', '', 406],
    ['application/json;q=0', '', 406],
    ['*/*', '$alt=sse', sse],
    [undefined, '%24alt=sse', sse],
    [undefined, 'alt=sse', sse],
    [undefined, 'a=b&$alt=json&c', array],
    [undefined, '$alt=json%3Benum-encoding%3Dint', array],
    ['application/json', '$alt=sse', array],
    [undefined, 'salt=sse', ndjson],
    [undefined, '$alt=proto', 'application/x-protobuf'],
    ['application/protobuf', '', 'application/protobuf'],
    ['application/x-protobuf, application/json;q=0.5', '', 'application/x-protobuf'],
    [undefined, '%61lt=sse', sse],
    [undefined, '$alt=media', 406],
    [undefined, '$alt=xml', 400],
    [undefined, '$alt=json%3Bpretty', 400],
    [undefined, '$alt=json&alt=sse', 400],
    [undefined, '$callback=f', 400],
    [undefined, '$alt=', 400],
  ])('Accept %j, query %j → %j', (accept, query, expected) => {
    expect(chosen(accept, query)).toBe(expected);
  });

  it.each([
    ['json', undefined, array],
    ['json', '*/*', array],
    ['json', 'application/x-ndjson', ndjson],
    ['json', 'text/*', sse],
    ['sse', undefined, sse],
    ['sse', 'application/*', ndjson],
    ['proto', '*/*', 'application/x-protobuf'],
    ['proto', 'application/json, */*', array],
  ] as const)('by default %s, Accept %j → %s', (streamDefault, accept, expected) => {
    expect(chooseStreamFormat(asking(accept, '', { route: { streamDefault } }))?.framing.contentType).toBe(
      expected,
    );
  });

  it('the default gives way to one that can be produced', () => {
    const noProtobuf = { writer: { protobuf: false }, route: { streamDefault: 'proto' } } as const;
    expect(chooseStreamFormat(asking(undefined, '', noProtobuf))?.framing.contentType).toBe(ndjson);
  });

  it('of an HttpBody is left to its first message', () => {
    const raw = { writer: { kind: 'raw' } } as const;
    expect(chooseStreamFormat(asking('image/png', '', raw))).toBeUndefined();
    expect(chooseFormat(asking('image/png', '', raw))).toBeUndefined();
    expect(answer(() => chooseFormat(asking('image/png', 'fields=a', raw)))).toBe(400);
  });
});

describe('the format of a message', () => {
  it.each([
    [undefined, '', array],
    ['application/x-protobuf', '', 'application/x-protobuf'],
    ['application/protobuf', '', 'application/protobuf'],
    ['*/*', '$alt=proto', 'application/x-protobuf'],
    ['application/json', '$alt=proto', array],
    [undefined, '$alt=sse', 406],
    ['text/html', '', 406],
  ])('Accept %j, query %j → %j', (accept, query, expected) => {
    expect(answer(() => chooseFormat(asking(accept, query))?.contentType)).toBe(expected);
  });

  it('without a protobuf form there is JSON only', () => {
    const options = { writer: { protobuf: false } };
    expect(answer(() => chooseFormat(asking('application/x-protobuf', '', options)))).toBe(406);
  });

  it('the wishes of a client reach the writer', () => {
    const forms: unknown[] = [];
    const options: BenchOptions = {
      writerOf: (form) => {
        forms.push(form);
        return (binary) => binary;
      },
    };
    chooseFormat(
      asking(undefined, '$alt=json%3Benum-encoding%3Dint%3Bemit-defaults%3Dtrue&fields=a', options),
    );
    chooseFormat(asking(undefined, '$fields=b', options));
    expect(forms).toEqual([
      { fields: 'a', enumsAsNumbers: true, emitDefaults: true },
      { fields: 'b', enumsAsNumbers: undefined, emitDefaults: undefined },
    ]);
  });
});
