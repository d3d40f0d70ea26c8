import { expect, it } from 'vitest';
import type { OpenApiOptions } from '../../src/contract/index.js';
import { isObject, type Json } from '../../src/contract/json.js';
import { gnosticProtos } from '../support/gnostic-protos.js';
import { contractProtos, openApiOf } from '../support/openapi.js';

function at(value: Json, ...path: readonly string[]): Json {
  return path.reduce<Json>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

const document = (options: Partial<OpenApiOptions> = {}): Json =>
  openApiOf(
    contractProtos(
      `import "openapiv3/annotations.proto";
      option (openapi.v3.document) = { info: { title: "A library", version: "2.0" } servers: [{ url: "https://a.example" }] };
      service S {
        rpc Get(Q) returns (M) {
          option (google.api.http) = { post: "/v1/m" body: "*" };
          option (openapi.v3.operation) = {
            operation_id: "getIt" tags: ["Things"]
            responses: { response_or_reference: [{ name: "402" value: { response: { description: "Pay." content: { additional_properties: [{ name: "text/plain" value: { schema: { schema: { type: "string" } } } }] } } } }, { name: "403" value: { reference: { _ref: "#/components/responses/Forbidden" } } }] }
            security: [{ additional_properties: [{ name: "bearer" value: { value: ["a"] } }] }]
            specification_extension: [{ name: "x-more" value: { yaml: "[1, 2]" } }]
          };
        }
      }
      message Q { string f = 1 [(openapi.v3.property) = { title: "F" max_length: 9 default: { string: "x" } enum: [{ yaml: "x" }, { yaml: "y" }] format: "slug" }]; }
      message M { option (openapi.v3.schema) = { description: "All of it." example: { yaml: "f: 1" } }; string f = 1; }`,
      gnosticProtos,
    ),
    options,
  ).document;

it('openapi.v3 annotations lie over what is made of the protos', () => {
  const made = document();
  expect(made).toMatchObject({
    info: { title: 'A library', version: '2.0' },
    servers: [{ url: 'https://a.example' }],
  });
  expect(at(made, 'paths', '/v1/m', 'post')).toMatchObject({
    operationId: 'getIt',
    tags: ['Things'],
    requestBody: { content: { 'application/json': {} } },
    responses: {
      200: { description: 'Done.' },
      402: { description: 'Pay.', content: { 'text/plain': { schema: { type: 'string' } } } },
      403: { $ref: '#/components/responses/Forbidden' },
    },
    security: [{ bearer: ['a'] }],
    'x-more': [1, 2],
  });
  expect(at(made, 'components', 'schemas', 't.v1.Q', 'properties', 'f')).toEqual({
    type: 'string',
    title: 'F',
    maxLength: 9,
    default: 'x',
    enum: ['x', 'y'],
    format: 'slug',
  });
  expect(at(made, 'components', 'schemas', 't.v1.M')).toMatchObject({
    description: 'All of it.',
    example: { f: 1 },
  });
});

it('but not over what the configuration says of the gateway', () => {
  const made = document({ title: 'Our library', servers: ['https://b.example', '/v2'] });
  expect(made).toMatchObject({
    info: { title: 'Our library', version: '2.0' },
    servers: [{ url: 'https://b.example' }, { url: '/v2' }],
  });
});
