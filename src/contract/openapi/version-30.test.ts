import { expect, it } from 'vitest';
import { finished } from '../../steps.js';
import type { JsonObject } from '../json.js';
import { version30Steps } from './version-30.js';

const converted = (schema: JsonObject): unknown => {
  const document = finished(version30Steps({ components: { schemas: { S: schema } } }));
  return JSON.parse(JSON.stringify(document)).components.schemas.S;
};

it.each<readonly [rule: string, newer: JsonObject, older: JsonObject]>([
  ['null beside a type', { type: ['string', 'null'] }, { type: 'string', nullable: true }],
  [
    'null as an alternative',
    { anyOf: [{ $ref: '#/a' }, { type: 'null' }] },
    { allOf: [{ $ref: '#/a' }], nullable: true },
  ],
  ['null alone', { type: 'null' }, { nullable: true, enum: [null] }],
  ['a constant', { const: 'a' }, { enum: ['a'] }],
  ['base64', { type: 'string', contentEncoding: 'base64' }, { type: 'string', format: 'byte' }],
  ['exclusive bounds', { exclusiveMinimum: 1 }, { minimum: 1, exclusiveMinimum: true }],
  ['names of members', { type: 'object', propertyNames: { pattern: 'a' } }, { type: 'object' }],
  ['examples', { type: 'string', examples: ['a', 'b'] }, { type: 'string', example: 'a' }],
  [
    'what stands beside a reference',
    { $ref: '#/a', readOnly: true },
    { allOf: [{ $ref: '#/a' }], readOnly: true },
  ],
  [
    'a field that is called like a keyword',
    { properties: { const: { type: 'string' }, type: { type: ['string', 'null'] } } },
    { properties: { const: { type: 'string' }, type: { type: 'string', nullable: true } } },
  ],
  ['data that looks like a schema', { enum: [{ const: 1 }] }, { enum: [{ const: 1 }] }],
])('%s', (_, newer, older) => {
  expect(converted(newer)).toEqual(older);
});

it('scopes of schemes that have none in 3.0 go', () => {
  const document: JsonObject = {
    paths: {
      '/a': {
        get: {
          operationId: 'a',
          responses: {},
          security: [{ token: ['x'] }, { token: ['y'] }, { oidc: ['x'] }],
        },
      },
    },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        oidc: { type: 'openIdConnect', openIdConnectUrl: 'https://a' },
      },
    },
  };
  expect(finished(version30Steps(document))).toMatchObject({
    paths: { '/a': { get: { security: [{ token: [] }, { oidc: ['x'] }] } } },
  });
});
