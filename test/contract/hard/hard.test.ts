import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { outputFiles } from '../../../src/plugin/output.js';
import { readParameters } from '../../../src/plugin/parameters.js';
import { type MockGateway, startMockGateway } from '../../mock/gateway.js';
import { compileProtos } from '../../support/compile-protos.js';
import { httpAnnotations } from '../../support/http-annotations.js';
import { openApiProblems } from '../../support/openapi-validators.js';
import { echoing } from './echoing.js';
import { hardProtos } from './protos.js';

/** What protoc-gen-propylon makes of protos of which each part is a trap. */

const root = fileURLToPath(new URL('../../../', import.meta.url));
const image = compileProtos({ ...httpAnnotations(), ...hardProtos });
const protos = fromBinary(FileDescriptorSetSchema, image).file;
const written = (parameters: string, all = protos): ReadonlyMap<string, string> => {
  const { files } = outputFiles(all, new Set(Object.keys(hardProtos)), readParameters(parameters));
  return new Map(files.map(({ name, content }) => [name, content]));
};
const everything = 'emit=openapi,emit=client,emit=markdown,emit=postman,emit=llms,emit=routes';
const files = written(everything);
const named = (ending: string): [string, string][] => [...files].filter(([name]) => name.endsWith(ending));

let folder = '';
let gateway: MockGateway;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hard-'));
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  gateway = await startMockGateway(image, { answering: echoing });
}, 60_000);
afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

type Functions = Readonly<Record<string, (...given: unknown[]) => unknown>>;
async function functionsOf(module: string): Promise<Functions> {
  return import(join(folder, `${module}.ts`));
}

async function allOf(answer: unknown): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const one of answer as AsyncIterable<unknown>) all.push(one);
  return all;
}

describe('the client', () => {
  it.each([
    ['of browsers', ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'], []],
    ['of Node', ['es2023'], ['node']],
  ])('compiles under the strictest compiler with the types %s', { timeout: 30_000 }, (_, lib, types) => {
    const compilerOptions = {
      ...{ lib, types, target: 'es2022', module: 'nodenext', noEmit: true, skipLibCheck: true },
      ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
      ...{ noPropertyAccessFromIndexSignature: true, noUnusedLocals: true, noUnusedParameters: true },
      ...{ verbatimModuleSyntax: true, isolatedModules: true, erasableSyntaxOnly: true },
    };
    const include = ['*.ts'];
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  const words = { delete: 'a', constructor: 'b', toString: 'c', default: 'd', hasOwnProperty: 'e' };
  const odd = {
    'a-b': '1',
    "it's": '2',
    'say "x"': '3',
    ключ: '5',
    'back\\slash': '6',
    '*/': '7',
  };
  const part = { 'i-d': 'parts/x' };
  const proto = JSON.parse('{"__proto__":"x"}');
  it.each<[what: string, module: string, name: string, request: object, answer?: object]>([
    ['fields called like members of every object', 'names.v1', 'constructor', words],
    ['a field called __proto__', 'names.v1', 'query', JSON.parse('{"__proto__":"x"}'), { Proto: 'x' }],
    ['a method called delete', 'names.v1', 'words__delete', words],
    ['a method called then', 'names.v1', 'words__then', words],
    ['a method whose name begins with a digit', 'names.v1', '_1', words],
    ['methods that differ by case', 'names.v1', 'collisions_get', words],
    ['a method called like the second binding of another', 'names.v1', 'collisions_get2', words],
    ['a proto without a package', 'client', 'call', { a: 'x' }, { b: 'x' }],
    ['names in JSON that are no identifiers, in a body', 'cases.v1', 'post', odd],
    ['the same in a query', 'cases.v1', 'query', odd],
    ['the same in a path', 'cases.v1', 'path', { ...odd, fooBar: 'x' }],
    ['the same in fields of a message in a path', 'cases.v1', 'nested', { 'p-art': part }],
    ['a name in JSON that is __proto__, in a body', 'cases.v1', 'post', proto],
    ['the same in a query', 'cases.v1', 'query', proto],
    ['numbers in a message in a path', 'cases.v1', 'nested2', { 'p-art': { number: 7, is: true } }],
    ['a body that is such a field', 'cases.v1', 'body', { 'p-art': { number: 7 } }],
    ['maps with such names', 'cases.v1', 'query', { 'la-bels': { 'a.b': 'c', 'x y': 'z' } }],
    ['messages of one name', 'same.v1', 'echo', { own: { c: 'x' }, a: { a: 'y' }, bi: { y: 'z' } }],
    ['empty messages', 'same.v1', 'echo', { nothing: {}, nothings: [{}, {}], byName: { a: {} }, real: {} }],
    [
      'messages called like well-known ones',
      'same.v1',
      'query',
      { mine: { at: '5' }, theirs: '2026-01-01T00:00:00Z' },
    ],
    ['a message with nothing in it', 'same.v1', 'doNothing', {}],
    [
      'a tree',
      'shapes.v1',
      'echoTree',
      { name: 'a', left: { left: { name: 'b' } }, byName: { x: { name: 'c' } } },
    ],
    [
      'maps',
      'shapes.v1',
      'echoMaps',
      { aliases: { 5: 'ALIAS_A' }, bools: { true: true }, values: { a: [1, null] } },
    ],
    [
      'maps in a query',
      'shapes.v1',
      'echoMaps2',
      { bools: { true: true }, aliases: { 5: 'ALIAS_NEGATIVE' } },
    ],
    ['a oneof', 'shapes.v1', 'echoChoice', { tree: { name: 'a' }, name: 'b' }],
    ['a oneof that holds a null', 'shapes.v1', 'echoChoice', { null: null }],
    [
      'lists and wrappers in a query',
      'shapes.v1',
      'echoLists',
      {
        aliases: ['ALIAS_A', 'ALIAS_ZERO'],
        wrapped: ['1', '0'],
        flag: false,
        bools: [true, false],
        struct: { a: [1] },
        mask: 'name,tree.name',
      },
    ],
    [
      'well-known types in a path',
      'shapes.v1',
      'echoLists2',
      {
        time: '2026-01-01T00:00:00Z',
        length: '1.500s',
        mask: 'name,tree.name',
        flag: true,
        one: 'TWO',
        number: -1.5,
      },
    ],
    ['several segments', 'rules.v1', 'all', { name: 'things/a b/parts/%2F' }],
    ['the rest of a path before a verb', 'rules.v1', 'all2', { name: 'things/a', rest: 'b/c:d/e' }],
    [
      'a field two messages down, beside a body that is above it',
      'rules.v1',
      'all3',
      { child: { size: '1', child: { name: 'deep/x', rest: 'r' } } },
    ],
    [
      'a field of a message, beside a body of everything',
      'rules.v1',
      'all4',
      { name: 'n', child: { name: 'shallow/x', size: '4' } },
    ],
    ['every HTTP method', 'rules.v1', 'all6', { name: 'x', size: '3' }],
    ['literals with escapes', 'rules.v1', 'all11', { name: 'x', custom: '*' }],
    [
      'proto2',
      'two.v1',
      'echo',
      { name: 'n', number: 0, closed: 'FIRST', result: { url: 'u' }, item: [{ id: 'i' }], infinite: 'NaN' },
    ],
    [
      'editions',
      'editions.v1',
      'echo',
      { explicit: '', must: 'x', delimited: { must: 'y' }, items: [{ must: 'z' }], shut: 'SHUT_ONE' },
    ],
    ['files with lines that end as on Windows', 'crlf.v1', 's_do', { a: 'x' }],
  ])('calls with %s', async (_, module, name, request, answer = request) => {
    const functions = await functionsOf(module === 'client' ? 'client' : `${module}.client`);
    const call = functions[name];
    expect(Object.keys(functions)).toContain(name);
    expect(await call?.({ baseUrl: gateway.url }, request)).toEqual(answer);
  });

  const messages = [{ text: 'a' }, { text: 'b' }];
  const bytes = 'text/x-odd';
  const typed = { headers: { 'content-type': bytes } };
  it.each<[what: string, name: string, given: readonly unknown[], answer: unknown]>([
    ['messages back', 'down', [{ text: 'a' }], [{ text: 'a' }]],
    ['nulls back', 'down2', [{ text: 'a' }], [null]],
    ['texts back', 'down4', [{ text: 'a' }], ['a']],
    ['messages there', 'up', [{ name: 'n' }, messages], { text: 'b', name: 'n' }],
    ['a field of each there', 'up2', [{ name: 'n' }, ['a', 'b']], { text: 'b', name: 'n' }],
    ['messages both ways', 'both', [{ name: 'n' }, messages], [{ text: 'a', name: 'n' }, { text: 'b' }]],
    ['bytes back', 'streams_download', [{ name: 'n', text: bytes }], [bytes, '']],
    ['a stream of bytes back', 'downloadParts', [{ text: bytes }], [bytes, '']],
    ['bytes there', 'streams_upload', [{}, '\n\u0001x', typed], { text: bytes, maybe: 'x' }],
    [
      'bytes into a field there',
      'uploadField',
      [{ name: 'n' }, 'x', typed],
      { name: 'n', file: { contentType: bytes, data: 'eA==' } },
    ],
    ['a stream of bytes there', 'uploadParts', [{}, '\n\u0001x', typed], { text: bytes, maybe: 'x' }],
    ['bytes both ways', 'convert', [{}, 'some', typed], [bytes, 'some']],
    ['bytes of fields both ways', 'convertField', [{ name: 'n' }, 'some', typed], [bytes, 'some']],
    ['messages there and bytes back', 'render', [{}, [{ text: bytes }]], [bytes, '']],
    ['messages there and a stream of bytes back', 'renderParts', [{}, [{ text: bytes }]], [bytes, '']],
    ['streams of bytes both ways', 'transcode', [{}, 'some', typed], [bytes, 'some']],
    ['bytes there and messages back', 'watchUpload', [{}, '\n\u0001x', typed], [{ text: bytes, maybe: 'x' }]],
  ])('carries %s', async (_, name, given, answer) => {
    const call = (await functionsOf('streams.v1.client'))[name];
    const got = await call?.({ baseUrl: gateway.url, WebSocket: NodeWebSocket }, ...given);
    if (got instanceof Response) expect([got.headers.get('content-type'), await got.text()]).toEqual(answer);
    else expect(Array.isArray(answer) ? await allOf(got) : got).toEqual(answer);
  });

  it('takes no request where nothing is needed', async () => {
    const { createCollisionsClient: create } = await functionsOf('names.v1.client');
    const client = create?.({ baseUrl: gateway.url }) as Functions;
    expect(await allOf(client['listWordsAll']?.())).toEqual([]);
    const shapes = (await functionsOf('shapes.v1.client'))['createShapesClient']?.({ baseUrl: gateway.url });
    expect(await (shapes as Functions)['echoMaps']?.()).toEqual({});
  });
});

it.each(named('openapi.json'))('%s is valid', async (_, text) => {
  expect(await openApiProblems(text)).toEqual([]);
});

it.each(named('reference.md'))('%s has tables that are tables, and does nothing', (_, text) => {
  const html = micromark(text, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
  const outside = html.replace(/<pre>[\s\S]*?<\/pre>/g, '');
  expect(outside).not.toContain('| ---');
  expect(outside).not.toMatch(/<script|<b>|javascript:[^<]*"/);
  const tables = [...outside.matchAll(/<table>[\s\S]*?<\/table>/g)].map(([table]) => table);
  for (const table of tables) {
    const widths = [...table.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(
      ([, row = '']) => row.match(/<t[hd]/g)?.length,
    );
    expect(new Set(widths).size).toBe(1);
  }
  const anchors = new Set([...text.matchAll(/<a id="([^"]*)">/g)].map(([, anchor]) => anchor));
  for (const [, link] of html.matchAll(/href="#([^"]*)"/g)) expect(anchors).toContain(link);
});

it('llms.txt links to what is there', () => {
  const links = [...(files.get('llms.txt') ?? '').matchAll(/\]\(([^()#]*)#([^()]*)\)/g)];
  expect(links.length).toBeGreaterThan(60);
  for (const [, file = '', anchor] of links) expect(files.get(file)).toContain(`<a id="${anchor}"></a>`);
});

it('Postman has an item for each operation, all of whose parts are of its format', () => {
  for (const [name, text] of named('postman.json')) {
    const { item, info } = JSON.parse(text);
    expect(info.schema).toContain('/collection/v2.1.0/');
    const operations = JSON.parse(files.get(name.replace('postman', 'openapi')) ?? '').paths;
    const count = Object.values<object>(operations).flatMap((one) => Object.keys(one)).length;
    const items = item.flatMap((service: { item: object[] }) => service.item);
    expect(items).toHaveLength(count);
    for (const { request } of items) {
      const { raw, path, variable = [] } = request.url;
      expect(new URL(raw.replace('{{baseUrl}}', 'http://a')).host).toBe('a');
      const wanted = path.filter((part: string) => part.startsWith(':')).map((part: string) => part.slice(1));
      expect(variable.map(({ key }: { key: string }) => key)).toEqual(wanted);
      if (request.body?.mode === 'raw') expect(() => JSON.parse(request.body.raw)).not.toThrow();
    }
  }
});

it('writes the same again, and in whatever order files come', () => {
  expect(written(everything)).toEqual(files);
  const turned = protos.toReversed();
  expect(written(everything, turned)).toEqual(files);
  expect([...written(`${everything},merge`, turned)]).toEqual([...written(`${everything},merge`)]);
});
