import { expect, test } from 'vitest';
import { requireJsonContentType } from './content-type.js';

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
  expect(() => requireJsonContentType(contentType)).not.toThrow();
});

const refused = [
  'text/plain',
  'text/json',
  'text/html+json',
  'application/x-www-form-urlencoded',
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
  expect(() => requireJsonContentType(contentType)).toThrow(
    expect.objectContaining({ reason: 'MEDIA_TYPE_UNSUPPORTED', httpStatus: 415 }),
  );
});
