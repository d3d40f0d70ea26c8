import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/index.js';
import { compileProtos } from '../support/compile-protos.js';
import { schemaCheck } from '../support/json-schema.js';
import { allPages, type CodeBlock, repository } from './markdown.js';
import { protoFile, sharedProtos } from './proto-snippets.js';

/** JSON, YAML and protos in the documentation are what they seem. */

const blocks = allPages().flatMap((page) => page.blocks);
const of = (language: string) =>
  blocks
    .filter((block) => block.language === language)
    .map((block) => [block.file, block.line, block] as const);

/** Where in propylon.yaml a piece stands that is marked so; `other` is a file of another kind. */
const places: Readonly<Record<string, (piece: unknown) => unknown>> = {
  config: (piece) => piece,
  policy: (piece) => ({ policies: { '*': piece } }),
  providers: (piece) => ({ authentication: { providers: piece } }),
};

/** How it is read: `yaml policy` as a policy, `yaml` alone as propylon.yaml. */
function placeOf({ marks, file, line }: CodeBlock): string {
  if (marks.has('file')) return marks.get('file') === 'propylon.yaml' ? 'config' : 'other';
  const [place = 'config'] = marks.keys();
  if (place !== 'other' && places[place] === undefined) throw new Error(`${file}:${line}: yaml ${place}`);
  return place;
}

const schemaOf = schemaCheck(
  JSON.parse(readFileSync(join(repository, 'schema/propylon.schema.json'), 'utf8')),
  {},
);

const shared = await sharedProtos();

describe('pieces of files in the documentation', () => {
  it.each(of('json'))('%s:%i is JSON', (_file, _line, { text }) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it.each(of('yaml'))('%s:%i is YAML, and propylon.yaml where it is that', (file, _line, block) => {
    const value: unknown = parse(block.text);
    const place = places[placeOf(block)];
    if (place === undefined) return;
    const config = place(value);
    expect(parseConfig(JSON.stringify(config), file).diagnostics.map(({ text }) => text)).toEqual([]);
    expect(schemaOf(config)).toEqual([]);
  });

  it('compile, where they are protos', { timeout: 30_000 }, () => {
    const files = of('proto')
      .filter(([, , { marks }]) => !marks.has('file'))
      .map(([file, line, { text }]) => [`p${file.replace(/\W/g, '_')}_${line}.proto`, text] as const);
    expect(files.length).toBeGreaterThan(3);
    const protos = Object.fromEntries(files.map(([name, text]) => [name, protoFile(name, text)]));
    expect(() => compileProtos({ ...shared, ...protos })).not.toThrow();
    const wrong = protoFile('x.proto', 'option (propylon.v1.method) = { timeouts: { seconds: 1 } };');
    expect(() => compileProtos({ ...shared, 'x.proto': wrong })).toThrow('propylon.v1.Policy');
  });
});
