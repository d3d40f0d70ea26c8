import type { Severity } from '../../diagnostic/index.js';
import type { Finding, Rules } from '../finding.js';
import type { Known } from './baseline.js';

/** What a check came to, for whoever shows it. */
export interface Report {
  /** By file, line and column; their files are as the reader knows them. */
  readonly findings: readonly Finding[];
  /** What was looked for. */
  readonly rules: Rules;
  readonly knownCount: number;
  readonly ignoredCount: number;
  /** What the baseline knows and was not found. */
  readonly gone: readonly Known[];
  /** Where findings without a place are shown by those who need one. */
  readonly fallbackFile: string;
}

/** Findings in the order in which they are read. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const key = ({ locations: [first] }: Finding) =>
    [first?.file ?? '', first?.line ?? 0, first?.column ?? 0] as const;
  return findings.toSorted((a, b) => {
    const [fileA, lineA, columnA] = key(a);
    const [fileB, lineB, columnB] = key(b);
    return (
      compareText(fileA, fileB) ||
      lineA - lineB ||
      columnA - columnB ||
      compareText(a.rule, b.rule) ||
      compareText(a.subject, b.subject)
    );
  });
}

/** The same everywhere, whatever the locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function countOf(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

/** "2 errors, 1 warning, 0 notes; 3 known, 1 ignored" */
export function summaryText({ findings, knownCount, ignoredCount, gone }: Report): string {
  const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;
  const counts = [
    count(countOf(findings, 'error'), 'error'),
    count(countOf(findings, 'warning'), 'warning'),
    count(countOf(findings, 'note'), 'note'),
  ];
  const besides = [
    ...(knownCount > 0 ? [`${knownCount} known`] : []),
    ...(ignoredCount > 0 ? [`${ignoredCount} ignored`] : []),
    ...(gone.length > 0 ? [`${gone.length} of the baseline gone`] : []),
  ];
  return `${counts.join(', ')}${besides.length === 0 ? '' : `; ${besides.join(', ')}`}`;
}
