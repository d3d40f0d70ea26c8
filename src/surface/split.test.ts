import { type DescMessage, fromBinary, fromJson, toBinary, toJsonString } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { expect, it } from 'vitest';
import { compileProtos } from '../../test/support/compile-protos.js';
import { httpAnnotations } from '../../test/support/http-annotations.js';
import { type RandomRule, randomApi, templateOf } from '../../test/support/random-api.js';
import { seeded } from '../../test/support/random-message.js';
import { type RandomRequest, randomRequest } from '../../test/support/random-request.js';
import { fakeChannels, surfaceInput } from '../../test/support/surface.js';
import { buildSurface } from './index.js';

/**
 * Random APIs, random messages: each message is taken apart into path, query and body by code that
 * knows nothing of the gateway, and must come out of it as it was, read by another implementation.
 */

const packages = 12;
const requestsPerRule = 8;
const minutes = Number(process.env['PROPYLON_FUZZ_MINUTES'] ?? 0);
const firstSeed = Number(process.env['PROPYLON_FUZZ_SEED'] ?? (minutes > 0 ? Date.now() % 1_000_000_000 : 1));
const until = Date.now() + minutes * 60_000;

it(
  'a message split by leaves into path, query and body arrives as it was',
  () => {
    let cases = 0;
    for (let seed = firstSeed; ; seed++) {
      cases += checkApis(seed);
      if (Date.now() >= until) break;
    }
    expect(cases).toBeGreaterThan(2_000);
  },
  120_000 + minutes * 60_000,
);

/** Checks every rule of the APIs that a seed makes; how many requests that were. */
function checkApis(seed: number): number {
  const random = seeded(seed);
  const apis = Array.from({ length: packages }, (_, index) => randomApi(random, `f${index}`));
  const protos = Object.fromEntries(apis.map(({ proto }, index) => [`f${index}.proto`, proto]));
  const input = surfaceInput(compileProtos({ ...httpAnnotations(), ...protos }));
  const { surface, diagnostics } = buildSurface(input, fakeChannels());
  if (surface === undefined) throw new Error(`seed ${seed}: ${JSON.stringify(diagnostics, undefined, 1)}`);
  const { types } = input.registry;

  /** Protobuf bytes of what arrives, as another implementation reads and writes them. */
  const arriving = (rule: RandomRule, { target, body, contentType }: RandomRequest): Uint8Array => {
    const match = surface.router.match(rule.httpMethod, target);
    if (!('route' in match)) throw new Error('no route');
    const { binding, request } = match.route;
    expect(binding.template.text).toBe(templateOf(rule));
    const binary = request.bind(match.captures, request.readQuery(match.query), body, contentType);
    expect(givenTwice(binding.method.input, binary)).toBeUndefined();
    return toBinary(binding.method.input, fromBinary(binding.method.input, binary));
  };

  let cases = 0;
  for (const rule of apis.flatMap(({ rules }) => rules)) {
    const desc = types.getMessage(rule.message);
    if (desc === undefined) throw new Error(`no ${rule.message}`);
    for (let count = 0; count < requestsPerRule; count++, cases++) {
      const request = randomRequest(random, types, rule);
      const sent = fromJson(desc, request.message, { registry: types });
      const story = `seed ${seed}: ${rule.httpMethod} ${templateOf(rule)} body "${rule.body}"\n${request.target}\n${request.contentType} ${Buffer.from(request.body)}\n${toJsonString(desc, sent, { registry: types })}`;
      let arrived: Uint8Array;
      try {
        arrived = arriving(rule, request);
      } catch (error) {
        throw new Error(`${String(error)}\n${story}`);
      }
      expect(Buffer.from(arrived).toString('hex'), story).toBe(
        Buffer.from(toBinary(desc, sent)).toString('hex'),
      );
    }
  }
  return cases;
}

/** A singular field that is on the wire twice: parsers in use keep the last piece of a submessage. */
function givenTwice(desc: DescMessage, binary: Uint8Array): string | undefined {
  const seen = new Set<number>();
  const reader = new BinaryReader(binary);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = desc.fields.find((candidate) => candidate.number === number);
    const isSingular = field?.fieldKind !== 'list' && field?.fieldKind !== 'map';
    if (isSingular && seen.has(number)) return field?.name;
    seen.add(number);
    const content = reader.skip(wireType, number);
    if (field?.fieldKind !== 'message') continue;
    const inner =
      wireType === WireType.LengthDelimited ? new BinaryReader(content).bytes() : groupOf(content, number);
    const twice = givenTwice(field.message, inner);
    if (twice !== undefined) return `${field.name}.${twice}`;
  }
  return undefined;
}

/** Without the end tag. */
function groupOf(content: Uint8Array, number: number): Uint8Array {
  const endTag = number < 16 ? 1 : number < 2048 ? 2 : 3;
  return content.subarray(0, content.length - endTag);
}
