import type { Diagnostic } from '../../diagnostic/index.js';
import type { Binding } from '../../httprule/index.js';
import { MessageComparison } from './messages.js';

/** More warnings than these are counted, not told. */
const toldMax = 100;

/** What is compared of a surface, or of its outline. */
export interface Compared {
  readonly routes: readonly { readonly binding: Binding }[];
}

/**
 * What clients of `before` would find broken in `after`, as warnings: routes that are gone, that lead to another method
 * or stream otherwise, and fields that are gone or of another type. What is new breaks nobody.
 */
export function compareSurfaces(before: Compared, after: Compared): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const messages = new MessageComparison((diagnostic) => found.push(diagnostic));
  const routes = new Map(after.routes.map(({ binding }) => [shapeOf(binding), binding]));
  for (const { binding } of before.routes) {
    const now = routes.get(shapeOf(binding));
    if (now === undefined) {
      const text = `The route ${routeText(binding)} of ${methodName(binding)} is gone.`;
      found.push({ severity: 'warning', code: 'ROUTE_REMOVED', text, locations: [] });
      continue;
    }
    found.push(...changesOf(binding, now));
    messages.compare(binding.method.input, now.method.input);
    messages.compare(binding.method.output, now.method.output);
  }
  const left = found.length - toldMax;
  if (left <= 0) return found;
  const text = `${left} further changes that may break clients are not listed.`;
  return [...found.slice(0, toldMax), { severity: 'warning', code: 'ROUTE_CHANGED', text, locations: [] }];
}

function changesOf(before: Binding, now: Binding): readonly Diagnostic[] {
  const changed = (what: string, one: string, other: string): Diagnostic[] => {
    if (one === other) return [];
    const text = `${routeText(before)} ${what} ${one}, and now ${other}.`;
    return [{ severity: 'warning', code: 'ROUTE_CHANGED', text, locations: [now.location] }];
  };
  return [
    ...changed('led to', methodName(before), methodName(now)),
    ...changed('was', kindText(before), kindText(now)),
    ...changed('took its body for', bodyText(before), bodyText(now)),
    ...changed('answered with', responseText(before), responseText(now)),
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
