import { finished, type Steps } from '../../steps.js';
import type { Outline } from '../../surface/index.js';
import type { Finding } from '../finding.js';
import { compareAccess } from './access.js';
import { compareAllowances } from './allowances.js';
import { compareBindings } from './binding.js';
import { compareExchange } from './exchange.js';
import { compareJsonForms } from './json-forms.js';
import { compareManners } from './manners.js';
import { createMessages } from './messages.js';
import { createReport } from './report.js';
import { pairRoutes } from './routes.js';

/** `comparisonSteps` at once. */
export function compareOutlines(before: Outline, after: Outline): readonly Finding[] {
  return finished(comparisonSteps(before, after));
}

/**
 * What clients of `before` would find broken in `after`, by `compareRules`: the gravest first, then by subject. The cost
 * grows with the number of routes and of fields: each pair of messages is compared once for each way in which clients
 * meet it.
 */
export function* comparisonSteps(before: Outline, after: Outline): Steps<readonly Finding[]> {
  const { report, findings } = createReport();
  const comparison = { before, after, report };
  const messages = createMessages(comparison);
  for (const pair of yield* pairRoutes(comparison)) {
    yield;
    compareBindings(pair, report);
    yield* compareExchange(pair, messages, comparison);
    compareJsonForms(pair, comparison);
    compareAccess(pair, comparison);
    compareAllowances(pair, report);
    compareManners(pair, report);
  }
  if (before.errorForm !== after.errorForm) {
    const text = `Errors had the form "${before.errorForm}", and now have "${after.errorForm}".`;
    report('ERROR_FORM_CHANGED', 'errors', text);
  }
  return findings();
}
