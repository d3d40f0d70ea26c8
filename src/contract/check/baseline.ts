import type { Finding } from '../finding.js';

/** What is known already, as it stands in a file: by rule and subject, whatever lines move. */
export interface Known {
  readonly rule: string;
  readonly subject: string;
}

/** Reads a baseline. A text is why it is none. */
export function readBaseline(text: string): readonly Known[] | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!isObject(value) || value['version'] !== 1 || !Array.isArray(value['findings']))
    return 'it is not what --write-baseline writes';
  const findings: readonly unknown[] = value['findings'];
  const known = findings.flatMap((one): Known[] => {
    if (!isObject(one)) return [];
    const { rule, subject } = one;
    return typeof rule === 'string' && typeof subject === 'string' ? [{ rule, subject }] : [];
  });
  return known.length === findings.length ? known : 'a finding in it has no rule or no subject';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The findings as a baseline, sorted, a line each: what merges well. `kept` stays, whether found or not. */
export function printBaseline(findings: readonly Known[], kept: readonly Known[]): string {
  const lines = [...findings, ...kept].map(
    ({ rule, subject }) => `    { "rule": ${JSON.stringify(rule)}, "subject": ${JSON.stringify(subject)} }`,
  );
  const sorted = [...new Set(lines)].sort();
  const list = sorted.length === 0 ? '[]' : `[\n${sorted.join(',\n')}\n  ]`;
  return `{\n  "version": 1,\n  "findings": ${list}\n}\n`;
}

/** Findings that a baseline does not know, how many it does, and what it knows that is not found any more. */
export function againstBaseline(
  findings: readonly Finding[],
  baseline: readonly Known[],
  wasLookedFor: (rule: string) => boolean,
): { readonly findings: readonly Finding[]; readonly knownCount: number; readonly gone: readonly Known[] } {
  const key = ({ rule, subject }: Known): string => `${rule} ${subject}`;
  const known = new Set(baseline.map(key));
  const present = new Set(findings.map(key));
  const fresh = findings.filter((finding) => !known.has(key(finding)));
  return {
    findings: fresh,
    knownCount: findings.length - fresh.length,
    gone: baseline.filter((one) => wasLookedFor(one.rule) && !present.has(key(one))),
  };
}
