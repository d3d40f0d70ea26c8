/** Protos of which each part is a trap: a package for each kind of trap, in one file or several. */
export const hardProtos: Readonly<Record<string, string>> = {
  'names.proto': file(
    'names.v1',
    `
${messages('delete', 'constructor', '__proto__', 'toString', 'class', 'string', 'object', 'any', 'await', 'type')}
${messages('Promise', 'Request', 'Response', 'Record', 'AsyncGenerator', 'AsyncIterable', 'Iterable', 'ReturnType')}
${messages('Array', 'Object', 'Error', 'Date', 'CallOptions', 'ClientOptions', 'StatusError', 'ErrorDetail', 'Body')}
message Words {
  ${[
    'delete',
    'constructor',
    '__proto__',
    'toString',
    'default',
    'prototype',
    'hasOwnProperty',
    'length',
    'name',
  ]
    .map((name, index) => `string ${name} = ${index + 1};`)
    .join('\n  ')}
  ${['delete', 'constructor', '__proto__', 'toString', 'class', 'string', 'object', 'any', 'await', 'type']
    .map((name, index) => `.names.v1.${name} of_${index} = ${index + 20};`)
    .join('\n  ')}
  ${[
    'Promise',
    'Request',
    'Response',
    'Record',
    'AsyncGenerator',
    'AsyncIterable',
    'Iterable',
    'ReturnType',
    'Array',
    'Object',
    'Error',
    'Date',
    'CallOptions',
    'ClientOptions',
    'StatusError',
    'ErrorDetail',
    'Body',
  ]
    .map((name, index) => `${name} type_${index} = ${index + 40};`)
    .join('\n  ')}
}
message Page { int32 page_size = 1; string page_token = 2; }
message Pages { repeated Words words = 1; string next_page_token = 2; }
service Words_ {
  ${[
    'delete',
    'constructor',
    '__proto__',
    'toString',
    'default',
    'Promise',
    'Request',
    'Await',
    'bind',
    'Pages',
    'Unary',
    'then',
    '_',
    '_1',
  ]
    .map((name) => rpc(name, 'Words', 'Words', `post: "/v1/words/${name}" body: "*"`))
    .join('\n  ')}
  ${rpc('Query', 'Words', 'Words', 'get: "/v1/query"')}
}
service Collisions {
  ${rpc('Get', 'Words', 'Words', 'get: "/v1/get" additional_bindings { get: "/v1/got" }')}
  ${rpc('get', 'Words', 'Words', 'get: "/v1/lower"')}
  ${rpc('Get2', 'Words', 'Words', 'get: "/v1/second"')}
  ${rpc('delete', 'Words', 'Words', 'delete: "/v1/collisions"')}
  ${rpc('ListWords', 'Page', 'Pages', 'get: "/v1/list"')}
  ${rpc('ListAllWords', 'Page', 'Pages', 'get: "/v1/listAll"')}
  ${rpc('CreateCollisionsClient', 'Words', 'Words', 'post: "/v1/client" body: "*"')}
  ${rpc('StatusError', 'Words', 'Words', 'get: "/v1/status"')}
}
message GetRequest { string a = 1; }
message CollisionsClient { GetRequest of = 1; }
service Collisions_ { ${rpc('Look', 'CollisionsClient', 'GetRequest', 'post: "/v1/look" body: "*"')} }`,
  ),
  'none.proto': file(
    '',
    `message CallOptions { string a = 1; } message Error { string b = 1; } message Status { int32 code = 1; }
service Nowhere { ${rpc('Call', 'CallOptions', 'Error', 'post: "/none" body: "*"')} ${rpc('Tell', 'Status', 'Status', 'post: "/none/tell" body: "*"')} }`,
  ),
  'cases.proto': file(
    'cases.v1',
    `message Cases {
  string foo_bar = 1; string fooBAR = 2; string FooBar = 3 [json_name = "FooBar"]; string f = 4 [json_name = "a-b"];
  string g = 5 [json_name = "it's"]; string h = 6 [json_name = "say \\"x\\""]; string i = 7 [json_name = "\${x}"];
  string j = 8 [json_name = "a b"]; string k = 9 [json_name = "ключ"]; string l = 10 [json_name = "back\\\\slash"];
  string m = 11 [json_name = "|pipe|"]; string n = 12 [json_name = "x:y"]; string o = 13 [json_name = "@type"];
  string p = 14 [json_name = "</script>"]; string q = 15 [json_name = "*/"]; string r = 16 [json_name = "__proto__"];
  Part part = 20 [json_name = "p-art"]; repeated Part parts = 21 [json_name = "the 'parts'"];
  map<string, string> labels = 22 [json_name = "la-bels"];
}
message Part { string id = 1 [json_name = "i-d"]; int32 number = 2; bool is = 3; }
message PartPage { string page_token = 1; string other = 2 [json_name = "o-ther"]; }
message PartList { repeated Part parts = 1 [json_name = "the 'parts'"]; string next_page_token = 2; }
service Odd {
  ${rpc('Post', 'Cases', 'Cases', 'post: "/v1/cases" body: "*"')}
  ${rpc('Query', 'Cases', 'Cases', 'get: "/v1/cases"')}
  ${rpc('Path', 'Cases', 'Cases', 'get: "/v1/cases/{f}/{foo_bar}"')}
  ${rpc('Nested', 'Cases', 'Cases', 'get: "/v1/nested/{part.id=parts/*}" additional_bindings { get: "/v1/numbered/{part.number}/{part.is}" }')}
  ${rpc('Body', 'Cases', 'Cases', 'post: "/v1/body" body: "part" additional_bindings { patch: "/v1/parts" body: "parts" response_body: "parts" }')}
  ${rpc('ListParts', 'PartPage', 'PartList', 'get: "/v1/parts"')}
}`,
  ),
  'same/a.proto': file('same.a', 'message Thing { string a = 1; message Inner { string x = 1; } }'),
  'same/b.proto': file('same.b', 'message Thing { string b = 1; message Inner { string y = 1; } }'),
  'same.proto': file(
    'same.v1',
    `message Thing { string c = 1; Thing2 two = 2; message Inner { string z = 1; message Inner { string w = 1; } } }
message ThingInner { string n = 1; } message Thing2 { string t = 1; } message Timestamp { int64 at = 1; } message Empty { string not = 1; }
message FieldMask { string paths = 1; } message Any { string any = 1; } message Nothing {}
message All {
  Thing own = 1; same.a.Thing a = 2; same.b.Thing b = 3; Thing.Inner inner = 4; Thing.Inner.Inner deep = 5; same.a.Thing.Inner ai = 6;
  same.b.Thing.Inner bi = 7; ThingInner flat = 8; Timestamp mine = 9; google.protobuf.Timestamp theirs = 10; Empty empty = 11;
  google.protobuf.Empty real = 12; FieldMask mask = 13; google.protobuf.FieldMask real_mask = 14; Any any = 15; Nothing nothing = 16;
  repeated Nothing nothings = 17; map<string, Nothing> by_name = 18;
}
service Same {
  ${rpc('Echo', 'All', 'All', 'post: "/v1/same" body: "*"')}
  ${rpc('Query', 'All', 'All', 'get: "/v1/same"')}
  ${rpc('DoNothing', 'Nothing', 'Nothing', 'post: "/v1/nothing" body: "*" additional_bindings { get: "/v1/nothing" }')}
}`,
    ['same/a.proto', 'same/b.proto'],
  ),
  'shapes.proto': file(
    'shapes.v1',
    `enum One { ONE = 0; } enum Two { ONE_OF_TWO = 0; TWO = 1; }
enum Alias { option allow_alias = true; ALIAS_ZERO = 0; ALIAS_A = 1; ALIAS_B = 1; ALIAS_NEGATIVE = -1; }
enum Huge { ${Array.from({ length: 1_000 }, (_, index) => `HUGE_${index} = ${index};`).join(' ')} }
message Tree { string name = 1; Tree left = 2; repeated Tree more = 3; map<string, Tree> by_name = 4; }
message Ping { string name = 1; Pong pong = 2; } message Pong { Ping ping = 1; repeated Ping pings = 2; }
message Maps {
  map<string, Tree> trees = 1; map<int64, Alias> aliases = 2; map<bool, bool> bools = 3; map<string, google.protobuf.Timestamp> times = 4;
  map<string, google.protobuf.Value> values = 5; map<int32, bytes> bytes = 6; map<string, google.protobuf.Int64Value> wrapped = 7;
}
message Choice { string name = 1; oneof of { Tree tree = 2; Ping ping = 3; google.protobuf.NullValue null = 4; google.protobuf.Empty empty = 5; string text = 6; Huge huge = 7; } optional One one = 8; }
message Lists {
  repeated Alias aliases = 1; repeated google.protobuf.Int64Value wrapped = 2; google.protobuf.BoolValue flag = 3; google.protobuf.FieldMask mask = 4;
  google.protobuf.Timestamp time = 5; google.protobuf.Duration length = 6; repeated google.protobuf.Timestamp times = 7; google.protobuf.Struct struct = 8;
  repeated bool bools = 9; bytes data = 10; google.protobuf.BytesValue wrapped_data = 11; Two one = 12; Tree tree = 13; string name = 14; double number = 15;
}
service Shapes {
  ${rpc('EchoTree', 'Tree', 'Tree', 'post: "/v1/tree" body: "*" additional_bindings { get: "/v1/tree" }')}
  ${rpc('EchoPing', 'Ping', 'Pong', 'post: "/v1/ping/{name}" body: "pong" additional_bindings { get: "/v1/ping/{pong.ping.name}" }')}
  ${rpc('EchoMaps', 'Maps', 'Maps', 'put: "/v1/maps" body: "*" additional_bindings { get: "/v1/maps" } additional_bindings { post: "/v1/maps/trees" body: "trees" response_body: "trees" }')}
  ${rpc('EchoChoice', 'Choice', 'Choice', 'post: "/v1/choice" body: "*" additional_bindings { get: "/v1/choice" } additional_bindings { get: "/v1/choice/{text}" }')}
  ${rpc('EchoLists', 'Lists', 'Lists', 'get: "/v1/lists" additional_bindings { get: "/v1/lists/{time}/{length}/{mask}/{flag}/{one}/{number}" } additional_bindings { post: "/v1/lists" body: "wrapped" response_body: "flag" } additional_bindings { patch: "/v1/lists:mask" body: "mask" response_body: "time" }')}
}`,
  ),
  'rules.proto': file(
    'rules.v1',
    `message Rule { string name = 1; Rule child = 2; string rest = 3; int64 size = 4; repeated Rule children = 5; string custom = 6; }
service Rules {
  ${rpc('All', 'Rule', 'Rule', 'get: "/v1/{name=things/*/parts/*}" additional_bindings { get: "/v1/{name=things/*}/{rest=**}:find" } additional_bindings { post: "/v1/{child.child.name=deep/*}:verb" body: "child" } additional_bindings { put: "/v1/{child.name=shallow/*}" body: "*" } additional_bindings { custom: { kind: "HEAD" path: "/v1/head/{name}" } } additional_bindings { custom: { kind: "*" path: "/v1/any/{name}" } } additional_bindings { patch: "/v1/children/{size}" body: "children" response_body: "child" } additional_bindings { delete: "/v1/{name}/{child.size}" } additional_bindings { get: "/v1/loose/*/{name}" } additional_bindings { custom: { kind: "PURGE" path: "/v1/purge" } } additional_bindings { get: "/v1/odd%20literal/a~b!$/{name}" }')}
}`,
  ),
  'streams.proto': file(
    'streams.v1',
    `message Part { string text = 1; google.protobuf.StringValue maybe = 2; google.api.HttpBody file = 3; string name = 4; }
service Streams {
  ${rpc('Down', 'Part', 'stream Part', 'get: "/v1/down" additional_bindings { get: "/v1/down/maybe" response_body: "maybe" } additional_bindings { post: "/v1/down" body: "*" } additional_bindings { get: "/v1/down/text" response_body: "text" }')}
  ${rpc('Up', 'stream Part', 'Part', 'post: "/v1/up/{name}" body: "*" additional_bindings { post: "/v1/up" body: "text" }')}
  ${rpc('Both', 'stream Part', 'stream Part', 'post: "/v1/both/{name}" body: "*" additional_bindings { get: "/v1/both" }')}
  ${rpc('Download', 'Part', 'google.api.HttpBody', 'get: "/v1/download/{name}" additional_bindings { post: "/v1/download" body: "*" }')}
  ${rpc('DownloadParts', 'Part', 'stream google.api.HttpBody', 'get: "/v1/downloadParts"')}
  ${rpc('Upload', 'google.api.HttpBody', 'Part', 'post: "/v1/upload" body: "*"')}
  ${rpc('WatchUpload', 'google.api.HttpBody', 'stream Part', 'post: "/v1/watchUpload" body: "*"')}
  ${rpc('UploadField', 'Part', 'Part', 'post: "/v1/upload/{name}" body: "file"')}
  ${rpc('UploadParts', 'stream google.api.HttpBody', 'Part', 'post: "/v1/uploadParts" body: "*"')}
  ${rpc('Convert', 'google.api.HttpBody', 'google.api.HttpBody', 'post: "/v1/convert" body: "*"')}
  ${rpc('ConvertField', 'Part', 'Part', 'post: "/v1/convert/{name}" body: "file" response_body: "file"')}
  ${rpc('Render', 'stream Part', 'google.api.HttpBody', 'post: "/v1/render" body: "*"')}
  ${rpc('RenderParts', 'stream Part', 'stream google.api.HttpBody', 'post: "/v1/renderParts" body: "*"')}
  ${rpc('Transcode', 'stream google.api.HttpBody', 'stream google.api.HttpBody', 'post: "/v1/transcode" body: "*"')}
}`,
  ),
  'comments.proto': file(
    'comments.v1',
    `// Detached, */ and no one's.

// Says */ and \`code | pipe\`, \${value}, a | b, </script><script>alert(1)</script> and \\ backslash.
//
//   | a | b |
//   | - | - |
//
// # Heading [link](javascript:alert(1)) <b>x</b> {@link Foo} @deprecated no
message Said {
  // */ first | second
  // third \` fourth {
  string a = 1; // trailing */ }
  // ${'long '.repeat(4_000)}
  string b = 2;
  // Grüße, 世界, مرحبا, 👩‍👩‍👧 \u2028 separators \u2029 and \u0001 controls.
  Emoji c = 3;
  /* block with * star
   * and ** more
   */
  string d = 4;
  //
  string e = 5;
  // Example: x|y
  // Example: */
  string f = 6;
  //{{mustache}} {% liquid %} \${{ expression }}
  string g = 7;
  // \`\`\`
  // never closed
  string h = 8;
}
// An enum | of
// several lines */.
enum Emoji {
  // 🎉 | \`x
  PARTY = 0;
  // a
  // b
  NEXT = 1;
}
// Serves */ | all.
service Commented {
  // Tells | all */ of \`it\` </script> \${x}
  //
  // - one | two
  ${rpc('Tell', 'Said', 'Said', 'post: "/v1/said" body: "*" additional_bindings { get: "/v1/said/{a}" }')}
  // 世界 | 👩‍👩‍👧
  ${rpc('Other', 'Said', 'Said', 'get: "/v1/other"')}
}`,
  ),
  'crlf.proto': file(
    'crlf.v1',
    '// First\n// second */ | x.\nmessage M {\n  // a\n  //\n  // b\n  string a = 1;\n}\n// S\nservice S {\n  // Does\n  // it.\n  rpc Do(M) returns (M) { option (google.api.http) = { get: "/v1/crlf" }; }\n}',
  ).replaceAll('\n', '\r\n'),
  'two.proto': `syntax = "proto2";
package two.v1;
import "google/api/annotations.proto";
enum Closed { FIRST = 1; SECOND = 2; }
message Two {
  required string name = 1;
  optional int32 number = 2 [default = -7];
  optional string text = 3 [default = "it's \\"q\\" */ \\n"];
  optional Closed closed = 4 [default = SECOND];
  optional group Result = 5 { required string url = 1; optional string title = 2; }
  repeated group Item = 6 { optional string id = 1; }
  optional double infinite = 7 [default = inf];
  optional bytes raw = 8 [default = "\\x00\\xff"];
  repeated int32 unpacked = 9;
  extensions 100 to max;
}
extend Two { optional string extra = 100; optional Two nested = 101; }
message Scope { extend Two { repeated string more = 102; } }
service TwoService {
  ${rpc('Echo', 'Two', 'Two', 'post: "/two" body: "*" additional_bindings { get: "/two/{name}" }')}
}`,
  'editions.proto': `edition = "2023";
package editions.v1;
import "google/api/annotations.proto";
option features.field_presence = IMPLICIT;
enum Shut { option features.enum_type = CLOSED; SHUT_ONE = 0; SHUT_TWO = 2; }
message Mixed {
  string implicit = 1;
  string explicit = 2 [features.field_presence = EXPLICIT];
  string must = 3 [features.field_presence = LEGACY_REQUIRED];
  Mixed delimited = 4 [features.message_encoding = DELIMITED];
  repeated Mixed items = 5 [features.message_encoding = DELIMITED];
  repeated int32 expanded = 6 [features.repeated_field_encoding = EXPANDED];
  Shut shut = 7 [features.field_presence = EXPLICIT];
  map<string, Shut> shuts = 8;
}
service Editions {
  ${rpc('Echo', 'Mixed', 'Mixed', 'post: "/editions" body: "*" additional_bindings { get: "/editions/{must}" }')}
}`,
};

function file(packageName: string, text: string, imports: readonly string[] = []): string {
  const wellKnown = ['any', 'duration', 'empty', 'field_mask', 'struct', 'timestamp', 'wrappers'];
  const all = [
    ...wellKnown.map((name) => `google/protobuf/${name}.proto`),
    'google/api/annotations.proto',
    'google/api/httpbody.proto',
    ...imports,
  ];
  return [
    'syntax = "proto3";',
    ...(packageName === '' ? [] : [`package ${packageName};`]),
    ...all.map((name) => `import "${name}";`),
    text,
    '',
  ].join('\n');
}

function messages(...names: string[]): string {
  return names.map((name) => `message ${name} { string a = 1; }`).join(' ');
}

function rpc(name: string, request: string, answer: string, rule: string): string {
  return `rpc ${name}(${request}) returns (${answer}) { option (google.api.http) = { ${rule} }; }`;
}
