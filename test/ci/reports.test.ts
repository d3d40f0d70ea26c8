import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainFinding } from '../../src/contract/check/plain.js';
import {
  checkRules,
  type Finding,
  githubReport,
  gitlabReport,
  inOrder,
  jsonReport,
  type Report,
  sarifReport,
  textReport,
} from '../../src/contract/index.js';
import { schemaProblems } from '../support/ci-schemas.js';
import { checked, manyImages } from '../support/lint.js';

const finding: Finding = {
  rule: 'PATH_CASE',
  severity: 'error',
  subject: 'GET /v1/a-b',
  text: '100% of "a-b", is not lowerCamel.',
  locations: [
    { file: 'proto/a b.proto', line: 3, column: 7 },
    { file: 'proto/c.proto', line: 9, column: 1 },
  ],
};
const nowhere: Finding = { ...finding, severity: 'note', locations: [] };
const report = (findings: readonly Finding[]): Report => ({
  findings,
  rules: checkRules,
  knownCount: 0,
  ignoredCount: 2,
  gone: [{ rule: 'PATH_CASE', subject: 'x' }],
  fallbackFile: 'proto/first.proto',
});
const all = report([finding, { ...finding, severity: 'warning' }, nowhere]);
const sarifSchema = schemaProblems('sarif');

describe('SARIF', () => {
  const log = JSON.parse(sarifReport(all));
  const [run] = log.runs;

  it.skipIf(sarifSchema === undefined)('is what the schema of OASIS says, with findings and without', () => {
    expect(sarifSchema?.(log)).toEqual([]);
    expect(sarifSchema?.(JSON.parse(sarifReport(report([]))))).toEqual([]);
    expect(sarifSchema?.({ ...log, version: '2.0.0' })).not.toEqual([]);
  });

  it('has each rule with its help, and each result with its rule', () => {
    const { rules } = run.tool.driver;
    expect(rules.map(({ id }: { id: string }) => id)).toEqual(Object.keys(checkRules));
    for (const rule of rules) {
      expect(rule.help.text.length).toBeGreaterThan(20);
      expect(['error', 'warning', 'note']).toContain(rule.defaultConfiguration.level);
    }
    for (const { ruleId, ruleIndex } of run.results) expect(rules[ruleIndex].id).toBe(ruleId);
  });

  it('has places from the root of the repository, as URIs', () => {
    const [first, , last] = run.results;
    expect(first.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'proto/a%20b.proto', uriBaseId: '%SRCROOT%' },
      region: { startLine: 3, startColumn: 7 },
    });
    expect(first.relatedLocations[0].physicalLocation.artifactLocation.uri).toBe('proto/c.proto');
    // Code scanning refuses results without a place.
    expect(last.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'proto/first.proto', uriBaseId: '%SRCROOT%' },
    });
  });

  it('has fingerprints that do not know lines, and tell equal findings apart', () => {
    const prints = (findings: readonly Finding[]): string[] =>
      JSON.parse(sarifReport(report(findings))).runs[0].results.map(
        (result: { partialFingerprints: object }) => Object.values(result.partialFingerprints)[0],
      );
    const moved = { ...finding, locations: [{ file: 'x.proto', line: 99, column: 1 }] };
    expect(prints([finding, finding])).toEqual(prints([moved, moved]));
    expect(new Set(prints([finding, finding, { ...finding, subject: 'y' }])).size).toBe(3);
  });
});

describe('annotations of GitHub', () => {
  it('are commands, whose signs are escaped', () => {
    expect(githubReport(all).split('\n')).toEqual([
      '::error file=proto/a b.proto,line=3,col=7,title=PATH_CASE::100%25 of "a-b", is not lowerCamel.',
      '::warning file=proto/a b.proto,line=3,col=7,title=PATH_CASE::100%25 of "a-b", is not lowerCamel.',
      '::notice file=proto/first.proto,title=PATH_CASE::100%25 of "a-b", is not lowerCamel.',
      '1 error, 1 warning, 1 note; 2 ignored, 1 of the baseline gone',
      '',
    ]);
  });

  it('are one line each, whatever is found: nothing in a proto is a command', () => {
    const anything = fc.string({ unit: 'binary' });
    const location = fc.record({ file: anything, line: fc.nat(), column: fc.nat() });
    fc.assert(
      fc.property(
        fc.array(fc.record({ text: anything, rule: anything, locations: fc.array(location) })),
        (some) => {
          const findings = some.map((one): Finding => ({ ...finding, ...one }));
          const lines = githubReport(report(findings)).split(/[\r\n]/);
          expect(lines.length).toBe(findings.length + 2);
          for (const line of lines.slice(0, findings.length))
            expect(line).toMatch(/^::error file=[^:,\r\n]*(,line=\d+)?(,col=\d+)?,title=[^:,\r\n]*::/);
        },
      ),
    );
  });
});

it("GitLab's Code Quality has what it needs of each finding, the same for the same finding", () => {
  const entries = JSON.parse(gitlabReport(all));
  expect(entries).toMatchObject([
    {
      description: finding.text,
      check_name: 'PATH_CASE',
      severity: 'major',
      location: { path: 'proto/a b.proto', lines: { begin: 3 } },
    },
    { severity: 'minor' },
    { severity: 'info', location: { path: 'proto/first.proto', lines: { begin: 1 } } },
  ]);
  expect(new Set(entries.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).size).toBe(3);
  expect(gitlabReport(all)).toBe(gitlabReport(all));
});

it('JSON has all of it', () => {
  expect(JSON.parse(jsonReport(all))).toEqual({
    version: 1,
    summary: { errors: 1, warnings: 1, notes: 1, known: 0, ignored: 2, gone: 1 },
    findings: all.findings,
    gone: all.gone,
  });
});

it('the order of findings is that of files, lines and columns, and the same each time', () => {
  const at = (file: string, line: number, column: number, rule = 'A'): Finding => ({
    ...finding,
    rule,
    locations: [{ file, line, column }],
  });
  const sorted = [
    nowhere,
    at('a', 2, 9),
    at('a', 10, 1),
    at('a', 10, 2),
    at('b', 1, 1, 'A'),
    at('b', 1, 1, 'B'),
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(sorted, { minLength: sorted.length }), (shuffled) => {
      expect(inOrder(shuffled)).toEqual(sorted);
    }),
  );
});

describe('text', () => {
  it('has no colours but for terminals', () => {
    const escapeSign = String.fromCharCode(27);
    expect(textReport(all, { colours: false })).not.toContain(escapeSign);
    expect(textReport(all, { colours: true })).toContain(`${escapeSign}[1;31merror`);
  });

  const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
  it('of findings has no control characters, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (anything) => {
        const hostile = plainFinding({
          ...finding,
          subject: anything,
          text: anything,
          locations: [{ file: anything, line: 1, column: 1 }],
        });
        expect(JSON.stringify([hostile.subject, hostile.text, hostile.locations])).not.toMatch(unprintable);
        expect(hostile.text).not.toMatch(unprintable);
      }),
    );
  });

  it('of a hostile proto neither', () => {
    const http = String.raw`option (google.api.http) = { get: "/v1/\r\n::error::\x1b]0;x\x07" };`;
    const [image = new Uint8Array()] = manyImages([
      `// S.\nservice S {\n// It. \u001b[2J\n// propylon:ignore \u202eX\u0007 why\nrpc Do(M) returns (M) { ${http} } }\nmessage M {}`,
    ]);
    const { findings } = checked(image);
    expect(findings.map(({ rule }) => rule).sort()).toEqual(['HTTP_RULE_TEMPLATE', 'IGNORE_UNKNOWN_RULE']);
    for (const { subject, text } of findings) expect(subject + text).not.toMatch(unprintable);
  });
});
