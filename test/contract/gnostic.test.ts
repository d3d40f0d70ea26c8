import { expect, it } from 'vitest';
import { isObject, type Json } from '../../src/contract/json.js';
import { contractProtos, openApiOf } from '../support/openapi.js';

/** What of gnostic's openapiv3/OpenAPIv3.proto and annotations.proto is used here, under their numbers. */
const gnostic = `syntax = "proto3";
package openapi.v3;
import "google/protobuf/any.proto";
import "google/protobuf/descriptor.proto";
extend google.protobuf.FileOptions { Document document = 1143; }
extend google.protobuf.MethodOptions { Operation operation = 1143; }
extend google.protobuf.MessageOptions { Schema schema = 1143; }
extend google.protobuf.FieldOptions { Schema property = 1143; }
message Any { google.protobuf.Any value = 1; string yaml = 2; }
message NamedAny { string name = 1; Any value = 2; }
message Info { string title = 1; string description = 2; string version = 6; }
message Server { string url = 1; string description = 2; }
message Document { string openapi = 1; Info info = 2; repeated Server servers = 3; }
message Operation { repeated string tags = 1; string summary = 2; string description = 3; string operation_id = 5; RequestBodyOrReference request_body = 7; Responses responses = 8; bool deprecated = 10; repeated SecurityRequirement security = 11; repeated NamedAny specification_extension = 13; }
message SecurityRequirement { repeated NamedStringArray additional_properties = 1; }
message NamedStringArray { string name = 1; StringArray value = 2; }
message StringArray { repeated string value = 1; }
message RequestBodyOrReference { oneof oneof { RequestBody request_body = 1; Reference reference = 2; } }
message RequestBody { string description = 1; MediaTypes content = 2; bool required = 3; }
message Responses { ResponseOrReference default = 1; repeated NamedResponseOrReference response_or_reference = 2; }
message NamedResponseOrReference { string name = 1; ResponseOrReference value = 2; }
message ResponseOrReference { oneof oneof { Response response = 1; Reference reference = 2; } }
message Response { string description = 1; MediaTypes content = 3; }
message MediaTypes { repeated NamedMediaType additional_properties = 1; }
message NamedMediaType { string name = 1; MediaType value = 2; }
message MediaType { SchemaOrReference schema = 1; Any example = 2; }
message SchemaOrReference { oneof oneof { Schema schema = 1; Reference reference = 2; } }
message Reference { string _ref = 1; }
message Schema { Any example = 7; string title = 9; int64 max_length = 15; string pattern = 17; repeated Any enum = 22; string type = 23; DefaultType default = 31; string description = 32; string format = 33; repeated NamedAny specification_extension = 34; }
message DefaultType { oneof oneof { double number = 1; bool boolean = 2; string string = 3; } }
`;

function at(value: Json, ...path: readonly string[]): Json {
  return path.reduce<Json>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

const document = (): Json =>
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
      { 'openapiv3/annotations.proto': gnostic },
    ),
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
