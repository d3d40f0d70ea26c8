import type { DescField } from '../descriptor/index.js';
import { Code, type Reason, StatusError } from '../status/index.js';

/**
 * What one request has set so far, so that nothing is set twice: a singular field, a map key,
 * two members of a oneof, a field and its child. Fields are known by their number paths.
 */
export class QueryUse {
  readonly #leaves = new Set<string>();
  readonly #inner = new Set<string>();
  readonly #members = new Map<string, DescField>();
  readonly #mapKeys = new Set<string>();

  /** Notes the oneof members on the way to a field that the path or the body has set. */
  seed(fields: readonly DescField[]): void {
    let key = '';
    for (const field of fields) {
      this.#member(key, field);
      key += `.${field.number}`;
    }
  }

  /**
   * Takes a leaf for the parameter `name` and returns its key.
   * Throws StatusError QUERY_PARAMETER_REPEATED or QUERY_PARAMETER_CONFLICT.
   */
  take(name: string, fields: readonly DescField[]): string {
    let key = '';
    for (const [index, field] of fields.entries()) {
      const other = this.#member(key, field);
      if (other !== undefined) {
        const text = `"${field.jsonName}" and "${other.jsonName}" are members of one oneof and cannot both be set`;
        throw refusal('QUERY_PARAMETER_CONFLICT', name, text);
      }
      key += `.${field.number}`;
      if (index < fields.length - 1) {
        this.#takeInner(name, key, field);
      } else {
        this.#takeLeaf(name, key, field);
      }
    }
    return key;
  }

  /** Takes one key of a map. Throws StatusError QUERY_PARAMETER_REPEATED. */
  takeMapKey(name: string, leafKey: string, mapKey: Uint8Array): void {
    const key = `${leafKey}[${Buffer.from(mapKey).toString('latin1')}`;
    if (this.#mapKeys.has(key)) {
      throw refusal('QUERY_PARAMETER_REPEATED', name, 'this key of the map is given more than once');
    }
    this.#mapKeys.add(key);
  }

  #takeInner(name: string, key: string, field: DescField): void {
    if (this.#leaves.has(key)) {
      const text = `"${field.jsonName}" is given as a whole as well`;
      throw refusal('QUERY_PARAMETER_CONFLICT', name, text);
    }
    this.#inner.add(key);
  }

  #takeLeaf(name: string, key: string, field: DescField): void {
    if (this.#inner.has(key)) {
      throw refusal('QUERY_PARAMETER_CONFLICT', name, 'a field inside it is given as well');
    }
    if (
      this.#leaves.has(key) &&
      (field.fieldKind === 'scalar' || field.fieldKind === 'enum' || field.fieldKind === 'message')
    ) {
      throw refusal(
        'QUERY_PARAMETER_REPEATED',
        name,
        'the field takes one value and is given more than once',
      );
    }
    this.#leaves.add(key);
  }

  /** The other member of the oneof that is already set, if any. */
  #member(parentKey: string, field: DescField): DescField | undefined {
    if (field.oneof === undefined) {
      return undefined;
    }
    const key = `${parentKey}|${field.oneof.name}`;
    const other = this.#members.get(key);
    this.#members.set(key, other ?? field);
    return other?.number === field.number ? undefined : other;
  }
}

/** A refusal of one query parameter: `name` as the client wrote it. */
export function refusal(reason: Reason, name: string, description: string): StatusError {
  // A name may have 8 KiB; the message is for reading, the violation has all of it.
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  const message = `Query parameter "${shown}": ${description}.`;
  return new StatusError(Code.INVALID_ARGUMENT, reason, message, {
    violations: [{ field: name, description }],
  });
}
