import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, objectOf } from '../../../src/contract/json.js';
import { type PropylonProcess, startPropylon } from '../../support/propylon.js';
import { hasPythonTools, runPython } from '../../support/python-tools.js';

const exercise = fileURLToPath(new URL('python_client.py', import.meta.url));

/** It knows no content type of any bytes; functions that have them it would leave out. */
const config = 'content_type_overrides:\n  "*/*": application/octet-stream\npost_hooks: []\n';

describe.skipIf(!hasPythonTools('openapi-python-client'))('openapi-python-client', () => {
  let directory = '';
  let gateway: PropylonProcess | undefined;
  let document: JsonObject = {};
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'python-client-'));
    gateway = await startPropylon(['--demo', '--host', '127.0.0.1']);
    document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as JsonObject;
  });
  afterAll(async () => {
    await gateway?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const python = (...args: readonly string[]) => runPython(args, { cwd: directory, timeout: 110_000 });

  it('makes a client of the 3.1 document whose every function works, with types', {
    timeout: 240_000,
  }, async () => {
    writeFileSync(join(directory, 'shop.json'), JSON.stringify(document));
    writeFileSync(join(directory, 'config.yml'), config);
    copyFileSync(exercise, join(directory, 'exercise.py'));
    const flags = [
      '--path',
      'shop.json',
      '--meta',
      'none',
      '--output-path',
      'shop',
      '--config',
      'config.yml',
    ];
    const made = await python('-m', 'openapi_python_client', 'generate', ...flags);
    expect(made.code, made.output).toBe(0);
    // The one thing that it says it does not know: lines of JSON as a body, where it takes the array instead.
    const said = made.output.match(/^Unsupported .*$|.*(nable to|could not|Could not|removal).*/gm) ?? [];
    expect([...new Set(said)]).toEqual(['Unsupported content type application/x-ndjson']);
    const run = await python('exercise.py', gateway?.url ?? '');
    expect(run.code, run.output).toBe(0);
    const items = Object.values(objectOf(document['paths'])).map(objectOf);
    const functions = items.flatMap((item) => Object.keys(item)).length;
    expect(JSON.parse(run.output)).toEqual({ functions, problems: [] });
    const types = await python(
      '-m',
      'mypy',
      '--cache-dir',
      join(directory, '.mypy'),
      '--no-error-summary',
      'shop',
    );
    expect(types.output).toBe('');
  });
});
