import { type DescField, type DescMessage, locationOf } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';

/**
 * Finds messages in which a query parameter's name could mean two fields: one field's JSON name is
 * another's JSON or proto name (FIELD_NAME_CLASH, an error). Each message is looked at once.
 */
export class NameClashFinder {
  readonly #checked = new Set<DescMessage>();
  readonly #entered = new Set<DescMessage>();
  readonly diagnostics: Diagnostic[] = [];

  /** Checks a request message and what query parameters reach in it: all but the body's field. */
  check(message: DescMessage, body: DescField | undefined): void {
    this.#checkNames(message);
    const pending: DescMessage[] = [];
    for (const field of message.fields) {
      if (field !== body && field.fieldKind === 'message') pending.push(field.message);
    }
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (this.#entered.has(next)) continue;
      this.#entered.add(next);
      this.#checkNames(next);
      for (const field of next.fields) if (field.fieldKind === 'message') pending.push(field.message);
    }
  }

  #checkNames(message: DescMessage): void {
    if (this.#checked.has(message)) return;
    this.#checked.add(message);
    const byJsonName = new Map<string, DescField>();
    for (const field of message.fields) {
      const twin = byJsonName.get(field.jsonName);
      if (twin === undefined) byJsonName.set(field.jsonName, field);
      else this.#report(message, field, twin, 'have the same JSON name');
    }
    for (const field of message.fields) {
      const other = byJsonName.get(field.name);
      if (other !== undefined && other !== field && other.jsonName !== field.jsonName) {
        this.#report(message, other, field, `clash: the JSON name of the first is the name of the second`);
      }
    }
  }

  #report(message: DescMessage, first: DescField, second: DescField, problem: string): void {
    this.diagnostics.push({
      severity: 'error',
      code: 'FIELD_NAME_CLASH',
      text:
        `the fields "${first.name}" and "${second.name}" of ${message.typeName} ${problem}, ` +
        `so that a query parameter "${first.jsonName}" would be ambiguous`,
      locations: [locationOf(first), locationOf(second)],
      hint: 'give one of them another json_name',
    });
  }
}
