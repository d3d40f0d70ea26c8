import { createHash } from 'node:crypto';
import type { Finding } from '../finding.js';

/** What tells each finding from the others, whatever lines move: rule, subject, and which one of equal ones it is. */
export function fingerprints(findings: readonly Finding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ rule, subject }) => {
    const key = `${rule}\n${subject}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    return createHash('sha256').update(`${key}\n${nth}`).digest('hex');
  });
}
