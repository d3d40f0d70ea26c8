import type { DescMethod } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** google.api.HttpRule without its selector (google/api/http.proto). */
export interface HttpRule {
  /** "GET", "PUT", "POST", "DELETE", "PATCH", a custom kind verbatim, or "" where the rule has no pattern. */
  readonly httpMethod: string;
  readonly path: string;
  readonly body: string;
  readonly responseBody: string;
  readonly additionalBindings: readonly HttpRule[];
}

/** `extend google.protobuf.MethodOptions { HttpRule http = 72295728; }` (google/api/annotations.proto) */
const httpExtension = 72295728;

/** A rule, its additional bindings, and the nested list that is refused: deeper ones need no reading. */
const nestingMax = 2;

const emptyRule: HttpRule = Object.freeze({
  httpMethod: '',
  path: '',
  body: '',
  responseBody: '',
  additionalBindings: [],
});

/**
 * The google.api.http option of a method, or undefined where it has none.
 *
 * Read off the bytes of the options, so that the sources need not contain google/api/http.proto.
 * An option that is not a valid HttpRule on the wire is an empty rule, which is refused as such.
 */
export function httpRuleOf(method: DescMethod): HttpRule | undefined {
  const occurrences = (method.proto.options?.$unknown ?? []).filter(
    ({ no, wireType }) => no === httpExtension && wireType === WireType.LengthDelimited,
  );
  if (occurrences.length === 0) {
    return undefined;
  }
  try {
    // A message field that occurs twice is merged, which is what reading the joined bytes does.
    return readRule(Buffer.concat(occurrences.map(({ data }) => new BinaryReader(data).bytes())), 0);
  } catch {
    return emptyRule;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** `message HttpRule`: the fields of the pattern are a oneof, so the last one on the wire counts. */
function readRule(binary: Uint8Array, depth: number): HttpRule {
  const rule: Writable<HttpRule> = { ...emptyRule };
  const additional: HttpRule[] = [];
  let custom: Custom | undefined;
  const pattern = (httpMethod: string, path: string) => {
    rule.httpMethod = httpMethod;
    rule.path = path;
    custom = undefined;
  };
  const reader = new BinaryReader(binary);
  while (reader.pos < reader.len) {
    const [no, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, no);
      continue;
    }
    switch (no) {
      case 2:
        pattern('GET', reader.string());
        break;
      case 3:
        pattern('PUT', reader.string());
        break;
      case 4:
        pattern('POST', reader.string());
        break;
      case 5:
        pattern('DELETE', reader.string());
        break;
      case 6:
        pattern('PATCH', reader.string());
        break;
      case 7:
        rule.body = reader.string();
        break;
      case 8: {
        const merged = readCustom(reader.bytes(), custom);
        pattern(merged.kind, merged.path);
        custom = merged;
        break;
      }
      case 11: {
        const bytes = reader.bytes();
        if (depth < nestingMax) {
          additional.push(readRule(bytes, depth + 1));
        }
        break;
      }
      case 12:
        rule.responseBody = reader.string();
        break;
      default:
        reader.skip(wireType, no);
    }
  }
  return Object.freeze({ ...rule, additionalBindings: additional });
}

interface Custom {
  readonly kind: string;
  readonly path: string;
}

/** `message CustomHttpPattern { string kind = 1; string path = 2; }` */
function readCustom(binary: Uint8Array, before: Custom | undefined): Custom {
  let { kind, path } = before ?? { kind: '', path: '' };
  const reader = new BinaryReader(binary);
  while (reader.pos < reader.len) {
    const [no, wireType] = reader.tag();
    if (no === 1 && wireType === WireType.LengthDelimited) {
      kind = reader.string();
    } else if (no === 2 && wireType === WireType.LengthDelimited) {
      path = reader.string();
    } else {
      reader.skip(wireType, no);
    }
  }
  return { kind, path };
}
