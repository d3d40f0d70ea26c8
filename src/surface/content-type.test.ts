import { expect, test } from 'vitest';
import { bodyForm } from './content-type.js';

const accepted = [
  undefined,
  '',
  'application/json',
  'Application/JSON',
  'application/merge-patch+json',
  'application/vnd.api+json; charset=utf-8',
  'application/json;charset=UTF-8',
  'application/json; charset="utf-8"',
  'application/json ; profile="a;charset=latin1" ;',
  'application/json; version=1;charset=utf-8',
];
test.each(accepted)('JSON is accepted: %s', (contentType) => {
  expect(bodyForm(contentType)).toBe('json');
});

test.each([
  ['application/x-www-form-urlencoded', 'form'],
  ['Application/X-WWW-Form-Urlencoded; charset=utf-8', 'form'],
  ['application/x-protobuf', 'protobuf'],
  ['application/protobuf', 'protobuf'],
])('%s is %s', (contentType, form) => {
  expect(bodyForm(contentType)).toBe(form);
});

const refused = [
  'text/plain',
  'text/json',
  'text/html+json',
  'multipart/form-data; boundary=x',
  'application/jsonx',
  'application/json, text/plain',
  'application/json; charset=utf-16',
  'application/json; charset=utf-8; charset=latin1',
  'application/json; charset',
  'application/json; charset="utf-8',
  'json',
  '/json',
];
test.each(refused)('anything else is 415: %s', (contentType) => {
  expect(() => bodyForm(contentType)).toThrow(
    expect.objectContaining({ reason: 'MEDIA_TYPE_UNSUPPORTED', httpStatus: 415 }),
  );
});
