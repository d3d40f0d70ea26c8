/** What of gnostic's openapiv3/OpenAPIv3.proto and annotations.proto is used here, under their numbers. */
export const gnosticProtos: Readonly<Record<string, string>> = {
  'openapiv3/annotations.proto': `syntax = "proto3";
package openapi.v3;
import "google/protobuf/any.proto";
import "google/protobuf/descriptor.proto";
extend google.protobuf.FileOptions { Document document = 1143; }
extend google.protobuf.MethodOptions { Operation operation = 1143; }
extend google.protobuf.MessageOptions { Schema schema = 1143; }
extend google.protobuf.FieldOptions { Schema property = 1143; }
message Any { google.protobuf.Any value = 1; string yaml = 2; }
message NamedAny { string name = 1; Any value = 2; }
message Info { string title = 1; string description = 2; string terms_of_service = 3; Contact contact = 4; License license = 5; string version = 6; }
message Contact { string name = 1; string url = 2; string email = 3; }
message License { string name = 1; string url = 2; }
message Server { string url = 1; string description = 2; }
message Document { string openapi = 1; Info info = 2; repeated Server servers = 3; Components components = 5; repeated Tag tags = 7; ExternalDocs external_docs = 8; repeated NamedAny specification_extension = 9; }
message Tag { string name = 1; string description = 2; ExternalDocs external_docs = 3; }
message ExternalDocs { string description = 1; string url = 2; }
message Components { SecuritySchemesOrReferences security_schemes = 7; }
message SecuritySchemesOrReferences { repeated NamedSecuritySchemeOrReference additional_properties = 1; }
message NamedSecuritySchemeOrReference { string name = 1; SecuritySchemeOrReference value = 2; }
message SecuritySchemeOrReference { oneof oneof { SecurityScheme security_scheme = 1; Reference reference = 2; } }
message SecurityScheme { string type = 1; string description = 2; string name = 3; string in = 4; string scheme = 5; string bearer_format = 6; OauthFlows flows = 7; string open_id_connect_url = 8; }
message OauthFlows { OauthFlow implicit = 1; OauthFlow authorization_code = 4; }
message OauthFlow { string authorization_url = 1; string token_url = 2; string refresh_url = 3; }
message Operation { repeated string tags = 1; string summary = 2; string description = 3; ExternalDocs external_docs = 4; string operation_id = 5; RequestBodyOrReference request_body = 7; Responses responses = 8; bool deprecated = 10; repeated SecurityRequirement security = 11; repeated Server servers = 12; repeated NamedAny specification_extension = 13; }
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
`,
};
