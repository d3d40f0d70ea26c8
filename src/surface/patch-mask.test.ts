import { describe, expect, test } from 'vitest';
import { pick, type Random, seeded } from '../../test/support/random-message.js';
import { testSurface } from '../../test/support/surface.js';

const protos = `
message Author { string id = 1; string display_name = 2; Author mentor = 3; google.protobuf.Empty nothing = 4; Leaf leaf = 5; }
message Leaf { }
message Book {
  string name = 1; string title = 2; Author author = 3; repeated Author editors = 4; map<string, Author> roles = 5;
  google.protobuf.Struct extra = 6; google.protobuf.Any any = 7; google.protobuf.StringValue note = 8;
  google.protobuf.Timestamp published = 9; google.protobuf.Value value = 10; google.protobuf.ListValue list = 11;
  google.protobuf.FieldMask mask = 12; oneof format { string paper = 13; Author spoken = 14; } string renamed = 15 [json_name = "otherName"];
}
message Update { Book book = 1; google.protobuf.FieldMask update_mask = 2; bool validate_only = 3; }
message TwoMasks { Book book = 1; google.protobuf.FieldMask update_mask = 2; google.protobuf.FieldMask read_mask = 3; }
message NoMask { Book book = 1; repeated google.protobuf.FieldMask masks = 2; }
message StructBody { google.protobuf.Struct extra = 1; google.protobuf.FieldMask update_mask = 2; }
service Books {
  rpc Patch(Update) returns (Book) { option (google.api.http) = {
    patch: "/{book.name=books/*}" body: "book"
    additional_bindings { patch: "/plain" body: "book" }
    additional_bindings { patch: "/mentor/{book.author.id}" body: "book" }
    additional_bindings { patch: "/masked/{update_mask}" body: "book" }
    additional_bindings { patch: "/all" body: "*" }
    additional_bindings { put: "/{book.name=books/*}" body: "book" }
  }; }
  rpc Two(TwoMasks) returns (Book) { option (google.api.http) = { patch: "/two" body: "book" }; }
  rpc None(NoMask) returns (Book) { option (google.api.http) = { patch: "/none" body: "book" }; }
  rpc Struct(StructBody) returns (Book) { option (google.api.http) = { patch: "/struct" body: "extra" }; }
}`;

const surface = testSurface(protos);
const maskOf = (request: string, body: string, contentType?: string): unknown => {
  const json: unknown = surface.bind(request, body, contentType).json;
  return typeof json === 'object' && json !== null ? (json as Record<string, unknown>)['updateMask'] : json;
};

const derived: readonly (readonly [rule: string, body: string, mask: string])[] = [
  ['scalars', '{"title":"t"}', 'title'],
  ['an object descends', '{"author":{"id":"a","displayName":"d"}}', 'author.displayName,author.id'],
  [
    'an object descends at any depth',
    '{"author":{"mentor":{"mentor":{"id":"x"}}}}',
    'author.mentor.mentor.id',
  ],
  ['proto names are read as well', '{"author":{"display_name":"d"}}', 'author.displayName'],
  ['an explicit json_name', '{"otherName":"x"}', 'renamed'],
  ['paths are sorted', '{"title":"t","author":{"id":"a"},"note":"n"}', 'author.id,note,title'],
  ['{} on a message is a leaf', '{"author":{}}', 'author'],
  ['{} on a nested message is a leaf', '{"author":{"leaf":{}}}', 'author.leaf'],
  ['{} of Empty is a leaf', '{"author":{"nothing":{}}}', 'author.nothing'],
  ['null is a leaf', '{"title":null,"author":null}', 'author,title'],
  ['a default is a leaf', '{"title":""}', 'title'],
  ['repeated messages are leaves', '{"editors":[{"id":"a"}]}', 'editors'],
  ['maps are leaves', '{"roles":{"a":{"id":"x"}}}', 'roles'],
  ['Struct is a leaf', '{"extra":{"a":{"b":1}}}', 'extra'],
  ['Value and ListValue are leaves', '{"value":{"a":1},"list":[1]}', 'list,value'],
  ['Any is a leaf', '{"any":{"@type":"type.googleapis.com/t.v1.Author","id":"a"}}', 'any'],
  [
    'wrappers and other well-known types are leaves',
    '{"note":"n","published":"2024-01-01T00:00:00Z","mask":"a"}',
    'mask,note,published',
  ],
  ['a member of a oneof', '{"spoken":{"id":"a"}}', 'spoken.id'],
];

describe('the mask of a PATCH', () => {
  test.each(derived)('%s: %s', (_rule, body, mask) => {
    expect(maskOf('PATCH /plain', body)).toBe(mask);
  });

  test.each([
    ['names what the form names', 'title=t&author.display_name=d', 'author.displayName,title'],
    ['names an explicit json_name', 'otherName=x', 'renamed'],
    ['names an empty value', 'title=', 'title'],
    ['is empty of an empty form', '', undefined],
  ])('of a form %s: %s', (_rule, body, mask) => {
    expect(maskOf('PATCH /plain', body, 'application/x-www-form-urlencoded')).toBe(mask);
  });

  test('is in proto names on the wire', () => {
    const { binary } = surface.bind('PATCH /plain', '{"author":{"displayName":"d"}}');
    expect(Buffer.from(binary).includes('author.display_name')).toBe(true);
  });

  test('an empty object gives an empty mask', () => {
    expect(maskOf('PATCH /plain', '{}')).toBe('');
  });

  test.each(['', 'null', ' '])('an absent body gives none: %j', (body) => {
    expect(maskOf('PATCH /plain', body)).toBe(undefined);
  });

  const unlisted: readonly (readonly [request: string, body: string, mask: string])[] = [
    ['PATCH /books/1', '{"name":"books/1","title":"t"}', 'title'],
    ['PATCH /mentor/x', '{"author":{"id":"x","displayName":"d"}}', 'author.displayName'],
    ['PATCH /mentor/x', '{"author":{"id":"x"},"title":"t"}', 'title'],
  ];
  test.each(unlisted)('does not list what the path binds: %s %s', (request, body, mask) => {
    expect(maskOf(request, body)).toBe(mask);
  });

  test('of the client is never touched', () => {
    expect(maskOf('PATCH /plain?updateMask=title,author', '{"note":"n"}')).toBe('title,author');
    expect(maskOf('PATCH /plain?update_mask=*', '{"note":"n"}')).toBe('*');
  });

  test('that the client left empty is derived, and is on the wire once', () => {
    const { json, binary } = surface.bind('PATCH /plain?updateMask=', '{"title":"t"}');
    expect(json).toMatchObject({ updateMask: 'title' });
    expect([...binary].filter((byte) => byte === 0x12).length).toBe(2);
  });

  const without: readonly (readonly [rule: string, request: string, body: string])[] = [
    ['not for PUT', 'PUT /books/1', '{"title":"t"}'],
    ['not for body "*"', 'PATCH /all', '{"book":{"title":"t"}}'],
    ['not with two masks', 'PATCH /two', '{"title":"t"}'],
    ['not with repeated masks', 'PATCH /none', '{"title":"t"}'],
    ['not for a body that is a Struct', 'PATCH /struct', '{"a":1}'],
  ];
  test.each(without)('%s', (_rule, request, body) => {
    expect(surface.bind(request, body).json).not.toHaveProperty('updateMask');
  });

  test('not where the path binds the mask', () => {
    expect(maskOf('PATCH /masked/note', '{"title":"t"}')).toBe('note');
  });
});

/** Fields of Author and Book by proto name: JSON name, and how a random value is written. */
type Fields = Readonly<
  Record<string, readonly [jsonName: string, write: (random: Random, depth: number) => string]>
>;
const text = (random: Random) => JSON.stringify(pick(random, ['', 'a', '}"\\{', '],', '\u0000é', '\\']));
const struct = (random: Random) => pick(random, ['{}', '{"title":{"a":[1,{}]}}', '{"a" : "}" , "b":[]}']);
const authorFields: Fields = {
  id: ['id', text],
  display_name: ['displayName', text],
  mentor: ['mentor', (random, depth) => object(random, authorFields, depth + 1)],
  nothing: ['nothing', () => '{ }'],
  leaf: ['leaf', () => '{}'],
};
const bookFields: Fields = {
  title: ['title', text],
  author: ['author', (random, depth) => object(random, authorFields, depth + 1)],
  editors: [
    'editors',
    (random, depth) => `[${object(random, authorFields, depth + 1)} ,\n${object(random, authorFields, 3)}]`,
  ],
  roles: ['roles', (random) => `{"a":${object(random, authorFields, 2)}}`],
  extra: ['extra', struct],
  note: ['note', text],
  value: ['value', (random) => pick(random, ['null', '1e3', 'true', '"x"', '[{}]', '{"author":{}}'])],
  renamed: ['otherName', text],
};

/** JSON with blanks and escapes anywhere that they are allowed. */
function object(random: Random, fields: Fields, depth: number): string {
  if (depth > 3) return 'null';
  const blank = () => pick(random, ['', '', ' ', '\n\t']);
  const members = Object.entries(fields)
    .filter(() => random() < 0.4)
    .toSorted(() => random() - 0.5)
    .map(([name, [jsonName, write]]) => {
      const key = JSON.stringify(random() < 0.5 ? name : jsonName);
      const spelt =
        random() < 0.2 ? key.replace(/[a-z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`) : key;
      return `${blank()}${spelt}${blank()}:${blank()}${random() < 0.1 ? 'null' : write(random, depth)}${blank()}`;
    });
  return `{${members.join(',')}${members.length === 0 ? blank() : ''}}`;
}

/** What the mask is, by reading the body as values. */
function pathsIn(json: object, fields: Fields, prefix: string): string[] {
  return Object.entries(json).flatMap(([key, value]) => {
    const [name = key] =
      Object.entries(fields).find(([proto, [jsonName]]) => key === proto || key === jsonName) ?? [];
    const isInner =
      (name === 'author' || name === 'mentor') && value !== null && Object.keys(value).length > 0;
    return isInner ? pathsIn(value, authorFields, `${prefix}${name}.`) : [`${prefix}${name}`];
  });
}

test('the mask of 2,000 random bodies is what reading them as values gives', () => {
  const random = seeded(5);
  for (let count = 0; count < 2_000; count++) {
    const body = object(random, bookFields, 0);
    const { book: _book, ...expected } = surface.bind(
      `PATCH /plain?updateMask=${pathsIn(JSON.parse(body) as object, bookFields, '')
        .sort()
        .join(',')}`,
      'null',
    ).json as Record<string, unknown>;
    expect(maskOf('PATCH /plain', body), body).toEqual(expected['updateMask']);
  }
});
