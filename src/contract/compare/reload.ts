import type { Diagnostic, DiagnosticCode } from '../../diagnostic/index.js';
import type { Steps } from '../../steps.js';
import type { Outline } from '../../surface/index.js';
import { comparisonSteps } from './compare.js';

/** More warnings than these are counted, not told. */
const toldMax = 100;

/** What may break clients of `before` now that `after` is served, as warnings. What is only worth a look is left out. */
export function* surfaceChanges(before: Outline, after: Outline): Steps<readonly Diagnostic[]> {
  const all = yield* comparisonSteps(before, after);
  const found = all.filter(({ severity }) => severity !== 'note');
  const told = found.slice(0, toldMax).map(
    ({ rule, text, locations }): Diagnostic => ({
      severity: 'warning',
      code: codeOf(rule),
      text,
      locations,
    }),
  );
  const left = found.length - toldMax;
  if (left <= 0) return told;
  const text = `${left} further changes that may break clients are not listed.`;
  return [...told, { severity: 'warning', code: 'ROUTE_CHANGED', text, locations: [] }];
}

function codeOf(rule: string): DiagnosticCode {
  if (rule === 'ROUTE_REMOVED') return rule;
  return /^FIELD_|^RESPONSE_(?!BODY)|^REQUEST_(?!SIZE)/.test(rule) ? 'FIELD_CHANGED' : 'ROUTE_CHANGED';
}
