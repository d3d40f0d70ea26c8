import type { DescField } from '../../descriptor/index.js';
import type { Binding } from '../../httprule/index.js';
import { isHttpBody, isHttpBodyField, type OutlinedRoute } from '../../surface/index.js';
import type { Report } from './report.js';
import { type RoutePair, routeText } from './routes.js';

/** What a binding says besides its path: what bodies are, and how many there are of them. */
export function compareBindings({ before, after }: RoutePair, report: Report): void {
  const subject = routeText(before.binding);
  const [was, is] = [before.binding, after.binding];
  const tell = (rule: Parameters<Report>[0], what: string, one: string, other: string): void => {
    if (one !== other) report(rule, subject, `${subject} ${what} ${one}, and now ${other}.`, is.location);
  };
  tell('STREAM_KIND_CHANGED', 'was', kindText(was), kindText(is));
  if (isStreamed(was) && isStreamed(is) && !isRawAnswer(is))
    tell('STREAM_FORMAT_CHANGED', 'streamed by default', formatText(before), formatText(after));
  if (!isBodyKept(was, is)) tell('BODY_CHANGED', 'took its body for', bodyText(was), bodyText(is));
  if (!isAnswerKept(was, is))
    tell('RESPONSE_BODY_CHANGED', 'answered with', responseText(was), responseText(is));
  tell('PATH_VARIABLES_SWAPPED', 'had its variables in the order', ...orders(was, is));
}

/**
 * Whether bodies are still read as they were. Where there was none, there may be one now: what the query cannot set any
 * more is told of each parameter. What a field is called is not in its body.
 */
export function isBodyKept(was: Binding, is: Binding): boolean {
  if (was.body === 'none') return true;
  if (isRawBody(was) !== isRawBody(is)) return false;
  if (typeof was.body === 'string' || typeof is.body === 'string') return was.body === is.body;
  return isSameField(was.body, is.body);
}

export function isAnswerKept(
  { responseBody: was, ...before }: Binding,
  { responseBody: is, ...after }: Binding,
) {
  if (isRawAnswer({ responseBody: was, ...before }) !== isRawAnswer({ responseBody: is, ...after }))
    return false;
  if (was === undefined || is === undefined) return was === is;
  return isSameField(was, is);
}

/** A field that has kept its name or its number is the same, as far as one can tell. */
function isSameField(was: DescField, is: DescField): boolean {
  return was.name === is.name || was.number === is.number;
}

/** Whether the body of requests is bytes of any type. */
export function isRawBody({ body, method }: Binding): boolean {
  if (body === 'none') return false;
  return body === 'all' ? isHttpBody(method.input) : isHttpBodyField(body);
}

/** Whether an answer is bytes of any type. */
export function isRawAnswer({ method, responseBody }: Binding): boolean {
  return responseBody === undefined ? isHttpBody(method.output) : isHttpBodyField(responseBody);
}

function isStreamed({ method }: Binding): boolean {
  return method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming';
}

const formatText = ({ streamDefault }: OutlinedRoute): string => streamDefault;
const kindText = ({ method }: Binding): string => method.methodKind.replace('_', ' ');

function bodyText(binding: Binding): string {
  const { body } = binding;
  const raw = isRawBody(binding) ? ', as bytes' : '';
  if (typeof body !== 'string') return `the field ${body.name}${raw}`;
  return body === 'all' ? `the whole message${raw}` : 'nothing';
}

function responseText(binding: Binding): string {
  const { responseBody } = binding;
  const raw = isRawAnswer(binding) ? ', as bytes' : '';
  return responseBody === undefined ? `the whole message${raw}` : `the field ${responseBody.name}${raw}`;
}

/** The variables that both sides have, in the order of each. */
function orders(was: Binding, is: Binding): [string, string] {
  const names = ({ variables }: Binding): string[] => variables.map(({ path }) => path.text);
  const [one, other] = [names(was), names(is)];
  const common = (list: readonly string[], others: readonly string[]): string =>
    list.filter((name) => others.includes(name)).join(', ');
  return [common(one, other), common(other, one)];
}
