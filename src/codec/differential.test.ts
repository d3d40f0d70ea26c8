import { inspect } from 'node:util';
import type { DescMessage } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { codecTypes, type TestMessageName, testMessage } from '../../test/support/codec-protos.js';
import { mutateBytes, openCorpus } from '../../test/support/corpus.js';
import { mutateWire, pick, type Random, randomJson, seeded } from '../../test/support/random-message.js';
import { writtenFunctions } from '../../test/support/written-codecs.js';
import { StatusError } from '../status/index.js';
import { type CodecOptions, defaultCodecOptions } from './codec.js';
import { createParseCompiler } from './compile-parse.js';
import { createPrintCompiler } from './compile-print.js';
import { type FunctionSource, functionSource } from './functions.js';
import { projectBinary } from './project-binary.js';
import { anyKey, type Projection } from './projection.js';
import { createReferenceCodecs } from './reference.js';
import { Cursor, RefusedError } from './runtime/cursor.js';
import { createLookups } from './runtime/lookups.js';
import { normalize } from './runtime/normalize.js';

/** Two independent codecs: one walks descriptors, one is generated from them. They must agree on everything. */

const depthMax = 100;
const minutes = Number(process.env['PROPYLON_FUZZ_MINUTES'] ?? 0);
const firstSeed = minutes > 0 ? Date.now() % 1_000_000_000 : 1;
const rounds = minutes > 0 ? Number.POSITIVE_INFINITY : 80_000;

const messages = (['Everything', 'Everything', 'Legacy', 'Modern', 'Newest', 'Inner'] as const).map((name) =>
  testMessage(name),
);
const corpus = openCorpus(new URL('differential.corpus', import.meta.url));
const corpusJson = corpus.entries.flatMap(({ form, bytes }) => (form === 'json' ? [bytes] : []));
const optionSets: readonly CodecOptions[] = [
  defaultCodecOptions,
  { emitDefaults: true, enumsAsNumbers: false, protoNames: true, ignoreUnknown: true },
  { emitDefaults: false, enumsAsNumbers: true, protoNames: false, ignoreUnknown: true },
];
const reference = createReferenceCodecs(codecTypes, { nestingDepthMax: depthMax });
const normalizing = { types: codecTypes, lookups: createLookups(), depthMax: 2 * depthMax };
const cursor = new Cursor(depthMax);
const setsOf = (functions: FunctionSource) =>
  optionSets.map((options) => {
    const parse = createParseCompiler(codecTypes, cursor, options, functions);
    const print = createPrintCompiler(codecTypes, cursor, { ...options, projected: false }, functions);
    const projected = createPrintCompiler(codecTypes, cursor, { ...options, projected: true }, functions);
    return {
      options,
      codecs: new Map(
        messages.map((message) => [
          message,
          {
            parse: parse.parser(message),
            print: print.printer(message),
            projected: projected.printer(message),
          },
        ]),
      ),
    };
  });

/** The result, or nothing when it refuses as it should. */
function attempt(work: () => Uint8Array): Uint8Array | undefined {
  try {
    return work();
  } catch (error) {
    // The compiled printer throws what the reference wraps.
    if (error instanceof StatusError || error instanceof RefusedError || error instanceof Error) {
      if (error instanceof ReferenceError || error instanceof SyntaxError) throw error;
      return undefined;
    }
    throw error;
  }
}

function isMessage(message: DescMessage, binary: Uint8Array): boolean {
  try {
    normalize(normalizing, message, binary);
    return true;
  } catch {
    return false;
  }
}

/** A part of what there is to want, at most four levels deep. */
function randomProjection(random: Random, message: DescMessage, depth = 0): Projection {
  const wanted = new Map<number | string, Projection | undefined>();
  for (const field of message.fields) {
    if (random() < 0.4) continue;
    const inner =
      field.message === undefined ||
      field.message.typeName.startsWith('google.') ||
      depth > 3 ||
      random() < 0.3
        ? undefined
        : randomProjection(random, field.message, depth + 1);
    if (field.fieldKind !== 'map' || random() < 0.3)
      wanted.set(field.number, field.fieldKind === 'map' ? undefined : inner);
    else
      wanted.set(
        field.number,
        new Map([[pick(random, [anyKey, 'a', 'b', '1', '0', 'true', 'false', '']), inner]]),
      );
  }
  return wanted;
}

/** Whether two members of a oneof are on the wire, in this message or below. */
function clearsMembers(message: DescMessage, binary: Uint8Array): boolean {
  return !Buffer.from(normalize(normalizing, message, binary)).equals(Buffer.from(binary));
}

const text = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();

/** Both ways of compiling run the same text: the second proves that nothing is lost when it is written down. */
const ways = [
  { way: 'compiled on first use', functions: functionSource(), share: 0.9 },
  { way: 'written ahead of time', functions: await writtenFunctions(codecTypes, optionSets), share: 0.1 },
];

describe.each(ways)('the codec $way agrees with the reference', ({ functions, share }) => {
  it(`on random JSON and random wire bytes, from seed ${firstSeed}`, {
    timeout: minutes * 60_000 + 240_000,
  }, () => {
    const sets = setsOf(functions);
    const found = (message: DescMessage, form: 'json' | 'binary', bytes: Uint8Array) => {
      if (minutes > 0) corpus.keep({ message: message.name as TestMessageName, form, bytes });
    };
    const last = firstSeed + rounds * share;
    const until = minutes > 0 ? Date.now() + minutes * 60_000 * share : Number.POSITIVE_INFINITY;
    let cases = 0;
    let accepted = 0;
    for (let seed = firstSeed; seed < last && Date.now() < until; seed++) {
      const random = seeded(seed);
      const known = random() < 0.2 ? pick(random, corpus.entries) : undefined;
      const message = known === undefined ? pick(random, messages) : testMessage(known.message);
      const { options, codecs } = pick(random, sets);
      const codec = codecs.get(message);
      if (codec === undefined) throw new Error('no codec');
      const theirs = reference.codec(message, options);

      const input =
        known?.form === 'json'
          ? mutateBytes(random, known.bytes, corpusJson)
          : Buffer.from(randomJson(random, codecTypes, message));
      const want = attempt(() => theirs.toBinary(input));
      const got = attempt(() => codec.parse(input));
      cases++;
      if ((want === undefined) !== (got === undefined)) {
        found(message, 'json', input);
        const taker = want === undefined ? 'only compiled' : 'only reference';
        expect.fail(`seed ${seed}: ${taker} takes ${text(input)}`);
      }
      if (want === undefined || got === undefined) continue;
      accepted++;
      const canonical = (bytes: Uint8Array) => normalize(normalizing, message, bytes);
      if (!Buffer.from(canonical(want)).equals(canonical(got))) {
        found(message, 'json', input);
        expect(Buffer.from(canonical(got)).toString('hex'), `seed ${seed}: ${text(input)}`).toBe(
          Buffer.from(canonical(want)).toString('hex'),
        );
      }

      const binaries = [want, got, mutateWire(random, want, message), mutateWire(random, got, message)];
      if (known?.form === 'binary')
        binaries.push(known.bytes, mutateWire(random, Buffer.concat([want, known.bytes]), message));
      for (const binary of binaries) {
        cases++;
        const wantJson = text(attempt(() => theirs.toJson(binary)));
        const gotJson = text(attempt(() => codec.print(binary)));
        // The reference never looks into a map entry that a later one replaces.
        if (gotJson === undefined && !isMessage(message, binary)) continue;
        if (wantJson !== gotJson) found(message, 'binary', binary);
        if (wantJson !== gotJson)
          expect(gotJson, `seed ${seed}: ${Buffer.from(binary).toString('hex')}`).toBe(wantJson);

        // Unwanted fields are not looked at, so that only what is right as a whole can be compared.
        if (wantJson === undefined || !isMessage(message, binary)) continue;
        cases++;
        const wanted = randomProjection(random, message);
        const of = () =>
          `seed ${seed}: ${Buffer.from(binary).toString('hex')} of ${inspect(wanted, { depth: 9 })}`;
        const wantSome = text(attempt(() => theirs.toJson(binary, wanted)));
        const gotSome = text(attempt(() => codec.projected(binary, wanted)));
        if (wantSome !== gotSome) found(message, 'binary', binary);
        if (wantSome !== gotSome) expect(gotSome, of()).toBe(wantSome);
        if (options.emitDefaults) continue;
        const fromBinary = text(attempt(() => theirs.toJson(projectBinary(message, binary, wanted))));
        // On the wire a member of a oneof that is not wanted clears no other.
        if (fromBinary !== wantSome && !clearsMembers(message, binary))
          expect(fromBinary, of()).toBe(wantSome);
      }
    }
    console.log(`${cases} comparisons, ${accepted} messages taken`);
    expect(accepted).toBeGreaterThan(cases / 20);
  });
});
