import type { Policy } from '../../gate/index.js';
import type { Report } from './report.js';
import { type RoutePair, routeText } from './routes.js';

/** How often, how much, how long: bounds that a policy sets. */
export function compareAllowances({ before, after }: RoutePair, report: Report): void {
  const [was, is] = [before.policy, after.policy];
  const subject = routeText(before.binding);
  const at = after.binding.location;
  const lower = (
    rule: Parameters<Report>[0],
    what: string,
    one: number | undefined,
    other: number | undefined,
    unit: string,
  ): void => {
    if (other === undefined || (one !== undefined && other >= one)) return;
    const known = one === undefined ? 'there was no bound' : `the bound was ${one}${unit}`;
    const text = `${what} of ${subject}: ${known}, and is ${other}${unit} now.`;
    report(rule, subject, text, at);
  };
  for (const limit of is.rateLimits ?? []) {
    if ((was.rateLimits ?? []).some((known) => isAsStrict(known, limit))) continue;
    const known = was.rateLimits?.map(limitText).join('; ') ?? '';
    const text = `${subject} had ${known === '' ? 'no limit' : `the limits ${known}`}, and now has ${limitText(limit)}.`;
    report('RATE_LIMIT_LOWERED', subject, text, at);
  }
  lower('CONCURRENCY_LOWERED', 'Requests at once', was.concurrency?.max, is.concurrency?.max, '');
  lower('REQUEST_SIZE_LOWERED', 'Bodies', was.requestBytesMax, is.requestBytesMax, ' bytes');
  lower('TIMEOUT_SHORTENED', 'The time', was.timeout, is.timeout, ' ms');
  const [priority, priorityNow] = [was.priority ?? 'normal', is.priority ?? 'normal'];
  if (priorities.indexOf(priorityNow) < priorities.indexOf(priority))
    report(
      'PRIORITY_LOWERED',
      subject,
      `The priority of ${subject} was ${priority}, and is ${priorityNow}.`,
      at,
    );
  const [checks, checksNow] = [checksOf(was), checksOf(is)];
  const added = checksNow.filter((check) => !checks.includes(check));
  if (added.length > 0)
    report('VALIDATION_ENABLED', subject, `${subject} now enforces ${added.join(' and ')}.`, at);
}

const priorities: readonly string[] = ['low', 'normal', 'high'];

type RateLimit = NonNullable<Policy['rateLimits']>[number];

/** Whether whoever keeps within one limit keeps within the other. */
function isAsStrict(known: RateLimit, limit: RateLimit): boolean {
  const key = ({ by = 'principal', header, field, group }: RateLimit): string =>
    JSON.stringify([by, header, field, group]);
  return key(known) === key(limit) && rate(known) <= rate(limit) && burst(known) <= burst(limit);
}

const rate = ({ requests, per = 1000, cost = 1 }: RateLimit): number => requests / cost / per;
const burst = ({ requests, burst: most = requests, cost = 1 }: RateLimit): number => most / cost;

function limitText({
  requests,
  per = 1000,
  burst: most,
  by = 'principal',
  header,
  field,
  cost,
}: RateLimit): string {
  const key = [by, header, field].filter((part) => part !== undefined).join(' ');
  const more = [
    ...(most === undefined ? [] : [`${most} at once`]),
    ...(cost === undefined ? [] : [`each counting ${cost}`]),
  ];
  return [`${requests} in ${per / 1000} s by ${key}`, ...more].join(', ');
}

function checksOf({ validation = {} }: Policy): readonly string[] {
  return [
    ...(validation.rules === false ? [] : ['rules of buf.validate']),
    ...(validation.fieldBehavior === false ? [] : ['field_behavior']),
  ];
}
