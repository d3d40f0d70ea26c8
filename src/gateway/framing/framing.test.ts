import { describe, expect, it } from 'vitest';
import { bytes, text } from '../../../test/support/gateway-bench.js';
import type { Framing } from './framing.js';
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
  ['ndjson', () => ndjsonFraming('application/jsonl'), '{}\n1\n', '', '{}\n{"error":{"code":5}}\n'],
  ['json array', jsonArrayFraming, '[{},1]', '[]', '[{}'],
  [
    'sse',
    sseFraming,
    'data: {}\n\ndata: 1\n\nevent: end\ndata: {}\n\n',
    'event: end\ndata: {}\n\n',
    'data: {}\n\nevent: error\ndata: {"code":5}\n\n',
  ],
  ['raw', () => rawFraming('image/png'), '{}1', '', '{}'],
];

describe('framings', () => {
  it.each(table)('%s: messages, no messages, failure', (_name, create, full, empty, failed) => {
    const run = (act: (framing: Framing) => Uint8Array[]): string => {
      const framing = create();
      return [framing.open(), ...act(framing)].map(text).join('');
    };
    const item = (framing: Framing, json: string): Uint8Array => framing.item(bytes(json));
    expect(run((f) => [item(f, '{}'), item(f, '1'), f.close()])).toBe(full);
    expect(run((f) => [f.close()])).toBe(empty);
    expect(run((f) => [item(f, '{}'), f.fail(bytes('{"code":5}'))])).toBe(failed);
  });

  it('a heartbeat of server-sent events is a comment', () => {
    expect(text(sseFraming().heartbeat ?? bytes(''))).toBe(':\n\n');
  });
});
