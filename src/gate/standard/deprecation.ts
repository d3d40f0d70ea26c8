import { locationOf } from '../../descriptor/index.js';
import type { GateContext } from '../context.js';
import { policyProblem } from '../policy/problem.js';
import type { GateStep } from '../step.js';

/** Names of which an answer has one value; the policy's counts, not the backend's. */
const single = new Set(['deprecation', 'sunset']);

/**
 * Deprecation (RFC 9745), Sunset (RFC 8594) and Link on every answer, errors too. `option deprecated`
 * alone says nothing: RFC 9745 wants a date, and the option has none.
 */
export function deprecation(context: GateContext): readonly GateStep[] {
  const { since, sunset, link } = context.policy.deprecation ?? {};
  const fields: (readonly [string, string])[] = [];
  if (since !== undefined) fields.push(['deprecation', `@${Date.parse(since) / 1_000}`]);
  if (sunset !== undefined) fields.push(['sunset', new Date(sunset).toUTCString()]);
  if (link !== undefined) {
    const target = linkTarget(link);
    if (target === undefined) {
      const hint = 'Write the address of a page, https://…';
      context.report(policyProblem(context, 'deprecation.link', 'is no http or https address', hint));
      return [];
    }
    fields.push(['link', `<${target}>; rel="deprecation"`]);
    if (sunset !== undefined) fields.push(['link', `<${target}>; rel="sunset"`]);
  }
  if (since !== undefined && sunset !== undefined && Date.parse(sunset) < Date.parse(since)) {
    const hint = 'A method goes after it has been deprecated (RFC 9745 §4).';
    context.report(
      policyProblem(context, 'deprecation.sunset', `is before deprecation.since, ${since}`, hint),
    );
  }
  warnOfSunset(context);
  if (fields.length === 0) return [];
  const own = new Set(fields.map(([name]) => name).filter((name) => single.has(name)));
  return [
    {
      name: 'deprecation',
      admit(view) {
        view.onHeaders((headers) => [...headers.filter(([name]) => !own.has(name)), ...fields]);
        return undefined;
      },
    },
  ];
}

function linkTarget(link: string): string | undefined {
  const { protocol, href } = new URL(link);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

function warnOfSunset({ method, policy, resources, report }: GateContext): void {
  const sunset = policy.deprecation?.sunset;
  if (sunset === undefined || Date.parse(sunset) > resources.clock.wall()) return;
  report({
    severity: 'warning',
    code: 'METHOD_SUNSET',
    text: `${method.parent.typeName}.${method.name} was to go on ${sunset}, and is still served.`,
    locations: [locationOf(method)],
    hint: 'Remove its HttpRule, or say another day in deprecation.sunset.',
  });
}
