import { describe, expect, it } from 'vitest';
import { bench } from '../../test/support/gateway-bench.js';
import { StatusError } from '../status/index.js';
import { chooseFraming } from './negotiate.js';

/** Content type of the chosen framing, or the HTTP status of the refusal. */
function chosen(accept: string | undefined, query: string): string | number | undefined {
  const b = bench({ shape: 'server-stream' });
  const headers = accept === undefined ? [] : [['accept', accept] as const];
  const match = b.gateway.surface.router.match('GET', `/v1/things?${query}`);
  if (!('route' in match)) throw new Error('no match');
  try {
    return chooseFraming(b.exchange({ headers }), match)?.contentType;
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
    [undefined, '$alt=proto', 400],
    [undefined, '$alt=', 400],
  ])('Accept %j, query %j → %j', (accept, query, expected) => {
    expect(chosen(accept, query)).toBe(expected);
  });

  it('of an HttpBody is left to its first message', () => {
    const b = bench({ writer: { kind: 'raw' } });
    const match = b.gateway.surface.router.match('GET', '/');
    if (!('route' in match)) throw new Error('no match');
    expect(chooseFraming(b.exchange({ headers: [['accept', 'image/png']] }), match)).toBeUndefined();
  });
});
