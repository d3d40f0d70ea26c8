import { describe, expect, it } from 'vitest';
import type { Finding } from '../finding.js';
import { againstBaseline, printBaseline, readBaseline } from './baseline.js';

const finding = (rule: string, subject: string): Finding => ({
  rule,
  severity: 'error',
  subject,
  text: 'It is so.',
  locations: [{ file: 'a.proto', line: 3, column: 1 }],
});

describe('a baseline', () => {
  it('is sorted, has each finding once, and is read as it was written', () => {
    const text = printBaseline(
      [finding('B', 'x'), finding('A', 'y'), finding('B', 'x')],
      [{ rule: 'C', subject: 'z' }],
    );
    expect(text.split('\n').length).toBe(9);
    expect(readBaseline(text)).toEqual([
      { rule: 'A', subject: 'y' },
      { rule: 'B', subject: 'x' },
      { rule: 'C', subject: 'z' },
    ]);
    expect(readBaseline(printBaseline([], []))).toEqual([]);
  });

  it('knows by rule and subject; what is gone is told only of what was looked for', () => {
    const baseline = [
      { rule: 'A', subject: 'x' },
      { rule: 'A', subject: 'gone' },
      { rule: 'NOT_LOOKED_FOR', subject: 'x' },
    ];
    const found = [finding('A', 'x'), finding('A', 'new'), finding('B', 'x')];
    expect(againstBaseline(found, baseline, (rule) => rule !== 'NOT_LOOKED_FOR')).toEqual({
      findings: [finding('A', 'new'), finding('B', 'x')],
      knownCount: 1,
      gone: [{ rule: 'A', subject: 'gone' }],
    });
  });

  it.each([
    ['{', 'it is not JSON'],
    ['[]', 'it is not what --write-baseline writes'],
    ['{"version":2,"findings":[]}', 'it is not what --write-baseline writes'],
    ['{"version":1,"findings":[{"rule":"X"}]}', 'a finding in it has no rule or no subject'],
  ])('%s is none', (text, problem) => {
    expect(readBaseline(text)).toBe(problem);
  });
});
