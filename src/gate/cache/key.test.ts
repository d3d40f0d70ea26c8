import { equals, fromBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { codecTypes, testMessage } from '../../../test/support/codec-protos.js';
import { gateOf, viewOf } from '../../../test/support/gate.js';
import { pick, randomJson, seeded } from '../../../test/support/random-message.js';
import { createCanonicalizer, createCompiledCodecs, defaultCodecOptions } from '../../codec/index.js';
import { readRecords, type WireRecord } from '../../codec/runtime/records.js';
import type { HeaderFields } from '../../headers.js';
import type { Metadata } from '../../status/index.js';
import type { Principal } from '../principal.js';
import { GateView } from '../view.js';
import { type KeyRules, keyRules } from './key.js';

/** Who shares an answer, against a model that knows nothing of keys. */

const everything = testMessage('Everything');
const { toBinary } = createCompiledCodecs(codecTypes, { nestingDepthMax: 100 }).codec(
  everything,
  defaultCodecOptions,
);

function rules(cache: {
  readonly scope?: 'private' | 'shared';
  readonly vary?: readonly string[];
}): KeyRules {
  let made: KeyRules | undefined;
  gateOf(
    'message M {} service S { rpc Get(M) returns (M); }',
    { cache: { ttl: '1s', ...cache, vary: [...(cache.vary ?? [])] } },
    {
      canonical: createCanonicalizer(everything, 100),
      builders: [
        (context) => {
          made = keyRules(context);
          return [];
        },
      ],
    },
  );
  if (made === undefined) throw new Error('no rules');
  return made;
}

/** All that decides on who shares an answer. */
interface Request {
  readonly message: Uint8Array;
  readonly metadata: Metadata;
  readonly form: string;
  readonly principal: Partial<Principal> | undefined;
}

describe('requests share an answer', () => {
  const random = seeded(11);
  const samples = Array.from({ length: 12_000 }, () => {
    try {
      const binary = toBinary(Buffer.from(randomJson(random, codecTypes, everything)));
      return binary.length < 60_000 ? [binary] : [];
    } catch {
      return [];
    }
  }).flat();

  const names = [
    'accept-language',
    'x-tenant',
    'x-request-id',
    'traceparent',
    'b3',
    'uber-trace-id',
    'authorization',
    'x-forwarded-for',
    'x-forwarded-host',
    'baggage',
    'if-none-match',
    'a-bin',
  ];
  const values = ['', 'a', 'b', 'a=b', 'a,b'];
  const randomMetadata = (): Metadata =>
    Array.from({ length: Math.floor(random() * 5) }, () => {
      const name = pick(random, names);
      return [
        name,
        name.endsWith('-bin') ? Uint8Array.of(Math.floor(random() * 3)) : pick(random, values),
      ] as const;
    });
  const principals: readonly { readonly principal?: Partial<Principal> }[] = [
    {},
    { principal: { id: 'p:ann', claims: { sub: 'ann', iat: 1 } } },
    { principal: { id: 'p:ann', claims: { sub: 'ann', iat: 2 } } },
    { principal: { id: 'p:ann', claims: { sub: 'ann', tenant: 'x' } } },
    { principal: { id: 'p:ann', scopes: new Set(['a']), claims: { sub: 'ann' } } },
    { principal: { id: 'p:bob', claims: { sub: 'bob' } } },
  ];
  const randomRequest = (): Request => ({
    message: pick(random, samples),
    metadata: randomMetadata(),
    form: pick(random, ['application/json', 'application/protobuf']),
    principal: pick(random, principals).principal,
  });
  /** The same message, with its fields in another order, some of them twice, and submessages in pieces. */
  function respelt(binary: Uint8Array): Uint8Array {
    const byNumber = new Map<number, WireRecord[]>();
    for (const record of readRecords(binary))
      byNumber.set(record.number, [...(byNumber.get(record.number) ?? []), record]);
    const pieces = [...byNumber.values()]
      .sort(() => random() - 0.5)
      .flatMap((records) => {
        const whole = Buffer.concat(records.map(({ start, end }) => binary.subarray(start, end)));
        const [first] = records;
        const field = everything.fields.find(({ number }) => number === first?.number);
        if (first === undefined || records.length > 1 || random() < 0.5) return [whole];
        if (field?.fieldKind === 'scalar') return [whole, whole];
        if (field?.fieldKind !== 'message') return [whole];
        const inner = readRecords(binary.subarray(first.contentStart, first.contentEnd));
        const at = first.contentStart + (inner[0]?.end ?? 0);
        return [binary.subarray(first.contentStart, at), binary.subarray(at, first.contentEnd)].map(
          (content) => new BinaryWriter().tag(first.number, WireType.LengthDelimited).bytes(content).finish(),
        );
      });
    return new Uint8Array(Buffer.concat(pieces));
  }

  /** A request that is likely to differ in nothing, or in one thing. */
  const neighbour = (request: Request): Request => {
    const other = randomRequest();
    switch (Math.floor(random() * 6)) {
      case 0:
        return { ...request, message: respelt(request.message) };
      case 1:
        return { ...request, metadata: request.metadata.toSorted(() => random() - 0.5) };
      case 2:
        return { ...request, metadata: other.metadata };
      case 3:
        return { ...request, form: other.form };
      case 4:
        return { ...request, principal: other.principal };
      default:
        return { ...request, message: pick(random, samples) };
    }
  };

  /** Whether two messages are one; undefined where protobuf-es cannot tell, since a NaN equals nothing. */
  function isSame(one: Uint8Array, other: Uint8Array): boolean | undefined {
    const [a, again, b] = [one, one, other].map((binary) => fromBinary(everything, binary));
    if (a === undefined || again === undefined || b === undefined || !equals(everything, a, again))
      return undefined;
    return equals(everything, a, b);
  }

  /** What the backend is told, and for whom, in words. */
  function told({ metadata, form, principal }: Request, isShared: boolean): string {
    const hidden = [
      'x-request-id',
      'traceparent',
      'b3',
      'uber-trace-id',
      'x-forwarded-for',
      'baggage',
      'if-none-match',
    ];
    const isVerified = principal !== undefined;
    const seen = metadata.filter(
      ([name]) => !hidden.includes(name) && (name !== 'authorization' || !(isVerified || isShared)),
    );
    const byName = [...new Set(names)].map((name) =>
      seen
        .filter(([own]) => own === name)
        .map(([, value]) => (typeof value === 'string' ? value : [...value])),
    );
    const { iat: _, ...claims } = principal?.claims ?? {};
    const caller = isShared ? null : [principal?.id, [...(principal?.scopes ?? [])], claims];
    return JSON.stringify([byName, form, caller]);
  }

  it.each(['private', 'shared'] as const)('exactly where the backend would be told the same: %s', (scope) => {
    const { keyOf } = rules({ scope });
    const keyFor = ({ message, metadata, form, principal }: Request): string | undefined => {
      const view = viewOf(principal);
      view.callMetadata = metadata;
      view.form = form;
      return keyOf(view, message);
    };
    const seen = { same: 0, different: 0 };
    for (let round = 0; round < 6_000; round++) {
      const one = randomRequest();
      const other = neighbour(one);
      const isMessage = isSame(one.message, other.message);
      if (isMessage === undefined) continue;
      const isOne = isMessage && told(one, scope === 'shared') === told(other, scope === 'shared');
      seen[isOne ? 'same' : 'different'] += 1;
      expect(keyFor(one) === keyFor(other), JSON.stringify([one, other])).toBe(isOne);
    }
    expect(Math.min(seen.same, seen.different)).toBeGreaterThan(500);
  });

  it('only where the header fields of vary are alike, absent and empty being two things', () => {
    const { keyOf } = rules({ vary: ['X-Tenant', 'x-b'] });
    const keyFor = (...headers: HeaderFields): string | undefined => {
      const request = { ...viewOf().request, headers };
      const view = new GateView(request, {
        requestId: 'r',
        captures: [],
        query: '',
        clientAddress: () => '',
      });
      return keyOf(view, new Uint8Array());
    };
    const keys = [
      keyFor(),
      keyFor(['x-tenant', '']),
      keyFor(['x-b', '']),
      keyFor(['x-tenant', 'a']),
      keyFor(['x-tenant', 'a'], ['x-tenant', 'b']),
      keyFor(['x-tenant', 'a,b']),
      keyFor(['x-tenant', 'a'], ['x-b', 'b']),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyFor(['x-other', 'a'])).toBe(keyFor());
  });

  it('by a digest of one length', () => {
    const view = viewOf();
    const { keyOf } = rules({});
    for (const length of [0, 10, 60_000])
      expect(keyOf(view, new Uint8Array(length).fill(1))).toMatch(/^[\w-]{43}$/);
  });
});
