import type { Policy } from '../../gate/index.js';
import type { Report } from './report.js';
import { type RoutePair, routeText } from './routes.js';

/** What else a policy says that clients may notice: repetition, origins, success, caching, the end of a method. */
export function compareManners({ before, after }: RoutePair, report: Report): void {
  const [was, is] = [before.policy, after.policy];
  const subject = routeText(before.binding);
  const at = after.binding.location;
  const tell = (rule: Parameters<Report>[0], text: string): void => report(rule, subject, text, at);
  const [mode, modeNow] = [idempotencyOf(was), idempotencyOf(is)];
  if (modeNow === 'required' && mode !== 'required')
    tell('IDEMPOTENCY_KEY_REQUIRED', `${subject} now wants an Idempotency-Key.`);
  if (modeNow === 'off' && mode !== 'off')
    tell('IDEMPOTENCY_REMOVED', `${subject} remembered answers by Idempotency-Key, and no longer does.`);
  const cors = narrowedCors(was.cors ?? {}, is.cors ?? {});
  if (cors.length > 0) tell('CORS_NARROWED', `Pages that call ${subject} ${cors.join('; ')}.`);
  compareSuccess({ before, after }, tell);
  const stored = ({ cache: { tags: _, ...cache } = {} }: Policy): unknown => cache;
  if (differ(stored(was), stored(is)))
    tell(
      'CACHE_CHANGED',
      `Answers of ${subject} were stored by ${shown(stored(was))}, and are by ${shown(stored(is))}.`,
    );
  const [checks, checksNow] = [was.preconditions ?? 'gateway', is.preconditions ?? 'gateway'];
  if (checks !== checksNow)
    tell(
      'PRECONDITIONS_CHANGED',
      `Preconditions of ${subject} were checked by the ${checks}, and are by the ${checksNow}.`,
    );
  if (differ(was.transform, is.transform))
    tell(
      'TRANSFORM_CHANGED',
      `${subject} was changed by ${shown(was.transform)}, and is by ${shown(is.transform)}.`,
    );
  compareEnd({ before, after }, tell);
}

type Tell = (rule: Parameters<Report>[0], text: string) => void;

function compareSuccess({ before, after }: RoutePair, tell: Tell): void {
  const [was, is] = [before.policy.success ?? {}, after.policy.success ?? {}];
  const subject = routeText(before.binding);
  const [status, statusNow] = [was.status ?? 200, is.status ?? 200];
  if (status !== statusNow)
    tell('SUCCESS_STATUS_CHANGED', `${subject} answered with ${status}, and now with ${statusNow}.`);
  else if (before.binding.method.output.typeName === 'google.longrunning.Operation') {
    const text = (waits: boolean): string => (waits ? '202 while it is under way' : '200 at once');
    const [waits, waitsNow] = [was.operations !== false, is.operations !== false];
    if (waits !== waitsNow)
      tell(
        'SUCCESS_STATUS_CHANGED',
        `${subject} answered with ${text(waits)}, and now with ${text(waitsNow)}.`,
      );
  }
  const location = ({ locationField, locationPrefix = '' }: typeof was): string | undefined =>
    locationField === undefined ? undefined : `${locationPrefix}{${locationField}}`;
  const [place, placeNow] = [location(was), location(is)];
  if (place !== undefined && place !== placeNow)
    tell('LOCATION_REMOVED', `${subject} said its Location, ${place}, and now ${placeNow ?? 'says none'}.`);
}

function compareEnd({ before, after }: RoutePair, tell: Tell): void {
  const subject = routeText(before.binding);
  if (isDeprecated(after) && !isDeprecated(before)) tell('DEPRECATED', `${subject} is deprecated.`);
  const [sunset, sunsetNow] = [before.policy.deprecation?.sunset, after.policy.deprecation?.sunset];
  if (sunsetNow !== undefined && (sunset === undefined || sunsetNow < sunset))
    tell(
      'SUNSET_SET',
      `${subject} is to go on ${sunsetNow}${sunset === undefined ? '' : `, not on ${sunset}`}.`,
    );
}

function isDeprecated({ binding: { method }, policy }: RoutePair['before']): boolean {
  return method.deprecated || method.parent.deprecated || policy.deprecation?.since !== undefined;
}

function idempotencyOf({ idempotency }: Policy): 'off' | 'optional' | 'required' {
  return idempotency?.mode ?? (idempotency?.remember === undefined ? 'off' : 'optional');
}

type Cors = NonNullable<Policy['cors']>;

function narrowedCors(was: Cors, is: Cors): readonly string[] {
  const missing = (before: readonly string[] = [], after: readonly string[] = []): string =>
    after.includes('*') ? '' : before.filter((name) => !after.includes(name)).join(', ');
  const origins = missing(was.origins, is.origins);
  if ((was.origins ?? []).length === 0) return [];
  const sent = missing(was.requestHeaders, is.requestHeaders);
  const read = missing(was.responseHeaders, is.responseHeaders);
  return [
    ...(origins === '' ? [] : [`may no longer be of ${origins}`]),
    ...(was.credentials === true && is.credentials !== true ? ['may no longer send credentials'] : []),
    ...(sent === '' ? [] : [`may no longer send ${sent}`]),
    ...(read === '' ? [] : [`may no longer read ${read}`]),
  ];
}

/** Values of a policy are plain, and of one schema; the order of names is nothing. */
function shown(value: unknown): string {
  const sorted = (_: string, one: unknown): unknown =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one;
  return JSON.stringify(value ?? {}, sorted);
}

const differ = (one: unknown, other: unknown): boolean => shown(one) !== shown(other);
