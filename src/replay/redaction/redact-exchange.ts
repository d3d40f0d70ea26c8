import { redact } from '../../telemetry/index.js';
import { type Body, type Exchange, type Fields, mediaTypeOf } from '../exchange.js';
import { createKnownSecrets, type KnownSecrets } from './known-secrets.js';
import type { Placeholder } from './placeholder.js';
import { redactBody } from './redact-body.js';
import { redactTarget } from './redact-query.js';
import { redactText } from './redact-text.js';
import type { RedactionRules } from './rules.js';

/** An exchange as it may be written down. */
export function redactExchange(
  exchange: Exchange,
  rules: RedactionRules,
  placeholder: Placeholder,
): Exchange {
  const known = createKnownSecrets(placeholder);
  let clean = redactOnce(exchange, rules, known);
  // What turns out to be a secret further down may have been seen before; and what is found then, once more.
  for (let seen = 0; seen !== known.size; ) {
    seen = known.size;
    clean = redactOnce(exchange, rules, known);
  }
  return clean;
}

function redactOnce(exchange: Exchange, rules: RedactionRules, known: KnownSecrets): Exchange {
  const { request, response } = exchange;
  const bodyOf = (body: Body | undefined, headers: Fields): { body?: Body } =>
    body === undefined ? {} : { body: redactBody(body, mediaTypeOf(headers), rules, known) };
  const fields = (headers: Fields): [string, string][] => redactFields(headers, rules, known);
  return {
    ...exchange,
    request: {
      method: request.method,
      target: redactTarget(request.target, rules, known),
      headers: fields(request.headers),
      ...bodyOf(request.body, request.headers),
    },
    ...(response && {
      response: {
        status: response.status,
        headers: fields(response.headers),
        ...bodyOf(response.body, response.headers),
        ...(response.trailers && { trailers: fields(response.trailers) }),
      },
    }),
  };
}

/** URLs as they are in `location` and `referer` have queries of their own. */
function redactFields(headers: Fields, rules: RedactionRules, known: KnownSecrets): [string, string][] {
  return headers.map(([name, value]) => {
    if (value === '') return [name, value];
    if (rules.isHeader(name)) return [name, known.hidden(value)];
    if (/^(location|content-location|referer|link|x-forwarded-uri|x-original-url)$/i.test(name))
      return [name, redactTarget(redact(value), rules, known)];
    // A challenge names schemes, and no credentials.
    const isChallenge = /^(www|proxy)-authenticate$/i.test(name);
    return [name, isChallenge ? known.without(value) : redactText(value, rules, known)];
  });
}
