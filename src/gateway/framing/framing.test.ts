import { describe, expect, it } from 'vitest';
import { bytes, text } from '../../../test/support/gateway-bench.js';
import { delimitedFraming } from './delimited.js';
import type { Framing, StreamError } from './framing.js';
import { jsonArrayFraming } from './json-array.js';
import { ndjsonFraming } from './ndjson.js';
import { rawFraming } from './raw.js';
import { sseFraming } from './sse.js';

const table: readonly (readonly [
  name: string,
  create: () => Framing,
  full: string,
  empty: string,
  failed: string,
])[] = [
  ['ndjson', () => ndjsonFraming('application/jsonl', false), '{}\n1\n', '', '{}\n{"error":{"code":5}}\n'],
  ['json array', () => jsonArrayFraming(false), '[{},1]', '[]', '[{},{"error":{"code":5}}'],
  [
    'ndjson in envelopes',
    () => ndjsonFraming('application/x-ndjson', true),
    '{"result":{}}\n{"result":1}\n',
    '',
    '{"result":{}}\n{"error":{"code":5}}\n',
  ],
  [
    'json array in envelopes',
    () => jsonArrayFraming(true),
    '[{"result":{}},{"result":1}]',
    '[]',
    '[{"result":{}},{"error":{"code":5}}]',
  ],
  [
    'sse',
    () => sseFraming(undefined),
    'data: {}\n\ndata: 1\n\nid: propylon-end\nevent: end\ndata: {}\n\n',
    'id: propylon-end\nevent: end\ndata: {}\n\n',
    'data: {}\n\nevent: error\ndata: {"code":5}\n\n',
  ],
  [
    'sse with retry',
    () => sseFraming(2500),
    'retry: 2500\n\ndata: {}\n\ndata: 1\n\nid: propylon-end\nevent: end\ndata: {}\n\n',
    'retry: 2500\n\nid: propylon-end\nevent: end\ndata: {}\n\n',
    'retry: 2500\n\ndata: {}\n\nevent: error\ndata: {"code":5}\n\n',
  ],
  [
    'length-delimited',
    () => delimitedFraming('application/x-protobuf'),
    '\u0002{}\u00011',
    '',
    '\u0002{}\u00ff\u00ff\u00ff\u00ff\u0007\u0002\b\u0005',
  ],
  ['raw', () => rawFraming('image/png'), '{}1', '', '{}'],
];

const error: StreamError = {
  json: () => bytes('{"code":5}'),
  isToldInArrays: true,
  binary: () => Uint8Array.of(8, 5),
  comeBackMs: undefined,
};

describe('framings', () => {
  it.each(table)('%s: messages, no messages, failure', (_name, create, full, empty, failed) => {
    const run = (act: (framing: Framing) => Uint8Array[]): string => {
      const framing = create();
      return Buffer.concat([framing.open(), ...act(framing)]).toString('latin1');
    };
    const item = (framing: Framing, json: string): Uint8Array => framing.item(bytes(json), undefined);
    expect(run((f) => [item(f, '{}'), item(f, '1'), f.close()])).toBe(full);
    expect(run((f) => [f.close()])).toBe(empty);
    expect(run((f) => [item(f, '{}'), f.fail(error)])).toBe(failed);
  });

  it('an array says nothing to a client that would take the error for a message', () => {
    expect(text(jsonArrayFraming(false).fail({ ...error, isToldInArrays: false }))).toBe('');
  });

  it('an event may send the client away for a time', () => {
    expect(text(sseFraming(undefined).fail({ ...error, comeBackMs: 1500 }))).toBe(
      'retry: 1500\nevent: error\ndata: {"code":5}\n\n',
    );
  });

  it('an event may have an id', () => {
    expect(text(sseFraming(undefined).item(bytes('{}'), '7'))).toBe('id: 7\ndata: {}\n\n');
  });

  it('the length of a message takes as many bytes as it needs', () => {
    const framed = delimitedFraming('application/x-protobuf').item(new Uint8Array(300), undefined);
    expect([...framed.subarray(0, 3)]).toEqual([0xac, 2, 0]);
    expect(framed).toHaveLength(302);
  });

  it('a heartbeat of server-sent events is a comment', () => {
    expect(text(sseFraming(undefined).heartbeat ?? bytes(''))).toBe(':\n\n');
  });
});
