import type { JsonObject } from '../json.js';

/** What clients may ask for of an answer; `$alt` of a stream also knows events. */
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
      'The format, where `Accept` names none: JSON, also with enums as numbers or with unset fields, or protobuf.',
    schema: {
      type: 'string',
      enum: ['json', 'json;enum-encoding=int', 'json;emit-defaults=true', 'proto'],
    },
  },
  streamAlt: {
    name: '$alt',
    in: 'query',
    description: 'The format, where `Accept` names none: a JSON array, server-sent events, or protobuf.',
    schema: {
      type: 'string',
      enum: ['json', 'json;enum-encoding=int', 'json;emit-defaults=true', 'sse', 'proto'],
    },
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
