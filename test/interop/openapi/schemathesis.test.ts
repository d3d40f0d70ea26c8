import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, objectOf } from '../../../src/contract/json.js';
import { type PropylonProcess, startPropylon } from '../../support/propylon.js';
import { hasPythonTools, runPython } from '../../support/python-tools.js';
import { boundedDocument, sentDocument } from './sent-document.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const program = 'from schemathesis.cli import schemathesis; schemathesis()';

/** One line of a report, as far as it is read here. */
interface ReportLine {
  readonly ScenarioFinished?: {
    readonly recorder?: {
      readonly label?: string;
      readonly interactions?: Readonly<
        Record<string, { readonly response?: { readonly status_code?: number } | null }>
      >;
    };
  };
}

/**
 * Schemathesis reads the document that the demo serves, makes requests of it that are right, at the edges and wrong, and
 * holds every answer against the document. schemathesis.toml says what is not asked, and why.
 */
describe.skipIf(!hasPythonTools('Schemathesis'))('Schemathesis', () => {
  let directory = '';
  let gateway: PropylonProcess | undefined;
  let document: JsonObject = {};
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'schemathesis-'));
    for (const name of ['schemathesis.toml', 'schemathesis_hooks.py'])
      copyFileSync(join(here, name), join(directory, name));
    gateway = await startPropylon(['--demo', '--host', '127.0.0.1']);
    document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as JsonObject;
  });
  afterAll(async () => {
    await gateway?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Operations → statuses that they were answered with. */
  const statuses = new Map<string, Set<number>>();

  const run = async (asked: JsonObject, ...flags: readonly string[]): Promise<void> => {
    writeFileSync(join(directory, 'shop.json'), JSON.stringify(asked));
    const report = join(directory, 'report.ndjson');
    const where = ['--url', gateway?.url ?? '', '--report', 'ndjson', '--report-ndjson-path', report];
    const args = ['-c', program, 'run', 'shop.json', ...where, ...flags];
    const { code, output } = await runPython(args, { cwd: directory, timeout: 580_000 });
    expect(code, output).toBe(0);
    const lines = readFileSync(report, 'utf8').trim().split('\n');
    note(
      lines.map((line) => JSON.parse(line) as ReportLine),
      statuses,
    );
  };

  it('finds the examples of the document answered as it says', { timeout: 600_000 }, () =>
    run(boundedDocument(document), '--phases', 'examples'),
  );

  it('finds that refused which the gateway does not take, and the rest answered', {
    timeout: 600_000,
  }, () => {
    const examples = process.env['SCHEMATHESIS_EXAMPLES'];
    const more = examples === undefined ? [] : ['--max-examples', examples];
    return run(sentDocument(boundedDocument(document)), '--phases', 'coverage,fuzzing', ...more);
  });

  it('has had every operation answered well, and none with 5xx', () => {
    const items = Object.values(objectOf(document['paths'])).map(objectOf);
    const operations = items.flatMap((item) => Object.keys(item));
    const seen = [...statuses].map(([name, all]) => ({ name, all: [...all].toSorted() }));
    expect(seen).toHaveLength(operations.length);
    expect(operations.length).toBeGreaterThan(40);
    expect(seen.filter(({ all }) => !all.some((status) => status < 300))).toEqual([]);
    expect(seen.filter(({ all }) => all.some((status) => status >= 500))).toEqual([]);
    expect(seen.filter(({ all }) => all.includes(400)).length).toBeGreaterThan(30);
  });
});

function note(lines: readonly ReportLine[], statuses: Map<string, Set<number>>): void {
  for (const { ScenarioFinished } of lines) {
    const { label, interactions = {} } = ScenarioFinished?.recorder ?? {};
    if (label === undefined) continue;
    const seen = statuses.get(label) ?? new Set();
    statuses.set(label, seen);
    for (const { response } of Object.values(interactions)) {
      if (response?.status_code !== undefined) seen.add(response.status_code);
    }
  }
}
