import { describe, expect, it } from 'vitest';
import { createCompiledCodecs, defaultCodecOptions } from '../../src/codec/index.js';
import { formOf } from '../../src/contract/schema/form.js';
import { createSchemas } from '../../src/contract/schema/schemas.js';
import { defaultLimits } from '../../src/limits.js';
import { codecTypes, type TestMessageName, testMessage } from '../support/codec-protos.js';
import { type SchemaCheck, schemaCheck } from '../support/json-schema.js';
import { pick, type Random, randomJson, seeded } from '../support/random-message.js';

const codecs = createCompiledCodecs(codecTypes, defaultLimits);
const messages: readonly TestMessageName[] = ['Everything', 'Inner', 'Legacy', 'Modern', 'Newest'];
const rounds = 1_500;

function subject(name: TestMessageName, options = defaultCodecOptions) {
  const message = testMessage(name);
  const schemas = createSchemas(codecTypes, new Map(), formOf(options));
  const schema = schemas.message(message, formOf(options));
  const codec = codecs.codec(message, options);
  const print = (json: string): string | undefined => {
    try {
      return Buffer.from(codec.toJson(codec.toBinary(Buffer.from(json)))).toString();
    } catch {
      return undefined;
    }
  };
  const accepts = (value: unknown): boolean => print(JSON.stringify(value)) !== undefined;
  return { message, print, accepts, check: schemaCheck(schema, schemas.components()) };
}

/**
 * What is wrong by the schema, but for two things that are no matter of types: a number that no value of an enum has
 * (a newer version of the API knows it, which this document is not of), and a missing required field, which a request
 * may not lack and the codec alone does not look for.
 */
function problems(check: SchemaCheck, value: unknown): unknown[] {
  return check(value)
    .filter(({ keyword, data, parentSchema }) => {
      const isNewerEnum = typeof data === 'number' && parentSchema !== undefined && 'enum' in parentSchema;
      return !isNewerEnum && !(keyword === 'required' && parentSchema?.['title'] !== undefined);
    })
    .map(({ instancePath, message, data }) => ({ instancePath, message, data }));
}

describe.each(messages)('schema of %s', (name) => {
  it.each([
    ['as by default', defaultCodecOptions],
    ['with unset fields', { ...defaultCodecOptions, emitDefaults: true }],
    ['with proto names and numbers', { ...defaultCodecOptions, protoNames: true, enumsAsNumbers: true }],
  ])('has whatever the codec prints, %s', (_, options) => {
    const { message, print, check } = subject(name, options);
    const random = seeded(7);
    let printed = 0;
    for (let round = 0; round < rounds; round++) {
      const json = print(randomJson(random, codecTypes, message));
      if (json === undefined) continue;
      printed++;
      expect(problems(check, JSON.parse(json)), json).toEqual([]);
    }
    expect(printed).toBeGreaterThan(40);
  });

  it('refuses a value of the wrong type only where the codec refuses it', () => {
    const { message, print, accepts, check } = subject(name);
    const random = seeded(11);
    let refused = 0;
    for (let round = 0; round < rounds; round++) {
      const json = print(randomJson(random, codecTypes, message));
      if (json === undefined) continue;
      const value: unknown = JSON.parse(json);
      const changed = withWrongType(random, value);
      if (problems(check, changed).length === 0) continue;
      refused++;
      expect(accepts(changed), JSON.stringify(changed)).toBe(false);
    }
    expect(refused).toBeGreaterThan(10);
  });
});

/** What no leniency of ProtoJSON takes for the other: numbers in strings and strings for numbers are not among them. */
const wrong: Readonly<Record<string, readonly unknown[]>> = {
  string: [{ x: 1 }, [], true],
  number: [{ x: 1 }, [], true],
  boolean: [{ x: 1 }, [], 1, 'x'],
  array: [{ x: 1 }, true, 1, 'x'],
  object: [[], true, 1, 'x'],
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The same value with another type somewhere in it. */
function withWrongType(random: Random, value: unknown): unknown {
  const isList = Array.isArray(value);
  const entries = isList || isObject(value) ? Object.entries(value) : [];
  if (entries.length > 0 && random() < 0.9) {
    const [key, inner] = pick(random, entries);
    const changed = withWrongType(random, inner);
    return isList
      ? value.with(Number(key), changed)
      : Object.fromEntries(entries.map(([name, old]) => [name, name === key ? changed : old]));
  }
  if (value === null) return null;
  return pick(random, wrong[isList ? 'array' : typeof value] ?? [value]);
}
