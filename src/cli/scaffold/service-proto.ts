import type { ServiceNames, StandardMethod } from './service-names.js';

/** The .proto of a service with standard methods, as `buf format` has it. */
export function serviceProto(names: ServiceNames): string {
  const rpcs = names.methods.map((method) => rpcOf[method](names));
  const messages = names.methods.flatMap((method) => messagesOf[method](names));
  return `syntax = "proto3";

// ${capital(names.pluralWords)}.
package ${names.package};

${importsOf(names)}

// Manages ${names.pluralWords}.
service ${names.service} {
  // Who callers are says propylon.yaml; MODE_NONE makes a method, or all of them, public.
  option (propylon.v1.service) = {
    authentication: {mode: MODE_REQUIRED}
  };

${rpcs.join('\n\n')}
}

${[resourceMessage(names), ...messages].join('\n\n')}
`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const withArticle = (words: string): string => `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;

function importsOf({ methods }: ServiceNames): string {
  const files = [
    'buf/validate/validate.proto',
    'google/api/annotations.proto',
    'google/api/field_behavior.proto',
    'google/api/resource.proto',
    ...(methods.includes('delete') ? ['google/protobuf/empty.proto'] : []),
    ...(methods.includes('update') ? ['google/protobuf/field_mask.proto'] : []),
    'google/protobuf/timestamp.proto',
    'propylon/v1/annotations.proto',
  ];
  return files.map((file) => `import "${file}";`).join('\n');
}

/** The policy of a method whose callers must have a scope. */
const allowed = (scope: string): string => `    option (propylon.v1.method) = {
      authorization: {scopes: "${scope}"}
    };`;

/** Where the collection is: "/v1/{parent=orders/*}/returns". */
const collectionPath = ({ version, parentTemplate, plural }: ServiceNames): string =>
  parentTemplate === undefined ? `/${version}/${plural}` : `/${version}/{parent=${parentTemplate}}/${plural}`;

const rpcOf: Readonly<Record<StandardMethod, (names: ServiceNames) => string>> = {
  get: ({ words, resource, version, nameTemplate, plural }) => `  // Returns one ${words}.
  rpc Get${resource}(Get${resource}Request) returns (${resource}) {
    option (google.api.http) = {get: "/${version}/{name=${nameTemplate}}"};
${allowed(`${plural}.read`)}
  }`,
  list: (names) => `  // Lists ${names.pluralWords}, a page at a time.
  rpc List${names.resources}(List${names.resources}Request) returns (List${names.resources}Response) {
    option (google.api.http) = {get: "${collectionPath(names)}"};
${allowed(`${names.plural}.read`)}
  }`,
  create: (names) => `  // Adds ${withArticle(names.words)}.
  rpc Create${names.resource}(Create${names.resource}Request) returns (${names.resource}) {
    option (google.api.http) = {
      post: "${collectionPath(names)}"
      body: "${names.field}"
    };
    option (propylon.v1.method) = {
      authorization: {scopes: "${names.plural}.write"}
      rate_limits: [
        {
          requests: 60
          per: {seconds: 60}
          by: KEY_ADDRESS
        }
      ]
    };
  }`,
  update: ({
    plural,
    words,
    resource,
    version,
    field,
    nameTemplate,
  }) => `  // Changes the fields of ${withArticle(words)} that the mask names.
  rpc Update${resource}(Update${resource}Request) returns (${resource}) {
    option (google.api.http) = {
      patch: "/${version}/{${field}.name=${nameTemplate}}"
      body: "${field}"
    };
${allowed(`${plural}.write`)}
  }`,
  delete: ({ plural, words, resource, version, nameTemplate }) => `  // Removes ${withArticle(words)}.
  rpc Delete${resource}(Delete${resource}Request) returns (google.protobuf.Empty) {
    option (google.api.http) = {delete: "/${version}/{name=${nameTemplate}}"};
${allowed(`${plural}.write`)}
  }`,
};

function resourceMessage({ words, resource, type, pattern, singular, plural }: ServiceNames): string {
  return `// ${capital(withArticle(words))}.
message ${resource} {
  option (google.api.resource) = {
    type: "${type}"
    pattern: "${pattern}"
    singular: "${singular}"
    plural: "${plural}"
  };

  // The name: "${pattern}".
  string name = 1 [(google.api.field_behavior) = IDENTIFIER];
  // What people call it.
  string display_name = 2 [
    (google.api.field_behavior) = REQUIRED,
    (buf.validate.field).string = {
      min_len: 1
      max_len: 100
    }
  ];
  // Prose, plain text.
  string description = 3 [(buf.validate.field).string.max_len = 2000];
  // Labels, key to value.
  map<string, string> labels = 4 [(buf.validate.field).map.max_pairs = 64];
  // Says which version this is; a change or removal that gives another one fails.
  string etag = 5;
  // When it was added.
  google.protobuf.Timestamp create_time = 6 [(google.api.field_behavior) = OUTPUT_ONLY];
  // When it was changed last.
  google.protobuf.Timestamp update_time = 7 [(google.api.field_behavior) = OUTPUT_ONLY];
}`;
}

/** A required string that refers to a resource, as field 1. */
const nameOf = (type: string): string => `  string name = 1 [
    (google.api.field_behavior) = REQUIRED,
    (google.api.resource_reference) = {type: "${type}"}
  ];`;

const parentOf = ({ type, parentTemplate }: ServiceNames): string =>
  parentTemplate === undefined
    ? ''
    : `  // The parent: "${parentTemplate}".
  string parent = 1 [
    (google.api.field_behavior) = REQUIRED,
    (google.api.resource_reference) = {child_type: "${type}"}
  ];
`;

const messagesOf: Readonly<Record<StandardMethod, (names: ServiceNames) => readonly string[]>> = {
  get: ({ words, resource, type, nameTemplate }) => [
    `// Which ${words}.
message Get${resource}Request {
  // The name: "${nameTemplate}".
${nameOf(type)}
}`,
  ],
  list: (names) => [
    `// Which ${names.pluralWords}.
message List${names.resources}Request {
${parentOf(names)}  // At most this many ${names.pluralWords}; 0 leaves it to the service.
  int32 page_size = 2 [(buf.validate.field).int32 = {
    gte: 0
    lte: 1000
  }];
  // \`next_page_token\` of the page before; every other field must be as it was there.
  string page_token = 3;
}`,
    `// A page of ${names.pluralWords}.
message List${names.resources}Response {
  // The ${names.pluralWords}.
  repeated ${names.resource} ${names.fields} = 1;
  // Give it as \`page_token\` to get the next page; empty on the last.
  string next_page_token = 2;
}`,
  ],
  create: (names) => [
    `// What to add.
message Create${names.resource}Request {
${parentOf(names)}  // The ${names.words}.
  ${names.resource} ${names.field} = 2 [(google.api.field_behavior) = REQUIRED];
  // The last part of its name; left out, the service chooses one.
  string ${names.field}_id = 3 [(buf.validate.field).string.pattern = "^([a-z]([a-z0-9-]{0,61}[a-z0-9])?)?$"];
}`,
  ],
  update: ({ words, resource, field }) => [
    `// What to change.
message Update${resource}Request {
  // The ${words}, with its name and what is to be changed.
  ${resource} ${field} = 1 [(google.api.field_behavior) = REQUIRED];
  // The fields to change; left out, those that are set.
  google.protobuf.FieldMask update_mask = 2;
}`,
  ],
  delete: ({ words, resource, type, nameTemplate }) => [
    `// Which ${words}.
message Delete${resource}Request {
  // The name: "${nameTemplate}".
${nameOf(type)}
  // The version that is to be removed; left out, any.
  string etag = 2;
}`,
  ],
};
