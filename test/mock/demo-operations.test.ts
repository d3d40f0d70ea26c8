import { fileURLToPath } from 'node:url';
import { toJson } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject, type Json } from '../../src/contract/json.js';
import {
  buildRegistry,
  type DescMessage,
  type DescriptorRegistry,
  protosSource,
} from '../../src/descriptor/index.js';
import { createInputRules } from '../../src/gate/index.js';
import type { GatewayOptions } from '../../src/index.js';
import { createMessageMaker } from '../../src/mock/message-maker.js';
import { readResourceNames } from '../../src/mock/resource-names.js';
import { satisfying } from '../../src/mock/satisfying.js';
import { schemaCheck } from '../support/json-schema.js';
import { type MockGateway, startMockGateway } from './gateway.js';

/** What of a query some methods cannot do without. */
const queries: Readonly<Record<string, string>> = {
  '/v1/products:batchGet': '?names=products/7',
  '/v1/products:lookup': '?ean=4006381333931',
};

const everybody: NonNullable<GatewayOptions['policies']>[number] = {
  selector: '*',
  policy: { authentication: { mode: 'none' }, authorization: { scopes: [], anyScopes: [], rule: 'true' } },
};

let mock: MockGateway;
let registry: DescriptorRegistry;
beforeAll(async () => {
  const directory = fileURLToPath(new URL('../../proto', import.meta.url));
  const image = await protosSource([directory]).load(new AbortController().signal);
  registry = buildRegistry([{ label: 'demo', binary: image }]).registry;
  mock = await startMockGateway(image, { policies: [everybody] });
}, 60_000);
afterAll(() => mock.close());

function at(value: Json, ...path: readonly string[]): Json {
  return path.reduce<Json>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

/** A message that a client may send, without what the path says of it. */
function sent(type: DescMessage, path: string): string {
  const maker = createMessageMaker(registry, readResourceNames(registry));
  const { message, broken } = satisfying(maker, createInputRules(registry), type, 'request');
  expect(broken).toEqual([]);
  const bound = [...path.matchAll(/\{(?:\w+\.)?(\w+)[=}]/g)].map(([, name]) => name);
  const json = toJson(type, message.message, { registry: registry.types });
  return JSON.stringify(json, (key, value: unknown) => (bound.includes(key) ? undefined : value));
}

describe('the demo without its backends', { timeout: 60_000 }, () => {
  it('answers every operation of its document, and as the document says', async () => {
    const { document } = mock.gateway.openApi({ audience: 'internal' });
    const components = at(document, 'components', 'schemas');
    const asked = new Set<string>();
    for (const { httpMethod, path, method, body, shape } of mock.gateway.summary()) {
      const input = registry.method(method)?.input;
      if (input === undefined) throw new Error(method);
      const filled = path
        .replace(/\{[\w.]*currency\}/g, 'EUR')
        .replace(/\{[\w.]+=([^}]*)\}/g, '$1')
        .replace(/\{[\w.]+\}|\*/g, '7');
      const field = input.fields.find(({ name }) => name === body);
      const type = body === '*' ? input : field?.message;
      const isFile = type?.typeName === 'google.api.HttpBody';
      const content = type === undefined ? undefined : isFile ? 'bytes' : sent(type, path);
      const query = httpMethod === 'GET' ? (queries[path] ?? '') : '';
      const response = await fetch(`${mock.url}${filled}${query}`, {
        method: httpMethod,
        ...(content === undefined
          ? {}
          : { body: content, headers: { 'content-type': isFile ? 'image/png' : 'application/json' } }),
      });
      const text = await response.text();
      const operation = `${httpMethod} ${path}`;
      expect(response.status, `${operation}: ${content ?? ''} ${text}`).toBe(200);
      const id = `${httpMethod.toLowerCase()} ${method}`;
      asked.add(id);
      if (response.headers.get('content-type') !== 'application/json' || shape !== 'unary') continue;
      const schemas = operationsOf(document, httpMethod.toLowerCase(), method);
      expect(schemas.length, operation).toBeGreaterThan(0);
      const value: unknown = JSON.parse(text);
      const findings = schemas.map((schema) =>
        schemaCheck(schema, isObject(components) ? components : {})(value),
      );
      expect(
        findings.some((found) => found.length === 0),
        `${operation}: ${JSON.stringify(findings[0]?.map(({ instancePath, message }) => [instancePath, message]))}`,
      ).toBe(true);
    }
    expect(asked.size).toBeGreaterThan(30);
  });
});

/** The schemas of what a method answers by one HTTP method: one for each of its bindings. */
function operationsOf(document: Json, httpMethod: string, method: string) {
  const paths = at(document, 'paths');
  const operations = isObject(paths) ? Object.values(paths).map((item) => at(item, httpMethod)) : [];
  const name = method.slice(method.lastIndexOf('.') + 1);
  return operations
    .filter((operation) => String(at(operation, 'operationId')).includes(name))
    .map((operation) => at(operation, 'responses', '200', 'content', 'application/json', 'schema'))
    .filter(isObject);
}
