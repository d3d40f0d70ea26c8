import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { printDocument } from '../../src/contract/index.js';
import { protosSource } from '../../src/descriptor/index.js';
import { openApiOf, outlineOf } from '../support/openapi.js';
import { openApiProblems } from '../support/openapi-validators.js';

const protos = fileURLToPath(new URL('../../node_modules/google-gax/build/protos', import.meta.url));

const directory = mkdtempSync(join(tmpdir(), 'googleapis-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('every package of the googleapis protos in google-gax becomes a valid document, the same each time', async () => {
  cpSync(join(protos, 'google'), join(directory, 'google'), {
    recursive: true,
    // protobuf's own test protos do not compile together; buf knows the well-known types.
    filter: (path) => !path.startsWith(join(protos, 'google/protobuf')),
  });
  const image = await protosSource([directory]).load(new AbortController().signal);
  const outline = outlineOf(image);
  const { services } = outline.registry;
  const packages = [...new Set(services.map(({ file }) => file.proto.package))];
  const started = process.cpuUsage();
  const texts = (version: '3.0' | '3.1'): string[] =>
    packages.map((name) => {
      const includes = ({ file }: (typeof services)[number]) => file.proto.package === name;
      return printDocument(openApiOf(outline, { version, includes }).document, 'json');
    });
  const [newer, older] = [texts('3.1'), texts('3.0')];
  const { user } = process.cpuUsage(started);
  console.info(
    `${services.length} services of ${packages.length} packages, twice: ${Math.round(user / 1000)} ms CPU`,
  );
  expect(packages.length).toBeGreaterThan(10);
  expect(texts('3.1')).toEqual(newer);
  for (const text of [...newer, ...older]) expect(await openApiProblems(text)).toEqual([]);
}, 60_000);
