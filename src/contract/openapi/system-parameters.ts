import type { JsonObject } from '../json.js';

/**
 * What clients may ask for of an answer. Of the values of `$alt` those whose answers are what the document says:
 * generators of clients would mix the types of others into all of them.
 */
export const systemParameters: JsonObject = {
  fields: {
    name: '$fields',
    in: 'query',
    description: 'The part of the answer that is wanted: `name,author(name),items/id`. Default: all.',
    schema: { type: 'string' },
  },
  alt: {
    name: '$alt',
    in: 'query',
    description:
      'The format, where `Accept` names none: JSON, also with unset fields. Answers to `json;enum-encoding=int` and `proto` are not described here.',
    schema: { type: 'string', enum: ['json', 'json;emit-defaults=true'] },
  },
  streamAlt: {
    name: '$alt',
    in: 'query',
    description:
      'The format, where `Accept` names none: a JSON array, also with unset fields, or server-sent events. Answers to `json;enum-encoding=int` and `proto` are not described here.',
    schema: { type: 'string', enum: ['json', 'json;emit-defaults=true', 'sse'] },
  },
  prettyPrint: {
    name: '$prettyPrint',
    in: 'query',
    description: 'Whether JSON is indented.',
    schema: { type: 'boolean' },
  },
};

/** References to those that an answer has a use for. */
export function systemParameterRefs(isStream: boolean): JsonObject[] {
  return ['fields', isStream ? 'streamAlt' : 'alt', 'prettyPrint'].map((name) => ({
    $ref: `#/components/parameters/${name}`,
  }));
}
