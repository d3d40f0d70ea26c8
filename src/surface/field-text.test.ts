import { expect, test } from 'vitest';
import { surfaceInput, surfaceProtos } from '../../test/support/surface.js';
import { fieldText } from './field-text.js';

const input = surfaceInput(
  surfaceProtos(`
    message Request { string name = 1; User user = 2; repeated string tags = 3; Kind kind = 4; int64 big = 5; }
    message User { string user_id = 1; }
    enum Kind { KIND_UNSPECIFIED = 0; GOOD = 1; }
    service S { rpc Do(Request) returns (Request); }
  `),
);
const [service] = input.registry.services;
const request = service?.methods[0]?.input;

function read(path: string, hex: string): string | undefined {
  if (request === undefined) throw new Error('no request');
  return fieldText(request, path, input.codecs)?.(Buffer.from(hex, 'hex'));
}

test.each([
  ['name', '0a0161', 'a'],
  ['name', '', undefined],
  ['name', '0a01610a0162', 'b'],
  ['user.userId', '12030a0178', 'x'],
  ['user.user_id', '12030a0178', 'x'],
  ['user.user_id', '', undefined],
  ['kind', '2001', 'GOOD'],
  ['big', '28ffffffffffffffff7f', '9223372036854775807'],
])('%s of %s is %s', (path, hex, expected) => {
  expect(read(path, hex)).toBe(expected);
});

test.each(['tags', 'user', 'nothing', 'name.more'])('%s is no scalar of the request', (path) => {
  if (request === undefined) throw new Error('no request');
  expect(fieldText(request, path, input.codecs)).toBeUndefined();
});
