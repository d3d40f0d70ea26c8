import { describe, expect, it } from 'vitest';
import type { Finding } from '../finding.js';
import { asSettingsSay, unknownRules } from './settings.js';

const finding = (rule: string, subject: string): Finding => ({
  rule,
  severity: 'warning',
  subject,
  text: 'It is so.',
  locations: [],
});
const findings = [finding('PATH_CASE', 'GET /v1/{name=a-b/*}'), finding('AIP_131_GET', 'shop.v1.Things.Get')];

describe('settings of a check', () => {
  it.each([
    ['a severity', { rules: { PATH_CASE: 'error' } }, ['error', 'warning']],
    ['off', { rules: { PATH_CASE: 'off' } }, ['warning']],
    ['an exception by subject', { ignore: [{ subject: 'shop.v1.*' }] }, ['warning']],
    ['an exception of a rule', { ignore: [{ rule: 'PATH_CASE', subject: '*' }] }, ['warning']],
    ['one with signs of expressions', { ignore: [{ subject: 'GET /v1/{name=a-b/*}' }] }, ['warning']],
    ['one of another rule', { ignore: [{ rule: 'PATH_CASE', subject: 'shop*' }] }, ['warning', 'warning']],
    ['one of a part of the subject', { ignore: [{ subject: 'shop.v1' }] }, ['warning', 'warning']],
    ['one in which a dot is no sign', { ignore: [{ subject: 'shopXv1*' }] }, ['warning', 'warning']],
  ] as const)('%s', (_, settings, severities) => {
    expect(asSettingsSay(findings, settings).findings.map(({ severity }) => severity)).toEqual(severities);
  });

  it('name rules that there are, of which the nearest is told', () => {
    const known = { PATH_CASE: { severity: 'note', what: '', why: '' } } as const;
    const settings = { rules: { PATH_CAES: 'off' }, ignore: [{ rule: 'toString', subject: '*' }] } as const;
    expect(unknownRules(settings, known)).toEqual([
      { name: 'PATH_CAES', nearest: 'PATH_CASE' },
      { name: 'toString', nearest: undefined },
    ]);
  });
});
