import { fingerprints } from './fingerprint.js';
import type { Report } from './report.js';

const severityOf = { error: 'major', warning: 'minor', note: 'info' } as const;

/** GitLab's Code Quality report, which is shown in merge requests. */
export function gitlabReport({ findings, fallbackFile }: Report): string {
  const prints = fingerprints(findings);
  const entries = findings.map(({ rule, severity, text, locations: [first] }, index) => ({
    description: text,
    check_name: rule,
    fingerprint: prints[index],
    severity: severityOf[severity],
    location: { path: first?.file ?? fallbackFile, lines: { begin: Math.max(first?.line ?? 1, 1) } },
  }));
  return `${JSON.stringify(entries, undefined, 2)}\n`;
}
