import { behaves, type DescEnum, type DescField, type DescMessage } from '../../descriptor/index.js';
import { defaultLimits } from '../../limits.js';
import type { Outline } from '../../surface/index.js';
import { isRawAnswer, isRawBody } from '../compare/binding.js';
import { typeOfMessage, typeText } from '../compare/value-type.js';
import { queryFields } from '../openapi/query-fields.js';
import { fieldWords, messageWords } from './field-words.js';

/** A member of the JSON of a message. */
export interface LockedField {
  readonly name: string;
  readonly type: string;
  readonly words: readonly string[];
}

/** A message that bodies or answers have. */
export interface LockedMessage {
  readonly name: string;
  readonly uses: readonly ('requests' | 'answers')[];
  /** What is said of it as a whole. */
  readonly words: readonly string[];
  /** By their names in JSON. */
  readonly fields: readonly LockedField[];
}

/** Every message and enum that clients write or read, by name. Those with a JSON of their own are known to all. */
export function lockedMessages(outline: Outline): {
  readonly messages: readonly LockedMessage[];
  readonly enums: readonly DescEnum[];
} {
  const uses = { requests: new Set<DescMessage>(), answers: new Set<DescMessage>() };
  const enums = new Set<DescEnum>();
  const visit = (message: DescMessage, use: keyof typeof uses): void => {
    if (uses[use].has(message) || typeOfMessage(message).kind !== 'object') return;
    uses[use].add(message);
    for (const field of message.fields)
      if (!behaves(field, use === 'requests' ? 'outputOnly' : 'inputOnly')) visitField(field, use);
  };
  const visitField = (field: DescField, use: keyof typeof uses): void => {
    if (field.enum !== undefined && field.enum.typeName !== 'google.protobuf.NullValue')
      enums.add(field.enum);
    if (field.message !== undefined) visit(field.message, use);
  };
  for (const { binding } of outline.routes) {
    const { body, responseBody, method, variables } = binding;
    for (const fields of [
      ...variables.map(({ path }) => path.fields),
      ...queryFields(binding, defaultLimits),
    ]) {
      const leaf = fields.at(-1);
      if (leaf?.enum !== undefined) enums.add(leaf.enum);
    }
    if (!isRawBody(binding)) {
      if (body === 'all') visit(method.input, 'requests');
      else if (body !== 'none') visitField(body, 'requests');
    }
    if (isRawAnswer(binding)) continue;
    if (responseBody === undefined) visit(method.output, 'answers');
    else visitField(responseBody, 'answers');
  }
  const { protoNames } = outline.json;
  const messages = [...new Set([...uses.requests, ...uses.answers])].map(
    (message): LockedMessage => ({
      name: message.typeName,
      uses: (['requests', 'answers'] as const).filter((use) => uses[use].has(message)),
      words: messageWords(message, outline),
      fields: message.fields
        .map((field) => ({
          name: protoNames ? field.name : field.jsonName,
          type: typeText(field),
          words: fieldWords(field, outline),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    }),
  );
  return {
    messages: messages.sort((a, b) => (a.name < b.name ? -1 : 1)),
    enums: [...enums].sort((a, b) => (a.typeName < b.typeName ? -1 : 1)),
  };
}
