import { expect, test } from 'vitest';
import { errorInfo, type Status, statusJson } from './index.js';

const refuse = () => {
  throw new Error('unknown type');
};
const text = (status: Status, printAny: () => Uint8Array = refuse) =>
  new TextDecoder().decode(statusJson(status, printAny));

const rows: readonly (readonly [rule: string, status: Status, json: string])[] = [
  [
    'details are omitted when empty',
    { code: 5, message: 'gone', details: [] },
    '{"code":5,"message":"gone"}',
  ],
  ['an empty message is printed', { code: 2, message: '', details: [] }, '{"code":2,"message":""}'],
  [
    'a detail in JSON form is printed as it is',
    { code: 3, message: 'm', details: [errorInfo('PATH_VALUE')] },
    '{"code":3,"message":"m","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"PATH_VALUE","domain":"propylon"}]}',
  ],
  [
    'a packed detail that cannot be printed becomes @type and base64',
    { code: 3, message: 'm', details: [{ typeUrl: 'x/y.Z', value: Uint8Array.of(255, 0) }] },
    '{"code":3,"message":"m","details":[{"@type":"x/y.Z","value":"/wA="}]}',
  ],
];

test.each(rows)('%s', (_rule, status, json) => {
  expect(text(status)).toBe(json);
});

test('a packed detail is printed by the given printer', () => {
  const status = { code: 3, message: 'm', details: [{ typeUrl: 'x/y.Z', value: new Uint8Array() }] };
  expect(text(status, () => Buffer.from('{"@type":"x/y.Z","a":1}'))).toBe(
    '{"code":3,"message":"m","details":[{"@type":"x/y.Z","a":1}]}',
  );
});
