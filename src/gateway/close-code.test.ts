import { expect, it } from 'vitest';
import { Code, type Reason } from '../status/index.js';
import { closeCodeOf } from './close-code.js';

it.each(Object.values(Code).filter((code) => code !== Code.OK))(
  'an error of a backend closes with 4000 and its code: %d',
  (code) => {
    expect(closeCodeOf(code, undefined)).toBe(4000 + code);
  },
);

it.each<[Reason, number, number]>([
  ['SHUTTING_DOWN', Code.UNAVAILABLE, 1001],
  ['BODY_MALFORMED', Code.INVALID_ARGUMENT, 1007],
  ['BODY_FIELD', Code.INVALID_ARGUMENT, 1007],
  ['BODY_TOO_DEEP', Code.INVALID_ARGUMENT, 1007],
  ['BODY_TOO_LARGE', Code.RESOURCE_EXHAUSTED, 1009],
  ['INTERNAL', Code.INTERNAL, 1011],
  ['RESPONSE_UNREPRESENTABLE', Code.INTERNAL, 1011],
  ['STREAM_IDLE', Code.DEADLINE_EXCEEDED, 4004],
  ['DEADLINE_EXCEEDED', Code.DEADLINE_EXCEEDED, 4004],
  ['UPSTREAM_UNAVAILABLE', Code.UNAVAILABLE, 4014],
])('of ours: %s', (reason, code, expected) => {
  expect(closeCodeOf(code, reason)).toBe(expected);
});
