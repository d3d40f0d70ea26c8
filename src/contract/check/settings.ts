import { nearestName } from '../../codec/index.js';
import type { Severity } from '../../diagnostic/index.js';
import type { Finding, Rules } from '../finding.js';

/** The section `check` of propylon.yaml. */
export interface CheckSettings {
  /** Rule → what it is instead of its default. */
  readonly rules?: Readonly<Record<string, Severity | 'off'>> | undefined;
  /** What is not told: findings of a rule, or of all, whose subject matches a glob. */
  readonly ignore?: readonly { readonly rule?: string | undefined; readonly subject: string }[] | undefined;
}

/** Names in settings that are no rules, each with the rule that was probably meant. */
export function unknownRules(
  { rules = {}, ignore = [] }: CheckSettings,
  known: Rules,
): readonly { readonly name: string; readonly nearest: string | undefined }[] {
  const named = [...Object.keys(rules), ...ignore.flatMap(({ rule }) => (rule === undefined ? [] : [rule]))];
  return [...new Set(named)]
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => ({ name, nearest: nearestName(name, Object.keys(known)) }));
}

/** Findings with the severities of the settings, without those that they turn off or ignore. */
export function asSettingsSay(
  findings: readonly Finding[],
  { rules = {}, ignore = [] }: CheckSettings,
): { readonly findings: readonly Finding[]; readonly ignoredCount: number } {
  const exceptions = ignore.map(({ rule, subject }) => ({ rule, expression: globExpression(subject) }));
  const wanted = findings.flatMap((finding): Finding[] => {
    const severity =
      (Object.hasOwn(rules, finding.rule) ? rules[finding.rule] : undefined) ?? finding.severity;
    return severity === 'off' ? [] : [{ ...finding, severity }];
  });
  const kept = wanted.filter(
    ({ rule, subject }) =>
      !exceptions.some(
        (one) => (one.rule === undefined || one.rule === rule) && one.expression.test(subject),
      ),
  );
  return { findings: kept, ignoredCount: wanted.length - kept.length };
}

/** `*` is any text; everything else is itself: subjects are full of dots and braces. */
function globExpression(glob: string): RegExp {
  const parts = glob.split(/\*+/).map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
