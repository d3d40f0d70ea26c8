import { countOf, type Report } from './report.js';

/** For programs: what there is, and nothing else. */
export function jsonReport({ findings, knownCount, ignoredCount, gone }: Report): string {
  const summary = {
    errors: countOf(findings, 'error'),
    warnings: countOf(findings, 'warning'),
    notes: countOf(findings, 'note'),
    known: knownCount,
    ignored: ignoredCount,
    gone: gone.length,
  };
  return `${JSON.stringify({ version: 1, summary, findings, gone }, undefined, 2)}\n`;
}
