import type { Diagnostic } from '../../diagnostic/index.js';
import { fieldValues } from '../../headers.js';
import type { GateContext } from '../context.js';
import type { Policy } from '../policy/schema.js';
import type { GateView } from '../view.js';
import type { Limit } from './counter.js';
import { keyOfAddress, keyOfAll, keyOfPrincipal, keyOfText } from './key.js';
import { type Rate, rateOf } from './rate.js';

type Declared = NonNullable<Policy['rateLimits']>[number];
type By = NonNullable<Declared['by']>;

/** A limit as it holds for one method. */
export interface MethodLimit {
  readonly limit: Limit;
  readonly by: By;
  readonly cost: number;
  /** The key of a request; undefined where it has a header field more than once that can be given once. */
  readonly keyOf: (view: GateView, binary: Uint8Array) => string | undefined;
}

/** The limits of a method, whatever binding of it asks first; what is wrong is reported once, and that limit left out. */
export function limitsOf(context: GateContext): readonly MethodLimit[] {
  const { methods } = context.resources.rateLimits.scope(context.load);
  const limits = methods.get(context.method) ?? declaredLimits(context);
  methods.set(context.method, limits);
  return limits;
}

function declaredLimits(context: GateContext): MethodLimit[] {
  const { policy, method, resources, load } = context;
  const methodName = `${method.parent.typeName}.${method.name}`;
  const names = new Set<string>();
  return (policy.rateLimits ?? []).flatMap((declared): MethodLimit[] => {
    const invalid = (problem: string, hint: string): [] => {
      context.report(invalidLimit(methodName, context, problem, hint));
      return [];
    };
    const { group, requests, per = 1_000, cost = 1, by = 'principal' } = declared;
    const burst = declared.burst ?? requests;
    const name = group ?? ownName(declared, by, per);
    if (!/^[\x20-\x7e]+$/.test(name))
      return invalid('has a group whose name is not printable ASCII', 'Clients read it in header fields.');
    if (names.has(name)) return invalid(`names the limit "${name}" twice`, 'Say it once.');
    names.add(name);
    if (!Number.isInteger(per) || per < 1)
      return invalid('has a time that is no whole number of milliseconds', 'Write 1s, 250ms, 1d.');
    if (cost > burst)
      return invalid(
        `costs ${cost} of a limit of ${burst} at once: no request would ever pass`,
        'Lower the cost, or raise the burst.',
      );
    const keyOf = keyReader(declared, by, context);
    if (typeof keyOf !== 'function') return invalid(keyOf.problem, keyOf.hint);
    const rate = rateOf(requests, per, burst);
    if (group !== undefined) {
      const { groups } = resources.rateLimits.scope(load);
      const terms = termsOf(rate, by, declared.header);
      const first = groups.get(group) ?? { terms, method: methodName };
      groups.set(group, first);
      if (first.terms !== terms)
        return invalid(
          `counts in the group "${group}" ${terms}, and ${first.method} ${first.terms}`,
          'All members of a group say the same of requests, per, burst, by and header.',
        );
    }
    const id = group === undefined ? `${methodName}/${name}` : `group/${group}`;
    return [{ limit: resources.rateLimits.limit(load, id, name, rate), by, cost, keyOf }];
  });
}

/** "principal-1s", "header-x-tenant-60s" */
function ownName({ header, field }: Declared, by: By, per: number): string {
  const what = by === 'header' ? `-${header?.toLowerCase()}` : by === 'field' ? `-${field}` : '';
  return `${by}${what}-${per / 1_000}s`;
}

function termsOf({ requests, perMs, burst }: Rate, by: By, header: string | undefined): string {
  const what = by === 'header' ? `${by} ${header?.toLowerCase()}` : by;
  return `${requests} in ${perMs / 1_000} s, ${burst} at once, by ${what}`;
}

function keyReader(
  { header, field }: Declared,
  by: By,
  context: GateContext,
): MethodLimit['keyOf'] | { readonly problem: string; readonly hint: string } {
  if (header !== undefined && by !== 'header')
    return { problem: 'names a header field that it does not count by', hint: 'Add by: header.' };
  if (field !== undefined && by !== 'field')
    return { problem: 'names a request field that it does not count by', hint: 'Add by: field.' };
  switch (by) {
    case 'all':
      return () => keyOfAll;
    case 'address':
      return keyOfAddress;
    case 'principal':
      return keyOfPrincipal;
    case 'header': {
      if (header === undefined || !/^[!#$%&'*+.^_`|~\w-]+$/.test(header))
        return { problem: `counts by a header field ${header ?? 'without a name'}`, hint: 'Give its name.' };
      const name = header.toLowerCase();
      return ({ request }) => {
        const values = fieldValues(request.headers, name);
        return values.length > 1 ? undefined : keyOfText('h', values[0] ?? '');
      };
    }
    case 'field': {
      const reader = field === undefined ? undefined : context.requestText(field);
      if (reader === undefined)
        return {
          problem: `counts by ${field ?? 'a request field without a name'}, which is no scalar field of the request`,
          hint: 'Write the path of a field, such as book.name.',
        };
      return (_, binary) => keyOfText('f', reader(binary) ?? '');
    }
  }
}

function invalidLimit(
  methodName: string,
  { origins }: GateContext,
  problem: string,
  hint: string,
): Diagnostic {
  const origin = origins.get('rateLimits');
  const text = `A rate limit of ${methodName}${origin === undefined ? '' : ` (${origin})`} ${problem}.`;
  return { severity: 'error', code: 'POLICY_INVALID', text, locations: [], hint };
}
