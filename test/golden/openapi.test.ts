import { expect, it } from 'vitest';
import { printDocument } from '../../src/contract/index.js';
import { contractProtos, openApiOf } from '../support/openapi.js';

// The whole document of a small API. After a change that is meant:
//
//   npm run golden        and read the difference

const library = `
// Where books are kept.
service Library {
  option (propylon.v1.service) = { authorization: { scopes: "library.read" } };
  // Lists books.
  rpc ListBooks(ListBooksRequest) returns (ListBooksResponse) {
    option (google.api.http) = { get: "/v1/{shelf=shelves/*}/books" };
    option (propylon.v1.method) = { rate_limits: [{ requests: 100 per: { seconds: 60 } }] };
  }
  // Changes a book.
  rpc UpdateBook(UpdateBookRequest) returns (Book) {
    option (google.api.http) = { patch: "/v1/{book.name=shelves/*/books/*}" body: "book" };
    option (propylon.v1.method) = { authorization: { scopes: "library.write" } };
  }
  // Tells of books as they come in.
  rpc WatchBooks(ListBooksRequest) returns (stream Book) {
    option (google.api.http) = { get: "/v1/{shelf=shelves/*}/books:watch" };
    option (propylon.v1.method) = { authentication: { mode: MODE_NONE } };
  }
}
// A book.
message Book {
  option (google.api.resource) = { type: "library.example/Book" pattern: "shelves/{shelf}/books/{book}" };
  // Its name.
  string name = 1 [(google.api.field_behavior) = IDENTIFIER];
  // What is on its cover.
  // Example: Momo
  string title = 2 [(google.api.field_behavior) = REQUIRED, (buf.validate.field).string = {min_len: 1, max_len: 200}];
  int64 copies = 3 [(buf.validate.field).int64.gte = 0];
  Kind kind = 4;
  oneof where {
    string room = 5;
    Book inside = 6;
  }
  google.protobuf.DoubleValue rating = 7;
  google.protobuf.Timestamp create_time = 8 [(google.api.field_behavior) = OUTPUT_ONLY];
  map<string, string> labels = 9;
}
// What kind of book.
enum Kind {
  KIND_UNSPECIFIED = 0;
  // Made up.
  KIND_FICTION = 1;
}
message ListBooksRequest {
  string shelf = 1 [(google.api.resource_reference) = { child_type: "library.example/Book" }];
  int32 page_size = 2 [(buf.validate.field).int32 = {gte: 0, lte: 100}];
  string page_token = 3;
}
message ListBooksResponse {
  repeated Book books = 1;
  string next_page_token = 2;
}
message UpdateBookRequest {
  Book book = 1 [(google.api.field_behavior) = REQUIRED];
  google.protobuf.FieldMask update_mask = 2;
}`;

it.each(['3.1', '3.0'] as const)('a document of OpenAPI %s, to be read by people', async (version) => {
  const { document } = openApiOf(contractProtos(library), { version });
  await expect(printDocument(document, 'yaml')).toMatchFileSnapshot(`library.openapi-${version}.yaml`);
});
