import type { Location } from '../../diagnostic/index.js';
import { version } from '../../version.js';
import { fingerprints } from './fingerprint.js';
import type { Report } from './report.js';

/** SARIF 2.1.0 (OASIS), as code scanning reads it: files are relative to %SRCROOT%, the root of the repository. */
export function sarifReport({ findings, rules, fallbackFile }: Report): string {
  const ids = Object.keys(rules);
  const prints = fingerprints(findings);
  const nowhere: Location = { file: fallbackFile, line: 0, column: 0 };
  const results = findings.map(({ rule, severity, subject, text, locations }, index) => {
    const [first = nowhere, ...others] = locations;
    return {
      ruleId: rule,
      ruleIndex: ids.indexOf(rule),
      level: severity,
      message: { text },
      locations: [{ physicalLocation: physical(first), logicalLocations: [{ fullyQualifiedName: subject }] }],
      ...(others.length === 0
        ? {}
        : { relatedLocations: others.map((other, id) => ({ id, physicalLocation: physical(other) })) }),
      partialFingerprints: { 'ruleAndSubject/v1': prints[index] },
    };
  });
  const driver = {
    name: 'propylon',
    version,
    semanticVersion: version,
    rules: Object.entries(rules).map(([id, { severity, what, why }]) => ({
      id,
      shortDescription: { text: plain(what) },
      fullDescription: { text: plain(`${what} ${why}`) },
      help: { text: plain(`${what} ${why}`), markdown: `${what}\n\n${why}` },
      defaultConfiguration: { level: severity },
    })),
  };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
        results,
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

const plain = (markdown: string): string => markdown.replaceAll('`', '');

function physical({ file, line, column }: Location) {
  const region = { startLine: line, ...(column > 0 ? { startColumn: column } : {}) };
  return {
    artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
    ...(line > 0 ? { region } : {}),
  };
}
