import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareOutlines, type Finding } from '../../../src/contract/index.js';
import type { Outline } from '../../../src/surface/index.js';
import { contractFiles, outlineOf } from '../../support/openapi.js';
import { pick, seeded } from '../../support/random-message.js';
import { type Api, randomApi } from './drift/api.js';
import { harmless, risky } from './drift/mutations.js';
import { type Broken, brokenFor } from './drift/oracle.js';
import { codecOptions, gate, type Served, served } from './drift/served.js';
import { apiText } from './drift/text.js';

/**
 * What is told of a change, held against what old clients meet: requests that the gateway accepts before the change are
 * sent to the one behind it.
 */

const seed = 20;
const input = { codecOptions, gate: { hasProviders: true, options: gate ?? {} } };
/** Rules that say of some values only that they are refused, or may come: warnings. */
const ofSome: ReadonlySet<string> = new Set([
  ...['REQUEST_SIZE_LOWERED', 'REQUEST_TYPE_NARROWED', 'REQUEST_RULE_CHANGED', 'FIELD_PRESENCE_REMOVED'],
  'RESPONSE_TYPE_WIDENED',
]);

interface Changed {
  /** Of the changes. */
  readonly names: readonly string[];
  readonly before: Api;
  readonly after: Api;
}

interface Compared extends Changed {
  readonly told: readonly Finding[];
  readonly accepted: number;
  readonly broken: readonly Broken[];
}

/** APIs that are changed, each in several ways. */
const baseCount = 14;

/** One change of each kind, a fifth of them with two others. */
function changedApis(): { readonly bases: readonly Api[]; readonly changes: readonly Changed[] } {
  const random = seeded(seed);
  const all = { ...harmless, ...risky };
  const bases = Array.from({ length: baseCount }, (_, index) => randomApi(random, `d${index}`));
  const changes = Object.keys(all).map((first, index): Changed => {
    for (const step of bases.keys()) {
      const before = bases[(index + step) % baseCount];
      const after = structuredClone(before);
      if (before === undefined || after === undefined || all[first]?.(after, random) !== true) continue;
      const others = index % 5 === 0 ? [0, 1].map(() => pick(random, Object.keys(all))) : [];
      const more = others.filter((name) => name !== first && all[name]?.(after, random) === true);
      return { names: [first, ...more], before, after };
    }
    throw new Error(`no API can be changed so: ${first}`);
  });
  return { bases, changes };
}

function images(apis: readonly Api[]): readonly Uint8Array[] {
  const files = apis.map((api, index): [string, string] => [`drift${index}.proto`, apiText(api)]);
  const { file } = fromBinary(FileDescriptorSetSchema, contractFiles(Object.fromEntries(files)));
  return apis.map((_, index) => {
    const own = file.filter(({ name }) => !/^drift\d+\.proto$/.test(name) || name === `drift${index}.proto`);
    return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: own }));
  });
}

/** A version, as `propylon check` and as clients see it. */
interface Version {
  readonly outline: Outline;
  readonly gateway: Served;
}

const version = async (image: Uint8Array): Promise<Version> => ({
  outline: outlineOf(image, input),
  gateway: await served(image),
});

async function compared(change: Changed, before: Version, image: Uint8Array): Promise<Compared> {
  const after = await version(image);
  const told = compareOutlines(before.outline, after.outline);
  const found = await brokenFor(change.before, change.after, before.gateway, after.gateway, seeded(seed));
  await after.gateway.close();
  return { ...change, told, ...found };
}

const isError = ({ severity }: Finding): boolean => severity === 'error';
/** A finding of answers says nothing of requests, nor the other way round. */
const isAbout = ({ rule }: Finding, kind: Broken['kind']): boolean =>
  !rule.startsWith(kind === 'request' ? 'RESPONSE_' : 'REQUEST_');

describe(`old clients of random APIs (seed ${seed})`, () => {
  const all: Compared[] = [];
  beforeAll(async () => {
    const { bases, changes } = changedApis();
    const versions = new Map<Api, Version>();
    for (const [at, image] of images(bases).entries()) {
      const base = bases[at];
      if (base !== undefined) versions.set(base, await version(image));
    }
    // Of one base one change at a time: they are of one package.
    for (let rest = changes; rest.length > 0; ) {
      const now = [...new Map(rest.map((change) => [change.before, change])).values()];
      rest = rest.filter((change) => !now.includes(change));
      const built = images(now.map(({ after }) => after));
      for (const [at, change] of now.entries()) {
        const [before, image] = [versions.get(change.before), built[at]];
        if (before !== undefined && image !== undefined) all.push(await compared(change, before, image));
      }
    }
    await Promise.all([...versions.values()].map(({ gateway }) => gateway.close()));
    expect(all.length).toBe(changes.length);
  }, 120_000);

  it('meet nothing that was not told', () => {
    const untold = all.flatMap(({ names, told, broken }) =>
      broken
        .filter(
          ({ kind }) => !told.some((one) => isAbout(one, kind) && (isError(one) || ofSome.has(one.rule))),
        )
        .map(({ text }) => `${names.join(', ')}: ${text}`),
    );
    expect(untold).toEqual([]);
  });

  it('are not spoken of where nothing changes for them', () => {
    const still = all.filter(({ names }) => names.every((name) => harmless[name] !== undefined));
    const loud = still.flatMap(({ names, told }) =>
      told.filter(isError).map(({ rule, text }) => `${names.join(', ')}: ${rule}: ${text}`),
    );
    expect(loud).toEqual([]);
    expect(still.length).toBeGreaterThan(10);
  });

  it('are many enough to say so', () => {
    expect(all.reduce((sum, { accepted }) => sum + accepted, 0)).toBeGreaterThan(800);
    expect(all.filter(({ broken }) => broken.length > 0).length).toBeGreaterThan(20);
  });
});
