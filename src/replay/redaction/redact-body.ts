import { redact } from '../../telemetry/index.js';
import type { Body } from '../exchange.js';
import { jsonText } from '../json/json-value.js';
import { readJsonSequence } from '../json/read-json.js';
import type { KnownSecrets } from './known-secrets.js';
import { redactJson, redactNestedJson } from './redact-json.js';
import { redactQuery } from './redact-query.js';
import { redactText } from './redact-text.js';
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
  return { ...body, text: redactText(text, rules, known) };
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

/** Server-sent events: the data of each on its own, which several lines may have; other lines as text. */
function redactEvents(text: string, rules: RedactionRules, known: KnownSecrets): string {
  return text
    .replace(/(?:^\ufeff?data: ?.*(?:\r\n|\r|\n)?)+/gm, (lines) => {
      const parts = [...lines.matchAll(/^(\ufeff?data: ?)(.*)/gm)];
      const [prefix = ''] = parts[0]?.slice(1) ?? [];
      const data = parts.map(([, , line = '']) => line).join('\n');
      const nested = redactNestedJson(data, rules, known);
      const clean = nested === undefined ? redactText(data, rules, known) : known.without(redact(nested));
      if (clean === data) return lines;
      const end = /[\r\n]*$/.exec(lines)?.[0] ?? '';
      return (
        clean
          .split('\n')
          .map((line, i) => `${i === 0 ? prefix : 'data: '}${line}`)
          .join('\n') + end
      );
    })
    .replace(/^(?!\ufeff?data:).+/gm, (line) => redactText(line, rules, known));
}
