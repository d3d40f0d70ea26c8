import { redact } from '../../telemetry/index.js';
import type { KnownSecrets } from './known-secrets.js';
import type { RedactionRules } from './rules.js';

/** A query, or a body that is a form, without secrets; the spelling of everything else is kept. */
export function redactQuery(query: string, rules: RedactionRules, known: KnownSecrets): string {
  return query
    .split('&')
    .map((part) => {
      const equals = part.indexOf('=');
      if (equals === -1) return known.without(part);
      const [name, value] = [part.slice(0, equals), part.slice(equals + 1)];
      const text = decoded(value);
      if (text === '') return part;
      const isSecret = rules.isParameter(decoded(name)) || redact(text) !== text;
      return `${known.without(name)}=${isSecret ? encodeURIComponent(known.hidden(text)) : cleaned(value, text)}`;
    })
    .join('&');

  /** Known secrets are found in any spelling. */
  function cleaned(value: string, text: string): string {
    const clean = known.without(text);
    return clean === text ? value : encodeURIComponent(clean);
  }
}

/** "/v1/a%2Fb?key=…": path and query. */
export function redactTarget(target: string, rules: RedactionRules, known: KnownSecrets): string {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const segments = path.split('/').map((segment) => {
    const text = decoded(segment);
    const clean = known.without(redact(text) === text ? text : known.hidden(text));
    return clean === text ? segment : encodeURIComponent(clean);
  });
  const query = mark === -1 ? '' : `?${redactQuery(target.slice(mark + 1), rules, known)}`;
  return segments.join('/') + query;
}

/** As a form is read; what is malformed as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
