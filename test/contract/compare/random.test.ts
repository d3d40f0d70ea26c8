import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { compareOutlines } from '../../../src/contract/index.js';
import type { Outline } from '../../../src/surface/index.js';
import { compileProtos } from '../../support/compile-protos.js';
import { httpAnnotations } from '../../support/http-annotations.js';
import { outlineOf } from '../../support/openapi.js';
import { randomApi } from '../../support/random-api.js';
import { pick, type Random, seeded } from '../../support/random-message.js';
import { unsaidErrors } from '../../support/unsaid-errors.js';

type Mutation = (proto: string, random: Random) => string;

function shuffled(proto: string, line: RegExp, random: Random): string {
  const all = [...proto.matchAll(line)].map(([text]) => text).toSorted(() => random() - 0.5);
  return proto.replace(line, () => all.shift() ?? '');
}

/** Within each message on its own: fields outside of oneofs, a line each. */
const eachMessage = (proto: string, change: (message: string) => string): string =>
  proto.replace(/^message [MN]\d \{\n[\s\S]*?^\s*\}$/gm, change);

/** What no client of REST notices. */
const harmless: Readonly<Record<string, Mutation>> = {
  'methods in another order': (proto, random) => shuffled(proto, /^ {2}rpc .*$/gm, random),
  'fields in another order': (proto, random) =>
    eachMessage(proto, (message) => shuffled(message, /^ {2}(?!oneof)[a-zM].* = \d+.*;$/gm, random)),
  comments: (proto) => proto.replace(/^ {2}(?=\S)/gm, '  // A word.\n  '),
  'new fields': (proto) => proto.replace(/^message M\d \{/gm, '$&\n  int32 zz_new = 91; M0 zz_other = 92;'),
  'new values of enums': (proto) => proto.replace(/^enum (\w+) \{(.*?)\}/gm, 'enum $1 {$2 $1_NEWEST = 77; }'),
  'a new route': (proto) =>
    proto.replace(
      'service S {',
      'service S {\n  rpc New(google.protobuf.Empty) returns (google.protobuf.Empty) { option (google.api.http).get = "/new"; }',
    ),
  'messages of other names': (proto) => proto.replace(/\bM(\d)\b/g, 'N$1'),
  'methods of other names': (proto) => proto.replace(/\brpc R/g, 'rpc Q'),
  'a service of another name': (proto) => proto.replace('service S', 'service T'),
  'oneofs of other names': (proto) => proto.replace(/\bchoice(\d)\b/g, 'either$1'),
  'other numbers of fields': (proto) =>
    eachMessage(proto, (message) =>
      message.replace(/ = (\d+)(?=[; ])/g, (_, n) => ` = ${Number(n) + 200_000}`),
    ),
};

/** What clients may notice, or not: as it happens. */
const harmful: readonly Mutation[] = [
  (proto, random) => {
    const fields = [...proto.matchAll(/^ {2}(?!oneof|rpc|option)\S.* = \d+.*;$/gm)].map(([text]) => text);
    return proto.replace(`${pick(random, fields)}\n`, '');
  },
  (proto, random) => {
    const [from, to] = [
      pick(random, ['int32', 'string', 'bool', 'bytes', 'Open']),
      pick(random, ['int64', 'string', 'double']),
    ];
    return eachMessage(proto, (message) =>
      random() < 0.4 ? message.replace(`  ${from} `, `  ${to} `) : message,
    );
  },
  (proto) => proto.replace(/ body: "\*"/, ''),
  (proto) => proto.replace('RED = 1', 'CRIMSON = 1'),
  (proto) => proto.replace('get: "/', 'get: "/elsewhere/'),
  (proto) => proto.replace('json_name = "json', 'json_name = "jason'),
  (proto) => proto.replace(/^ {2}(\w+) (\w+ = \d+;)$/m, '  repeated $1 $2'),
];

const count = 24;

function compiled(protos: readonly string[]): readonly (Outline | undefined)[] {
  const named = protos.map((proto, index): [string, string] => [`f${index}.proto`, proto]);
  const { file } = fromBinary(
    FileDescriptorSetSchema,
    compileProtos({ ...httpAnnotations(), ...Object.fromEntries(named) }),
  );
  return protos.map((_, index) => {
    const own = file.filter(({ name }) => !/^f\d+\.proto$/.test(name) || name === `f${index}.proto`);
    return outlineOf(toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: own })));
  });
}

describe('random APIs', () => {
  const random = seeded(7);
  const apis = Array.from({ length: count }, (_, index) => randomApi(random, `f${index}`).proto);
  const before = compiled(apis);

  it('what is harmless is no error', () => {
    const names = Object.keys(harmless);
    const chosen = apis.map((_, index) => {
      const first = names[index % names.length] ?? '';
      const others = names.filter((name) => name !== first);
      return [first, pick(random, others)];
    });
    const mutated = apis.map((proto, index) =>
      (chosen[index] ?? []).reduce((text, name) => harmless[name]?.(text, random) ?? text, proto),
    );
    expect(mutated.every((proto, index) => proto !== apis[index])).toBe(true);
    const after = compiled(mutated);
    const found = before.flatMap((one, index) => {
      const other = after[index];
      if (one === undefined || other === undefined) return [];
      expect(one.routes.length).toBeGreaterThan(0);
      const errors = compareOutlines(one, other).filter(({ severity }) => severity === 'error');
      return errors.map(({ rule, subject }) => `${chosen[index]}: ${rule} ${subject}`);
    });
    expect(found).toEqual([]);
  });

  it('where documents are equal, there is no error', () => {
    const mutated = apis.map((proto, index) =>
      (harmful[index % harmful.length] ?? ((text) => text))(proto, random),
    );
    const after = compiled(mutated);
    const errors = before.map((one, index) => unsaidErrors(one, after[index]));
    expect(errors.flat()).toEqual([]);
  });
});
