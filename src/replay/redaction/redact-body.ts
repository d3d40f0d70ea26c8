import { redact } from '../../telemetry/index.js';
import type { Body } from '../exchange.js';
import { jsonText } from '../json/json-value.js';
import { readJsonSequence } from '../json/read-json.js';
import type { KnownSecrets } from './known-secrets.js';
import { redactJson } from './redact-json.js';
import { redactQuery } from './redact-query.js';
import type { RedactionRules } from './rules.js';
import { isSecretField } from './secret-names.js';

/** Bodies in which nobody can find what is secret by its name. */
const opaque = /^multipart\/|protobuf|^application\/grpc|^application\/connect/;

/**
 * A body without secrets. JSON, lines of JSON, events and forms are looked through name by name, other texts for what looks
 * like a credential; protobuf and multipart are left out. A text without any stays as it was.
 */
export function redactBody(body: Body, mediaType: string, rules: RedactionRules, known: KnownSecrets): Body {
  const { text, base64, bytes } = body;
  const omitted: Body = { bytes, omitted: 'opaque' };
  if (opaque.test(mediaType)) return omitted;
  if (text === undefined) {
    const latin1 = Buffer.from(base64 ?? '', 'base64').toString('latin1');
    return redact(latin1) === latin1 && known.without(latin1) === latin1 ? body : omitted;
  }
  if (mediaType === 'application/x-www-form-urlencoded')
    return { ...body, text: redactQuery(text, rules, known) };
  if (mediaType === 'text/event-stream') return { ...body, text: redactEvents(text, rules, known) };
  const first = text.trimStart()[0];
  if (/json/.test(mediaType) || first === '{' || first === '[' || first === '"')
    return redactJsonBody(body, text, rules, known);
  return { ...body, text: known.without(redact(text)) };
}

function redactJsonBody(body: Body, text: string, rules: RedactionRules, known: KnownSecrets): Body {
  const { values, state } = readJsonSequence(text);
  const clean = values.map((value) => redactJson(value, rules, known));
  if (state === 'whole' && clean.every((value, i) => value === values[i])) return body;
  // What is not JSON, or not whole, is still what somebody has sent.
  if (state !== 'whole' && isHarmless(text, known)) return body;
  const lines = clean.map(jsonText).join('\n') + (clean.length > 1 || text.endsWith('\n') ? '\n' : '');
  return { ...body, text: lines, ...(state === 'whole' ? {} : { truncated: true }) };
}

/** Whether what cannot be read neither names nor looks like a secret. */
function isHarmless(text: string, known: KnownSecrets): boolean {
  const names = text.matchAll(/[\w-]{1,64}/g);
  return (
    redact(text) === text && known.without(text) === text && ![...names].some(([name]) => isSecretField(name))
  );
}

/** Server-sent events: each `data:` on its own. */
function redactEvents(text: string, rules: RedactionRules, known: KnownSecrets): string {
  return text.replace(/^(data: ?)(.*)$/gm, (line, prefix: string, data: string) => {
    const { values, state } = readJsonSequence(data);
    if (state !== 'whole') return `${prefix}${known.without(redact(data))}`;
    const clean = values.map((value) => redactJson(value, rules, known));
    return clean.every((value, i) => value === values[i])
      ? line
      : `${prefix}${clean.map(jsonText).join('\n')}`;
  });
}
