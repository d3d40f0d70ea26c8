import type { Diagnostic, DiagnosticCode } from '../../diagnostic/index.js';
import type { Binding } from '../../httprule/index.js';
import type { Finding } from '../finding.js';
import { MessageComparison } from './messages.js';
import type { CompareRule } from './rules.js';

/** More warnings than these are counted, not told. */
const toldMax = 100;

/** What is compared of a surface, or of its outline. */
export interface Compared {
  readonly routes: readonly { readonly binding: Binding }[];
}

/**
 * What clients of `before` would find broken in `after`, by `compareRules`: routes that are gone, that lead to another
 * method or stream otherwise, and fields that are gone or of another type. What is new breaks nobody.
 */
export function compareOutlines(before: Compared, after: Compared): readonly Finding[] {
  const found: Finding[] = [];
  const messages = new MessageComparison((finding) => found.push(finding));
  const routes = new Map(after.routes.map(({ binding }) => [shapeOf(binding), binding]));
  for (const { binding } of before.routes) {
    const now = routes.get(shapeOf(binding));
    if (now === undefined) {
      const subject = routeText(binding);
      const text = `The route ${subject} of ${methodName(binding)} is gone.`;
      found.push({ rule: 'ROUTE_REMOVED', severity: 'error', subject, text, locations: [] });
      continue;
    }
    found.push(...changesOf(binding, now));
    messages.compare(binding.method.input, now.method.input);
    messages.compare(binding.method.output, now.method.output);
  }
  return found;
}

/** The same after a reload: as warnings, and not all of them where they are many. */
export function compareSurfaces(before: Compared, after: Compared): readonly Diagnostic[] {
  const found = compareOutlines(before, after);
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
  return /_(FIELD|TYPE)_/.test(rule) ? 'FIELD_CHANGED' : 'ROUTE_CHANGED';
}

function changesOf(before: Binding, now: Binding): readonly Finding[] {
  const subject = routeText(before);
  const changed = (rule: CompareRule, what: string, one: string, other: string): Finding[] => {
    if (one === other) return [];
    const text = `${subject} ${what} ${one}, and now ${other}.`;
    return [{ rule, severity: 'error', subject, text, locations: [now.location] }];
  };
  return [
    ...changed('ROUTE_LEADS_ELSEWHERE', 'led to', methodName(before), methodName(now)),
    ...changed('STREAM_KIND_CHANGED', 'was', kindText(before), kindText(now)),
    ...changed('BODY_CHANGED', 'took its body for', bodyText(before), bodyText(now)),
    ...changed('RESPONSE_BODY_CHANGED', 'answered with', responseText(before), responseText(now)),
  ];
}

const routeText = ({ httpMethod, template }: Binding): string => `${httpMethod} ${template.text}`;

/** What variables are called is not seen by clients. */
function shapeOf({ httpMethod, template }: Binding): string {
  const path = template.text.replace(/\{[^=}]+\}/g, '*').replace(/\{[^=}]+=([^}]*)\}/g, '$1');
  return `${httpMethod} ${path}`;
}

const methodName = ({ method }: Binding): string => `${method.parent.typeName}.${method.name}`;
const kindText = ({ method }: Binding): string => method.methodKind.replace('_', ' ');
const responseText = ({ responseBody }: Binding): string => responseBody?.name ?? 'the whole message';

function bodyText({ body }: Binding): string {
  if (typeof body !== 'string') return body.name;
  return body === 'all' ? 'the whole message' : 'nothing';
}
