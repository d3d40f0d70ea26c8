import type { DescMethod } from '../../descriptor/index.js';
import type { Location } from '../../diagnostic/index.js';
import type { Binding } from '../../httprule/index.js';
import type { Finding } from '../finding.js';
import { type LintRule, lintRules } from './rules.js';

/** A finding with the severity that its rule has by default. */
export function found(
  rule: LintRule,
  subject: string,
  text: string,
  ...locations: readonly Location[]
): Finding {
  return { rule, severity: lintRules[rule].severity, subject, text, locations };
}

/** "shop.orders.v1.OrderService.GetOrder" */
export const methodName = ({ parent, name }: DescMethod): string => `${parent.typeName}.${name}`;

/** "GET /v1/{name=orders/*}" */
export const routeName = ({ httpMethod, template }: Binding): string => `${httpMethod} ${template.text}`;
