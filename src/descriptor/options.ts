import type { DescMethod } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** google.api.HttpRule as declared, unchecked. */
export interface HttpRule {
  /** "GET", or the custom kind verbatim; "" when the rule has no pattern. */
  readonly httpMethod: string;
  readonly path: string;
  readonly body: string;
  readonly responseBody: string;
  readonly additionalBindings: readonly HttpRule[];
}

/** Number of the extension google.api.http of google.protobuf.MethodOptions. */
const httpExtension = 72295728;

const verbOfField: Readonly<Record<number, string>> = {
  2: 'GET',
  3: 'PUT',
  4: 'POST',
  5: 'DELETE',
  6: 'PATCH',
};

/**
 * The `google.api.http` annotation of a method, undefined where it has none. Read off the raw options,
 * so that an image need not contain google/api/http.proto.
 */
export function httpRuleOf(method: DescMethod): HttpRule | undefined {
  const occurrences = (method.proto.options?.$unknown ?? []).filter((field) => field.no === httpExtension);
  if (occurrences.length === 0) return undefined;
  try {
    // Occurrences of one singular message merge; a later pattern replaces an earlier one.
    const bodies = occurrences.map((field) => new BinaryReader(field.data).bytes());
    return readHttpRule(Buffer.concat(bodies), 0);
  } catch {
    // Bytes that are no HttpRule, out of a broken or hostile descriptor: refused as a rule that says nothing.
    return emptyRule;
  }
}

const emptyRule: HttpRule = { httpMethod: '', path: '', body: '', responseBody: '', additionalBindings: [] };

/** Nested additional_bindings are refused later; deeper ones can only come from a hostile descriptor. */
const nestingMax = 4;

function readHttpRule(bytes: Uint8Array, depth: number): HttpRule {
  const rule = { httpMethod: '', path: '', body: '', responseBody: '', additionalBindings: [] as HttpRule[] };
  let custom: Uint8Array = new Uint8Array();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const verb = verbOfField[number];
    if (wireType !== WireType.LengthDelimited) reader.skip(wireType, number);
    else if (verb !== undefined) {
      [rule.httpMethod, rule.path] = [verb, reader.string()];
      custom = new Uint8Array();
    } else if (number === 7) rule.body = reader.string();
    else if (number === 8) {
      // Occurrences of a message in a oneof merge while no other member comes between.
      custom = Buffer.concat([custom, reader.bytes()]);
      [rule.httpMethod, rule.path] = readCustomPattern(custom);
    } else if (number === 11 && depth < nestingMax)
      rule.additionalBindings.push(readHttpRule(reader.bytes(), depth + 1));
    else if (number === 12) rule.responseBody = reader.string();
    else reader.skip(wireType, number);
  }
  return rule;
}

function readCustomPattern(bytes: Uint8Array): [kind: string, path: string] {
  const pattern: [string, string] = ['', ''];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited && number === 1) pattern[0] = reader.string();
    else if (wireType === WireType.LengthDelimited && number === 2) pattern[1] = reader.string();
    else reader.skip(wireType, number);
  }
  return pattern;
}
