import type { Diagnostic } from '../../diagnostic/index.js';
import type { Outline } from '../../surface/index.js';
import { compareOutlines } from '../compare/compare.js';
import { compareRules } from '../compare/rules.js';
import type { Finding, Rules } from '../finding.js';
import { lintOutline } from '../lint/lint.js';
import { lintRules } from '../lint/rules.js';
import { withoutIgnored } from './ignores.js';
import { plainFinding } from './plain.js';
import { asSettingsSay, type CheckSettings } from './settings.js';

/** Every rule of the lint and of the comparison. */
export const checkRules: Rules = { ...lintRules, ...compareRules };

/** What is to be checked. */
export interface CheckInput {
  readonly outline: Outline;
  /** What was said when it was loaded. */
  readonly diagnostics: readonly Diagnostic[];
  /** What clients have now; undefined for the lint alone. */
  readonly before: Outline | undefined;
  readonly settings: CheckSettings;
}

/** The lint of a surface and what it breaks of another, without what comments and settings say is to be ignored. */
export function checkOutline({ outline, diagnostics, before, settings }: CheckInput): {
  readonly findings: readonly Finding[];
  readonly ignoredCount: number;
  /** What was looked for. */
  readonly rules: Rules;
} {
  const all = [
    ...lintOutline(outline, diagnostics),
    ...(before === undefined ? [] : compareOutlines(before, outline)),
  ];
  const commented = withoutIgnored(all, outline.registry.files, checkRules);
  const set = asSettingsSay(commented.findings, settings);
  return {
    findings: set.findings.map(plainFinding),
    ignoredCount: commented.ignoredCount + set.ignoredCount,
    rules: before === undefined ? lintRules : checkRules,
  };
}
