import type { Location } from '../../diagnostic/index.js';
import type { Finding } from '../finding.js';
import { type CompareRule, compareRules } from './rules.js';

/** Takes findings. Of one rule and subject the first counts: a message is met in many places. */
export type Report = (rule: CompareRule, subject: string, text: string, at?: Location) => void;

/** A report, and what it was told: by subject, the gravest first. */
export function createReport(): { readonly report: Report; findings(): readonly Finding[] } {
  const found = new Map<string, Finding>();
  return {
    report(rule, subject, text, at) {
      const key = `${rule} ${subject}`;
      if (found.has(key)) return;
      const { severity } = compareRules[rule];
      found.set(key, { rule, severity, subject, text, locations: at === undefined ? [] : [at] });
    },
    findings: () => [...found.values()].sort(inOrder),
  };
}

const gravity = ['error', 'warning', 'note'];

function inOrder(a: Finding, b: Finding): number {
  return (
    gravity.indexOf(a.severity) - gravity.indexOf(b.severity) ||
    compareText(a.subject, b.subject) ||
    compareText(a.rule, b.rule)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
