import { type DescField, type DescMessage, locationOf, ScalarType } from '../../descriptor/index.js';
import type { Diagnostic } from '../../diagnostic/index.js';

/** Tells of fields, by their JSON names, that are gone from messages or of another type, however deep. */
export class MessageComparison {
  readonly #done = new Set<string>();
  readonly #report: (diagnostic: Diagnostic) => void;

  constructor(report: (diagnostic: Diagnostic) => void) {
    this.#report = report;
  }

  /** Each pair of messages once, whoever asks. */
  compare(before: DescMessage, after: DescMessage): void {
    const pair = `${before.typeName} ${after.typeName}`;
    if (this.#done.has(pair)) return;
    this.#done.add(pair);
    const fields = new Map(after.fields.map((field) => [field.jsonName, field]));
    for (const field of before.fields) {
      const now = fields.get(field.jsonName);
      const name = `${before.typeName}.${field.name}`;
      if (now === undefined) this.#tell(`The field ${name} is gone.`, after);
      else if (typeText(field) !== typeText(now))
        this.#tell(`The field ${name} was ${typeText(field)}, and is ${typeText(now)}.`, now);
      if (field.message !== undefined && now?.message !== undefined) this.compare(field.message, now.message);
    }
  }

  #tell(text: string, where: DescField | DescMessage): void {
    const locations = [locationOf(where)];
    this.#report({ severity: 'warning', code: 'FIELD_CHANGED', text, locations });
  }
}

/** As far as JSON tells types apart: what a message or an enum is called is not written. */
function typeText(field: DescField): string {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarText(field.scalar);
    case 'enum':
      return 'an enum';
    case 'message':
      return messageText(field.message);
    case 'list':
      return `repeated ${elementText(field)}`;
    case 'map':
      return `map<${scalarText(field.mapKey)}, ${elementText(field)}>`;
  }
}

function elementText(field: DescField & { fieldKind: 'list' | 'map' }): string {
  const kind = field.fieldKind === 'list' ? field.listKind : field.mapKind;
  if (kind === 'scalar' && field.scalar !== undefined) return scalarText(field.scalar);
  return field.message === undefined ? 'an enum' : messageText(field.message);
}

const scalarText = (scalar: ScalarType): string => ScalarType[scalar].toLowerCase();

/** Those with a JSON of their own are told apart by name. */
const messageText = ({ typeName }: DescMessage): string =>
  typeName.startsWith('google.protobuf.') ? typeName : 'a message';
