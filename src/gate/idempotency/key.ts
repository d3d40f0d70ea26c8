import { fieldValues, type HeaderFields } from '../../headers.js';
import { Code } from '../../status/index.js';
import { type Refusal, refusal } from '../verdict.js';

/** Longer keys than this tell nothing more apart. */
const lengthMax = 255;

/**
 * The text of Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a string in quotes, as RFC 9651
 * writes one, or bare, as most clients send it. Undefined where it is not given; a refusal where it is malformed.
 *
 * `"a-b"` and `a-b` → a-b
 */
export function idempotencyKeyOf(headers: HeaderFields): string | undefined | Refusal {
  const [value, ...others] = fieldValues(headers, 'idempotency-key');
  if (value === undefined) return undefined;
  const [, quoted] = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(value) ?? [];
  const text = quoted?.replace(/\\(.)/g, '$1') ?? (/^[\x21\x23-\x7e]+$/.test(value) ? value : '');
  if (text !== '' && text.length <= lengthMax && others.length === 0) return text;
  return refusal(
    Code.INVALID_ARGUMENT,
    'IDEMPOTENCY_KEY_MALFORMED',
    `Idempotency-Key must be one string of at most ${lengthMax} printable ASCII characters.`,
  );
}
