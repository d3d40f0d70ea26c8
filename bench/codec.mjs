// Transcoding with the compiled codec, beside @bufbuild/protobuf and JSON alone in the same run. What counts is the CPU
// time of the process, garbage collection included, so that neighbours on the machine do not. Rounds alternate; a ratio
// is the median of those of the rounds, and ± half the distance of its quartiles. Only ratios mean anything elsewhere.
//   npm run bench:codec [-- --rounds N]
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createFileRegistry, fromBinary, fromJsonString, toBinary, toJsonString } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { createCompiledCodecs, defaultCodecOptions } from '../dist/src/codec/index.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const registry = loadTypes();
const codecs = createCompiledCodecs(registry, { nestingDepthMax: 100 });

const money = (units) => ({ currencyCode: 'EUR', units: String(units), nanos: 990000000 });
const variant = (sku, units, stock) => ({
  sku,
  price: { currencyCode: 'EUR', units: String(units) },
  stock,
  active: true,
});
const product = (n) => ({
  name: `products/p${n}`,
  displayName: `Product number ${n}`,
  description: `A fine product, with a “quoted” phrase and a longer text, so that it looks like what people write ${n}`,
  price: money(1999),
  tags: ['red', 'new', 'summer-2026'],
  variants: [variant(`S-${n}`, 1999, 5), variant(`M-${n}`, 2099, 7)],
  createTime: new Date(1760000000123 + n * 1000).toISOString(),
  rating: 4.5,
  labels: { team: 'catalog', tier: 'gold' },
  version: '1234567890123',
});
const products = (count) => ({
  products: Array.from({ length: count }, (_, n) => product(n)),
  nextPageToken: 'abc',
});
const tree = (depth) => ({ name: `level ${depth}`, children: depth === 0 ? [] : [tree(depth - 1)] });
const many = (count, make) => Array.from({ length: count }, (_, n) => make(n));
const object = (count, make) => Object.fromEntries(many(count, (n) => [`key-${n}`, make(n)]));

// [name, type, JSON, least ratio to protobuf-es: to JSON, to protobuf]
const cases = [
  ['one product', 'ListProductsResponse', products(1), 8, 6],
  ['ten products', 'ListProductsResponse', products(10), 8, 6],
  ['1 MB of products', 'ListProductsResponse', products(1700), 3, 3],
  [
    'numbers',
    'Numbers',
    {
      doubles: many(100, (n) => n * 1.37),
      integers: many(100, (n) => n * 7919 - 300000),
      longs: many(100, (n) => String(n * 1234567890123)),
      floats: many(100, (n) => Math.fround(n / 3)),
    },
    3,
    3,
  ],
  [
    'strings',
    'Strings',
    { texts: many(100, (n) => 'It was the best of times, it was the worst of times. '.repeat(1 + (n % 7))) },
    3,
    3,
  ],
  ['deeply nested', 'Tree', tree(40), 3, 3],
  ['maps', 'Maps', { counts: object(100, (n) => n + 1), prices: object(50, money) }, 3, 3],
];

console.log(
  `Node ${process.version}, ${cpus()[0]?.model.trim()}; CPU microseconds, and times quicker than protobuf-es and JSON alone`,
);
console.log(
  `${'protobuf to JSON'.padEnd(18)}${head('JSON.stringify')}   ${'JSON to protobuf'.padEnd(18)}${head('JSON.parse')}`,
);
let short = 0;
for (const [name, type, value, toJsonLeast, toBinaryLeast] of cases) {
  const message = registry.getMessage(`bench.v1.${type}`);
  const codec = codecs.codec(message, defaultCodecOptions);
  const binary = toBinary(message, fromJsonString(message, JSON.stringify(value)));
  const json = Buffer.from(toJsonString(message, fromBinary(message, binary)));
  const parsed = JSON.parse(json);
  if (!Buffer.from(codec.toBinary(json)).equals(binary)) throw new Error(`${name}: another message`);
  const print = compare([
    () => codec.toJson(binary),
    () => Buffer.from(toJsonString(message, fromBinary(message, binary))),
    () => Buffer.from(JSON.stringify(parsed)),
  ]);
  const parse = compare([
    () => codec.toBinary(json),
    () => toBinary(message, fromJsonString(message, json.toString())),
    () => JSON.parse(json.toString()),
  ]);
  const marks = [row(print, toJsonLeast), row(parse, toBinaryLeast)];
  short += marks.filter((mark) => mark.includes('!')).length;
  console.log(`${name.padEnd(18)}${marks[0]}   ${name.padEnd(18)}${marks[1]}`);
}
if (short > 0) console.log(`${short} ratios are below their target: marked !`);

function head(alone) {
  return `${'ours'.padStart(8)}${'protobuf-es'.padStart(15)}${alone.padStart(17)}`;
}

function row([ours, theirs, alone], least) {
  const ratio = ratioOf(theirs, ours);
  const mark = ratio.median < least ? '!' : ' ';
  return `${median(ours).toFixed(2).padStart(8)}${`${ratio.text}${mark}`.padStart(15)}${ratioOf(alone, ours).text.padStart(17)}`;
}

/** Round by round: what slows the machine down for a while slows both. */
function ratioOf(others, ours) {
  const ratios = others.map((time, round) => time / ours[round]).sort((a, b) => a - b);
  const spread = quantile(ratios, 0.75) - quantile(ratios, 0.25);
  return { median: median(ratios), text: `${median(ratios).toFixed(1)}× ±${(spread / 2).toFixed(1)}` };
}

function median(values) {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function quantile(sorted, part) {
  return sorted[Math.round((sorted.length - 1) * part)];
}

/** CPU microseconds per call, by work and round; the first round, in which code is compiled, does not count. */
function compare(works) {
  const times = works.map(() => []);
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [index, work] of works.entries()) {
      const time = microseconds(work);
      if (round > 0) times[index].push(time);
    }
  }
  return times;
}

function microseconds(work) {
  const start = process.cpuUsage();
  const until = performance.now() + 120;
  let calls = 0;
  do {
    for (let n = 0; n < 10; n++) work();
    calls += 10;
  } while (performance.now() < until);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / calls;
}

function loadTypes() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-codec-'));
  try {
    cpSync(fileURLToPath(new URL('codec.proto', import.meta.url)), join(folder, 'codec.proto'));
    const buf = fileURLToPath(new URL('../node_modules/@bufbuild/buf/bin/buf', import.meta.url));
    const image = join(folder, 'image.binpb');
    execFileSync(process.execPath, [buf, 'build', folder, '--as-file-descriptor-set', '-o', image]);
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(image)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
