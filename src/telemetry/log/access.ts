import type { Random } from '../../clock.js';
import { parseDurationMs } from '../../duration.js';
import type { HeaderFields } from '../../headers.js';
import { httpStatusOf } from '../../status/index.js';
import type { RequestEvent } from '../request-event.js';
import type { TracedRequest } from '../tracer.js';
import type { Fields } from './fields.js';
import type { LogOptions } from './options.js';
import { isSecretName, redacted } from './redact.js';
import { lengthMax, safeText } from './text.js';

type AccessOptions = NonNullable<LogOptions['access']>;

/** Whether it failed on our side, midway in a stream too. */
export function hasFailed({ httpStatus, code }: RequestEvent): boolean {
  return httpStatus >= 500 || httpStatusOf(code) >= 500;
}

/** Decides which requests get a line. `debug` is whether everything is wanted for the moment. */
export function accessFilter(
  { mode = 'errors', sample = 1, slow, except = [] }: AccessOptions,
  random: Random,
): (event: RequestEvent, debug: boolean) => boolean {
  if (mode === 'off') return () => false;
  const slowMs = slow === undefined ? undefined : parseDurationMs(slow);
  const slowFromMs = slowMs ?? Number.POSITIVE_INFINITY;
  // As many as there are methods.
  const excepted = new Map<string, boolean>();
  const isExcepted = (method: string | undefined): boolean => {
    if (method === undefined || except.length === 0) return false;
    let known = excepted.get(method);
    if (known === undefined) {
      const name = method.replace('/', '.');
      known = except.some((selector) => hasSelected(selector, name));
      excepted.set(method, known);
    }
    return known;
  };
  return (event, debug) => {
    if (isExcepted(event.method)) return false;
    if (hasFailed(event) || event.durationMs >= slowFromMs || debug) return true;
    return mode === 'all' && (sample >= 1 || random() < sample);
  };
}

/** pkg.Service, pkg.Service.Method, pkg.* or *. */
function hasSelected(selector: string, name: string): boolean {
  if (selector === '*' || selector === name) return true;
  return name.startsWith(selector.endsWith('.*') ? selector.slice(0, -1) : `${selector}.`);
}

/** Further fields of a line, of what the client has sent; undefined where none are wanted. */
export function askedFields({
  path = false,
  headers = [],
}: AccessOptions): ((asked: TracedRequest) => Fields) | undefined {
  if (!path && headers.length === 0) return undefined;
  const wanted = headers.map((header) => header.toLowerCase());
  return ({ target, headers: sent }) => {
    const fields: Record<string, string> = {};
    if (path) fields['url.path'] = safeText(pathOf(target), lengthMax.value);
    for (const name of wanted) {
      const value = sentValue(sent, name);
      if (value === undefined) continue;
      const field =
        name === 'user-agent' ? 'user_agent.original' : `labels.header_${name.replace(/[^a-z\d]+/g, '_')}`;
      fields[field] = isSecretName(name) ? redacted : safeText(value, lengthMax.value);
    }
    return fields;
  };
}

function sentValue(headers: HeaderFields, wanted: string): string | undefined {
  const values = headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** Of a target in whichever form: neither authority, where a password may stand, nor query. */
function pathOf(target: string): string {
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  return path.split(/[?#]/, 1)[0] ?? '';
}
