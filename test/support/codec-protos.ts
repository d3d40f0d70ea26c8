import { createFileRegistry, type DescField, type DescMessage, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { compileProtos } from './compile-protos.js';

const imports = ['any', 'duration', 'empty', 'field_mask', 'struct', 'timestamp', 'wrappers']
  .map((name) => `import "google/protobuf/${name}.proto";`)
  .join('\n');

const scalars = [
  'double',
  'float',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
  'bool',
  'string',
  'bytes',
];

const keys = scalars.filter((type) => !['double', 'float', 'bytes'].includes(type));

/** Every kind of field: each scalar as f_, optional o_, repeated r_, packed off u_, and map keys k_. */
const everything = `syntax = "proto3";
package test;
${imports}
enum Color { COLOR_UNSPECIFIED = 0; RED = 1; BLUE = 5; NEGATIVE = -3; }
message Inner { string name = 1; int32 quantity = 2; Inner child = 3; repeated Inner items = 4; }
message Everything {
  ${scalars.map((type, index) => `${type} f_${type} = ${index + 1};`).join('\n  ')}
  ${scalars.map((type, index) => `optional ${type} o_${type} = ${index + 21};`).join('\n  ')}
  ${scalars.map((type, index) => `repeated ${type} r_${type} = ${index + 41};`).join('\n  ')}
  ${keys.map((type, index) => `map<${type}, string> k_${type} = ${index + 61};`).join('\n  ')}
  repeated int32 unpacked = 80 [packed = false];
  Color color = 81;
  optional Color optional_color = 82;
  repeated Color colors = 83;
  map<string, Color> color_map = 84;
  Inner inner = 85;
  repeated Inner items = 86;
  map<string, Inner> inner_map = 87;
  map<string, bytes> bytes_map = 88;
  oneof choice {
    string choice_text = 90;
    int32 choice_number = 91;
    Inner choice_inner = 92;
    google.protobuf.NullValue choice_null = 93;
    google.protobuf.Value choice_value = 94;
  }
  string foo_bar = 95;
  string renamed = 96 [json_name = "otherName"];
  string __proto__ = 97 [json_name = "__proto__"];
  google.protobuf.Any any = 100;
  google.protobuf.Timestamp timestamp = 101;
  google.protobuf.Duration duration = 102;
  google.protobuf.FieldMask mask = 103;
  google.protobuf.Struct struct = 104;
  google.protobuf.Value value = 105;
  google.protobuf.ListValue list = 106;
  google.protobuf.Empty empty = 107;
  google.protobuf.NullValue null_value = 108;
  google.protobuf.DoubleValue w_double = 110;
  google.protobuf.FloatValue w_float = 111;
  google.protobuf.Int64Value w_int64 = 112;
  google.protobuf.UInt64Value w_uint64 = 113;
  google.protobuf.Int32Value w_int32 = 114;
  google.protobuf.UInt32Value w_uint32 = 115;
  google.protobuf.BoolValue w_bool = 116;
  google.protobuf.StringValue w_string = 117;
  google.protobuf.BytesValue w_bytes = 118;
  repeated google.protobuf.Timestamp r_timestamp = 120;
  repeated google.protobuf.Value r_value = 121;
  repeated google.protobuf.NullValue r_null = 122;
  repeated google.protobuf.Int32Value r_wrapper = 123;
  map<string, google.protobuf.Value> value_map = 124;
  map<string, google.protobuf.Duration> duration_map = 125;
  repeated google.protobuf.Any anys = 126;
}
`;

const legacy = `syntax = "proto2";
package test;
enum Closed { ONE = 1; TWO = 2; }
message Legacy {
  optional int32 number = 1 [default = 7];
  optional string text = 2;
  optional Closed closed = 3;
  repeated Closed closeds = 4;
  repeated int32 unpacked = 5;
  optional group Data = 6 { optional int32 a = 1; optional Legacy legacy = 2; }
  repeated group Row = 7 { optional string b = 1; }
  map<string, Closed> closed_map = 8;
  required int32 needed = 9;
  extensions 100 to 199;
}
extend Legacy { optional int32 extended = 100; repeated string extended_list = 101; optional Legacy extended_message = 102; }
message Other { extensions 100 to 199; }
extend Other { optional int32 foreign = 150; }
`;

/** The same in each edition: presence, enums, encodings, names and extensions, all by features. */
const edition = (year: number, name: string) => `edition = "${year}";
package test;
message ${name} {
  string explicit = 1;
  int32 implicit = 2 [features.field_presence = IMPLICIT];
  ${name} delimited = 3 [features.message_encoding = DELIMITED];
  repeated ${name} delimiteds = 4 [features.message_encoding = DELIMITED];
  repeated int32 expanded = 5 [features.repeated_field_encoding = EXPANDED];
  Shut shut = 6;
  repeated Shut shuts = 7;
  map<string, Shut> shut_map = 8;
  repeated int32 packed = 9;
  string renamed = 10 [json_name = "otherName"];
  oneof choice {
    string choice_text = 11;
    ${name} choice_group = 12 [features.message_encoding = DELIMITED];
  }
  Open open = 13 [features.field_presence = IMPLICIT];
  int32 needed = 14 [features.field_presence = LEGACY_REQUIRED];
  enum Shut {
    option features.enum_type = CLOSED;
    SHUT_UNSPECIFIED = 0;
    SHUT_A = 1;
  }
  enum Open { OPEN_UNSPECIFIED = 0; OPEN_A = 1; }
  extensions 100 to 199;
  message Scope {
    extend ${name} {
      int32 number = 100;
      repeated int32 numbers = 101;
      ${name} group = 102 [features.message_encoding = DELIMITED];
      repeated Shut shuts = 103;
    }
  }
}
`;

const set = fromBinary(
  FileDescriptorSetSchema,
  compileProtos({
    'everything.proto': everything,
    'legacy.proto': legacy,
    'edition2023.proto': edition(2023, 'Modern'),
    'edition2024.proto': edition(2024, 'Newest'),
  }),
);

/** Registry of test.Everything, test.Legacy, test.Modern and test.Newest, with the well-known types. */
export const codecTypes = createFileRegistry(set);

export type TestMessageName = 'Everything' | 'Inner' | 'Legacy' | 'Modern' | 'Newest';

/** Message of the test protos by its name in package test. */
export function testMessage(name: TestMessageName): DescMessage {
  const message = codecTypes.getMessage(`test.${name}`);
  if (message === undefined) {
    throw new Error(`no message test.${name}`);
  }
  return message;
}

/** Field of a message by its proto name. */
export function fieldOf(message: DescMessage, name: string): DescField {
  const field = message.fields.find((candidate) => candidate.name === name);
  if (field === undefined) {
    throw new Error(`no field ${name} in ${message.typeName}`);
  }
  return field;
}
