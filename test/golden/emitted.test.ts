import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codecSource, defaultCodecOptions } from '../../src/codec/index.js';
import { buildRegistry } from '../../src/descriptor/index.js';

// What `propylon codec` shows of the shop's messages. After a change of the emitter that is meant:
//
//   npm run golden        and read the difference

const image = readFileSync(new URL('../../gen/image.binpb', import.meta.url));
const { registry } = buildRegistry([{ label: 'shop', binary: image }]);

function sourceOf(name: string): readonly [parse: string, print: string] {
  const message = registry.message(name);
  if (message === undefined) throw new Error(`no message ${name}`);
  const source = codecSource(registry.types, message, defaultCodecOptions);
  const [parse = '', print = ''] = source.split('// protobuf to JSON\n');
  return [parse, print];
}

describe('emitted functions are to be read by people', () => {
  it('from JSON', async () => {
    const [parse] = sourceOf('google.type.LatLng');
    await expect(parse).toMatchFileSnapshot('lat-lng.parse.txt');
  });

  it('to JSON', async () => {
    const [, print] = sourceOf('google.type.LatLng');
    await expect(print).toMatchFileSnapshot('lat-lng.print.txt');
  });

  const own = [...registry.types].filter(
    (type) => type.kind === 'message' && type.typeName.startsWith('shop.'),
  );
  it.each(own.map((message) => message.typeName))('%s: a statement a line, beside its field', (name) => {
    const source = sourceOf(name).join('');
    const lines = source.split('\n').map((line) => line.replace(/\/\/.*/, ''));
    const crowded = lines.filter((line) => /;(?!$)/.test(line.replace(/\([^()]*\)/g, '').trim()));
    expect(crowded.filter((line) => !/; else\b/.test(line))).toEqual([]);
    for (const { name: field } of registry.message(name)?.fields ?? [])
      expect(source.match(new RegExp(`^ +case \\d+: \\{ // ${field}$`, 'gm'))?.length).toBeGreaterThan(1);
  });
});
