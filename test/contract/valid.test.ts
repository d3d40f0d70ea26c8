import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { printDocument } from '../../src/contract/index.js';
import { openApiOf } from '../support/openapi.js';
import { openApiProblems } from '../support/openapi-validators.js';

const image = readFileSync(new URL('../../gen/image.binpb', import.meta.url));

describe('documents are valid by three validators', () => {
  it.each(['3.1', '3.0'] as const)('the shop, OpenAPI %s', async (version) => {
    const { document, diagnostics } = openApiOf(image, { version });
    expect(diagnostics).toEqual([]);
    expect(await openApiProblems(printDocument(document, 'json'))).toEqual([]);
  });
});
