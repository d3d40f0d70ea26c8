import { describe, expect, it } from 'vitest';
import { fillTemplate } from './fill.js';
import { parsePathTemplate } from './path-template.js';

describe('a template filled with a value is the path that it matches with it', () => {
  it.each<[template: string, value: string, path: string | undefined]>([
    ['/v1/{name=operations/**}', 'operations/a/b', '/v1/operations/a/b'],
    ['/v1/{name=operations/**}', 'operations', '/v1/operations'],
    ['/v1/{name=operations/*}', 'operations/a b:c%', '/v1/operations/a%20b%3Ac%25'],
    ['/v1/{name=operations/*}', 'operations/a/b', undefined],
    ['/v1/{name=operations/*}', 'operations', undefined],
    ['/v1/{name=operations/*}', 'jobs/a', undefined],
    ['/v1/{name=operations/*}', 'operations/', undefined],
    ['/v1/{name=operations/*}', 'operations/..', undefined],
    ['/v1/{name=a%2Fb/*}', 'a/b/c', undefined],
    ['/v1/{name=shelves/*/**/books}', 'shelves/1/x/y/books', '/v1/shelves/1/x/y/books'],
    ['/v1/{name=shelves/*/**/books}', 'shelves/1/books', '/v1/shelves/1/books'],
    ['/v1/{name}:get', 'a', '/v1/a:get'],
    ['/v1/{name=**}', 'a/b', '/v1/a/b'],
    ['/v1/{name=a/*}/of/{other}', 'a/b', undefined],
    ['/v1/{name=a/*}/*', 'a/b', undefined],
    ['/v1/operations', 'operations', undefined],
  ])('%s with %s is %s', (text, value, path) => {
    const template = parsePathTemplate(text);
    if ('problem' in template) throw new Error(template.problem);
    expect(fillTemplate(template, value)).toBe(path);
  });
});
