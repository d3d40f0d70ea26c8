import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { llmsText, markdownReference, postmanCollection } from '../../src/contract/index.js';
import type { JsonObject } from '../../src/contract/json.js';
import { curlExample } from '../../src/contract/reference/curl.js';
import { readReference } from '../../src/contract/reference/reference.js';
import { contractProtos, openApiOf } from '../support/openapi.js';

const image = readFileSync(fileURLToPath(new URL('../../gen/image.binpb', import.meta.url)));
const shop = openApiOf(image).document;
const llms = (document: JsonObject): string =>
  llmsText([{ document, linkOf: ({ anchor }) => `reference.md#${anchor}` }]);

/** What is made of one method. */
function made(rule: string, messages: string, comment = ''): JsonObject {
  const text = `${comment}service S {\n${comment} rpc Do(Q) returns (Q) { option (google.api.http) = { ${rule} }; } } ${messages}`;
  return openApiOf(contractProtos(text)).document;
}

function curlOf(document: JsonObject): string {
  const reference = readReference(document);
  const [operation] = reference.services.flatMap(({ operations }) => operations);
  return operation === undefined ? '' : curlExample(operation, reference);
}

describe('the Markdown reference', () => {
  it('has every operation and schema, and no link to nowhere', () => {
    const text = markdownReference(shop);
    const anchors = new Set([...text.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id = '']) => id));
    const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, id = '']) => id);
    expect(links.filter((id) => !anchors.has(id))).toEqual([]);
    const operations = readReference(shop).services.flatMap((service) => service.operations);
    expect(operations.length).toBeGreaterThan(40);
    expect(operations.filter(({ anchor }) => !anchors.has(anchor))).toEqual([]);
    const { schemas } = shop['components'] as { readonly schemas: JsonObject };
    expect(Object.keys(schemas).filter((name) => !anchors.has(`schema-${name.toLowerCase()}`))).toEqual([]);
  });

  it('is the same each time, and so are collection and llms.txt', () => {
    const again = openApiOf(image).document;
    expect(markdownReference(again)).toBe(markdownReference(shop));
    expect(postmanCollection(again)).toEqual(postmanCollection(shop));
    expect(llms(again)).toBe(llms(shop));
  });
});

describe('whatever a comment says', () => {
  const evil = '<script>alert(1)</script> [x](javascript:alert(1)) | ![y](javascript:z) {{baseUrl}}';
  const document = made(
    'post: "/v1/a" body: "*"',
    `// ${evil}\nmessage Q {\n  // ${evil}\n  // Example: '; rm -rf $HOME \`id\`\n  string name = 1; }`,
    `// ${evil}\n//\n// # ${evil}\n`,
  );
  it.each([
    ['Markdown', markdownReference(document)],
    ['llms.txt', llms(document)],
    [
      'Postman',
      JSON.stringify(postmanCollection(document), (key, value) => (key === 'name' ? undefined : value)),
    ],
  ])('%s has it as text', (_, text) => {
    expect(text).toMatch(/script/);
    expect(text).not.toMatch(/(?<!\\)<script|(?<!\\)\]\(javascript:/);
  });

  it('a shell takes an example for a text', () => {
    expect(curlOf(document)).toBe(
      `curl 'http://localhost:8080/v1/a' \\\n  -H 'content-type: application/json' \\\n  -d '{"name":"'\\''; rm -rf $HOME \`id\`"}'`,
    );
  });
});

describe('llms.txt', () => {
  it('has title, summary, sections and a link for each operation that the reference knows', () => {
    const text = llms(openApiOf(image, { includes: ({ name }) => name === 'OrderService' }).document);
    expect(text).toMatch(/^# shop\.orders\.v1\n\n> What customers buy\.\n\n- Base URL: /);
    expect(text.match(/^## .*/gm)).toEqual(['## OrderService']);
    const reference = markdownReference(shop);
    const links = [...text.matchAll(/^- \[[^\]]+\]\(reference\.md#([^)]+)\): .+\.$/gm)];
    expect(links).toHaveLength(9);
    for (const [, anchor = ''] of links) expect(reference).toContain(`<a id="${anchor}"></a>`);
  });
});

describe('the example of a request', () => {
  it.each([
    [
      'what is required',
      'get: "/v1/a"',
      'string must = 1 [(google.api.field_behavior) = REQUIRED]; string may = 2;',
      `curl 'http://localhost:8080/v1/a?must=string'`,
    ],
    [
      'what has an example',
      'get: "/v1/a"',
      '// Example: x y\nstring a = 1; string b = 2;',
      `curl 'http://localhost:8080/v1/a?a=x%20y'`,
    ],
    [
      'one of a oneof',
      'get: "/v1/a"',
      'oneof o {\n// Example: x\nstring a = 1;\n// Example: y\nstring b = 2; }',
      `curl 'http://localhost:8080/v1/a?a=x'`,
    ],
    [
      'an element of a list each',
      'get: "/v1/a"',
      '// Example: ["x", "y"]\nrepeated string a = 1;',
      `curl 'http://localhost:8080/v1/a?a=x&a=y'`,
    ],
    [
      'slashes in the rest of a path',
      'get: "/v1/{a=**}"',
      '// Example: x/y z\nstring a = 1;',
      `curl 'http://localhost:8080/v1/x/y%20z'`,
    ],
    [
      'what the pattern of a rule takes',
      'get: "/v1/a"',
      'string a = 1 [(google.api.field_behavior) = REQUIRED, (buf.validate.field).string.pattern = "^[A-Z]{3}$"];',
      `curl 'http://localhost:8080/v1/a?a=ABC'`,
    ],
    [
      'bounds',
      'get: "/v1/a"',
      'int32 a = 1 [(google.api.field_behavior) = REQUIRED, (buf.validate.field).int32 = {gt: 4, lt: 9}];',
      `curl 'http://localhost:8080/v1/a?a=5'`,
    ],
    [
      'a message within itself',
      'post: "/v1/a" body: "*"',
      'Q a = 1 [(google.api.field_behavior) = REQUIRED];',
      `curl 'http://localhost:8080/v1/a' \\\n  -H 'content-type: application/json' \\\n  -d '{"a":{}}'`,
    ],
    [
      'bytes of the reader',
      'put: "/v1/a" body: "a"',
      'google.api.HttpBody a = 1;',
      `curl -X PUT 'http://localhost:8080/v1/a' \\\n  -H 'content-type: '"$CONTENT_TYPE" \\\n  --data-binary @"$FILE"`,
    ],
  ])('has %s', (_, rule, fields, curl) => {
    expect(curlOf(made(rule, `message Q {\n${fields}\n}`))).toBe(curl);
  });
});

describe('the collection of Postman', () => {
  it('has a folder for each service, and what may be left out switched off', () => {
    const document = made(
      'get: "/v1/{name=things/*}:do"',
      '// A thing.\nmessage Q {\n// Example: things/t1\nstring name = 1;\n// Other.\nstring b = 2; }',
    );
    expect(postmanCollection(document)).toMatchObject({
      info: { name: 't.v1', schema: expect.stringContaining('v2.1.0') },
      item: [
        {
          name: 'S',
          item: [
            {
              name: 'S_Do',
              request: {
                method: 'GET',
                auth: { type: 'noauth' },
                url: {
                  raw: '{{baseUrl}}/v1/things/{{thing}}:do',
                  host: ['{{baseUrl}}'],
                  path: ['v1', 'things', '{{thing}}:do'],
                  query: [{ key: 'b', value: '', disabled: true, description: 'Other.' }, {}, {}, {}],
                },
              },
            },
          ],
        },
      ],
      variable: [
        { key: 'baseUrl', value: 'http://localhost:8080' },
        { key: 'thing', value: 't1' },
      ],
    });
  });
});
