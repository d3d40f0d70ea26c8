import { type DescMessage, fromBinary, fromJson, toBinary, toJsonString } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { expect, it } from 'vitest';
import { compileProtos } from '../../test/support/compile-protos.js';
import { httpAnnotations } from '../../test/support/http-annotations.js';
import { type RandomRule, randomApi, templateOf } from '../../test/support/random-api.js';
import { pick, type Random, seeded } from '../../test/support/random-message.js';
import { type RandomRequest, randomRequest } from '../../test/support/random-request.js';
import { fakeChannels, surfaceInput } from '../../test/support/surface.js';
import { StatusError } from '../status/index.js';
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

/** Random APIs, served. */
function apisOf(random: Random) {
  const apis = Array.from({ length: packages }, (_, index) => randomApi(random, `f${index}`));
  const protos = Object.fromEntries(apis.map(({ proto }, index) => [`f${index}.proto`, proto]));
  const input = surfaceInput(compileProtos({ ...httpAnnotations(), ...protos }));
  const { surface, diagnostics } = buildSurface(input, fakeChannels());
  if (surface === undefined) throw new Error(JSON.stringify(diagnostics, undefined, 1));
  return { rules: apis.flatMap(({ rules }) => rules), types: input.registry.types, surface };
}

/** Checks every rule of the APIs that a seed makes; how many requests that were. */
function checkApis(seed: number): number {
  const random = seeded(seed);
  const { rules, types, surface } = apisOf(random);

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
  for (const rule of rules) {
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

it('a request that is damaged somewhere is refused by name, or makes a message: nothing else happens', () => {
  const random = seeded(firstSeed + 1_000);
  const { rules, types, surface } = apisOf(random);
  const refusals = new Map<string, number>();
  for (const rule of rules) {
    for (let count = 0; count < requestsPerRule; count++) {
      const whole = randomRequest(random, types, rule);
      const target = random() < 0.5 ? damaged(random, whole.target) : whole.target;
      const body = Buffer.from(
        random() < 0.5
          ? damaged(random, Buffer.from(whole.body).toString('latin1'))
          : Buffer.from(whole.body).toString('latin1'),
        'latin1',
      );
      const story = `${rule.httpMethod} ${target} ${whole.contentType} ${body}`;
      try {
        const match = surface.router.match(rule.httpMethod, target);
        if (!('route' in match)) continue;
        const { binding, request } = match.route;
        const binary = request.bind(match.captures, request.readQuery(match.query), body, whole.contentType);
        if (whole.contentType !== 'application/x-protobuf') fromBinary(binding.method.input, binary);
      } catch (error) {
        if (!(error instanceof StatusError) || error.httpStatus >= 500)
          throw new Error(`${String(error)}\n${story}`);
        refusals.set(error.reason, (refusals.get(error.reason) ?? 0) + 1);
      }
    }
  }
  expect([...refusals.keys()]).toEqual(
    expect.arrayContaining([
      'BODY_MALFORMED',
      'BODY_FIELD',
      'QUERY_VALUE',
      'PATH_VALUE',
      'QUERY_PARAMETER_UNKNOWN',
      'BODY_PATH_CONFLICT',
    ]),
  );
}, 60_000);

/** A few characters replaced, left out or doubled. */
function damaged(random: Random, text: string): string {
  let result = text;
  for (let count = Math.ceil(random() * 3); count > 0; count--) {
    const at = Math.floor(random() * result.length);
    const piece = pick(random, [
      '',
      '"',
      '{',
      '}',
      '[',
      ']',
      '%',
      '%2F',
      '/',
      '.',
      '&',
      '=',
      '\\',
      '\0',
      '\xff',
      'null',
      '0',
      ':',
      ',',
      result.slice(at, at + 9),
    ]);
    result = result.slice(0, at) + piece + result.slice(at + (random() < 0.5 ? 1 : 0));
  }
  return result;
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
