import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { testSurface } from '../../test/support/surface.js';

const protos = `
message Image { string name = 1; google.api.HttpBody content = 2; string comment = 3; }
service Images {
  rpc Upload(Image) returns (Image) { option (google.api.http) = { post: "/{name=images/*}" body: "content" response_body: "content" }; }
  rpc Echo(google.api.HttpBody) returns (google.api.HttpBody) { option (google.api.http) = { post: "/echo" body: "*" }; }
  rpc Import(stream Image) returns (Image) { option (google.api.http) = { post: "/{name=images/*}:import" body: "content" }; }
  rpc Pipe(stream google.api.HttpBody) returns (stream google.api.HttpBody) { option (google.api.http) = { post: "/pipe" body: "*" }; }
  rpc Json(Image) returns (Image) { option (google.api.http) = { post: "/json" body: "*" }; }
}`;

const surface = testSurface(protos);
const bytes = Uint8Array.of(0, 255, 0x7b, 10);
const base64 = Buffer.from(bytes).toString('base64');

test('an HttpBody field takes the body as it is, of any content type', () => {
  const { json, route } = surface.bind('POST /images/1?comment=c', bytes, 'image/png; x=1');
  expect(route.request.body).toBe('raw');
  expect(json).toEqual({
    name: 'images/1',
    comment: 'c',
    content: { contentType: 'image/png; x=1', data: base64 },
  });
});

test('a request that is an HttpBody takes the body as it is', () => {
  expect(surface.bind('POST /echo', bytes, 'text/plain').json).toEqual({
    contentType: 'text/plain',
    data: base64,
  });
  expect(surface.bind('POST /echo', bytes).json).toEqual({ data: base64 });
});

test('an empty body of a content type is present, none at all is absent', () => {
  expect(surface.bind('POST /images/1', '', 'image/png').json).toEqual({
    name: 'images/1',
    content: { contentType: 'image/png' },
  });
  expect(surface.bind('POST /images/1', '').json).toEqual({ name: 'images/1' });
});

test('white space is data', () => {
  expect(surface.bind('POST /echo', ' ').json).toEqual({ data: 'IA==' });
});

test('later pieces of a stream carry data only', () => {
  const next = (request: string) => [...surface.match(request).route.request.bindNext(bytes, 'image/png')];
  expect(surface.bind('POST /images/1:import', bytes, 'image/png').json).toMatchObject({
    name: 'images/1',
    content: { contentType: 'image/png' },
  });
  expect(next('POST /images/1:import')).toEqual([0x12, 6, 0x12, 4, ...bytes]);
  expect(next('POST /pipe')).toEqual([0x12, 4, ...bytes]);
});

test('an HttpBody inside a JSON body is JSON', () => {
  const { route, json } = surface.bind('POST /json', `{"content":{"data":"${base64}"}}`);
  expect(route.request.body).toBe('json');
  expect(json).toEqual({ content: { data: base64 } });
});

test('a large body arrives whole', () => {
  const large = new Uint8Array(300_000).fill(7);
  expect(surface.bind('POST /images/1', large, 'a/b').json).toMatchObject({
    content: { data: Buffer.from(large).toString('base64') },
  });
});

const responses: readonly (readonly [rule: string, content: Record<string, unknown>, contentType: string])[] =
  [
    ["the content type is the backend's", { contentType: 'image/png', data: bytes }, 'image/png'],
    ['no content type is unknown bytes', { data: bytes }, 'application/octet-stream'],
    [
      'a content type that would split the header is not used',
      { contentType: 'a/b\r\nset-cookie: x', data: bytes },
      'application/octet-stream',
    ],
    [
      'a content type beyond ASCII is not used',
      { contentType: 'a/\u00e9', data: bytes },
      'application/octet-stream',
    ],
  ];
test.each(responses)('an HttpBody answer is raw: %s', (_rule, content, contentType) => {
  const echo = surface.match('POST /echo').route;
  const whole = toBinary(echo.binding.method.output, create(echo.binding.method.output, content));
  expect(echo.response.kind).toBe('raw');
  expect(echo.response.raw(whole).contentType).toBe(contentType);
  expect([...echo.response.raw(whole).data]).toEqual([...bytes]);

  const upload = surface.match('POST /images/1').route;
  const field = toBinary(
    upload.binding.method.output,
    create(upload.binding.method.output, { name: 'n', content }),
  );
  expect(upload.response.kind).toBe('raw');
  expect(upload.response.raw(field).contentType).toBe(contentType);
  expect([...upload.response.raw(field).data]).toEqual([...bytes]);
});

test('an empty HttpBody answer is empty', () => {
  const { response } = surface.match('POST /echo').route;
  expect(response.raw(new Uint8Array())).toEqual({
    contentType: 'application/octet-stream',
    data: new Uint8Array(),
  });
});
