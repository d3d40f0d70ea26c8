import { redact } from '../../telemetry/index.js';
import { decoded, decodedName } from './decoded.js';
import type { KnownSecrets } from './known-secrets.js';
import { redactNestedJson } from './redact-json.js';
import { redactEscaped } from './redact-text.js';
import type { RedactionRules } from './rules.js';

/** A query, or a body that is a form, without secrets; the spelling of everything else is kept. */
export function redactQuery(query: string, rules: RedactionRules, known: KnownSecrets): string {
  return query
    .split('&')
    .map((part) => {
      const equals = part.indexOf('=');
      if (equals === -1) return cleaned(part, decoded(part));
      const [name, value] = [part.slice(0, equals), part.slice(equals + 1)];
      const text = decoded(value.replaceAll('+', ' '));
      if (text === '') return part;
      const isNamed = rules.isParameter(decodedName(name.replaceAll('+', ' ')));
      const nested = isNamed ? undefined : redactNestedJson(text, rules, known);
      // Few escape the "+" of base64: what else comes of such a secret has it.
      if (isNamed && value.includes('+')) known.hidden(decoded(value));
      if (isNamed || (nested === undefined && redact(text) !== text))
        return `${known.without(name)}=${encodeURIComponent(known.hidden(text))}`;
      if (nested !== undefined && nested !== text)
        return `${known.without(name)}=${encodeURIComponent(known.without(redact(nested)))}`;
      return `${known.without(name)}=${value.includes('+') ? cleaned(cleaned(value, decoded(value)), text) : cleaned(value, text)}`;
    })
    .join('&');

  /** Known secrets are found in any spelling. */
  function cleaned(value: string, text: string): string {
    const clean = redactEscaped(known.without(text), rules, known);
    return clean === text ? value : encodeURIComponent(clean);
  }
}

/** "/v1/a%2Fb?key=…#…", of a proxy "http://user:password@host/v1/a": a fragment is read as a query is. */
export function redactTarget(target: string, rules: RedactionRules, known: KnownSecrets): string {
  const [, origin = '', path = '', query, fragment] =
    /^((?:[a-z][a-z\d+.-]*:)?\/\/[^/?#]*)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(target) ?? [];
  const names = path.split('/').map(decodedName);
  const segments = path.split('/').map((segment, i) => {
    const text = decoded(segment);
    const isSecret = rules.isSegment(text, names[i - 1] ?? '') || redact(text) !== text;
    const clean = isSecret ? known.hidden(text) : redactEscaped(known.without(text), rules, known);
    return clean === text ? segment : encodeURIComponent(clean);
  });
  const host = known.without(
    origin.replace(/\/\/(.*)@/s, (_, user: string) => `//${encodeURIComponent(known.hidden(user))}@`),
  );
  const rest = query === undefined ? '' : `?${redactQuery(query, rules, known)}`;
  return (
    host +
    segments.join('/') +
    rest +
    (fragment === undefined ? '' : `#${redactQuery(fragment, rules, known)}`)
  );
}
