import { redact } from '../../telemetry/index.js';
import { decoded, layersMax } from './decoded.js';
import type { KnownSecrets } from './known-secrets.js';
import type { RedactionRules } from './rules.js';

/** `pin: 1`, `pin=1`, `"pin": "1"`, `<pin>1</pin>`. Repetitions are bounded: a long text costs no more than its length. */
const named = /([\w.-]{1,64})(\\{0,8}["']?\s{0,3}[:=>]\s{0,3}\\{0,8})("[^"]*"?|'[^']*'?|[^\s&,;<"')}\]]+)/g;

/** A text of no known syntax without what is named like a secret, looks like a credential or is a known one. */
export function redactText(text: string, rules: RedactionRules, known: KnownSecrets, layer = 0): string {
  const clean = redact(text).replace(named, (all, name: string, between: string, value: string) =>
    !rules.isField([name]) || /^["']?\[redacted/.test(value) || /^["']?\\*["']?$/.test(value)
      ? all
      : `${name}${between}${known.hidden(value.replace(/^(["'])(.*)\1$/s, '$2'))}`,
  );
  return redactEscaped(known.without(clean), rules, known, layer);
}

/**
 * The same for what has percent escapes: a word with a secret behind them is written without its escapes, all others are kept
 * as they are. `layer` counts how often the text around has been escaped.
 */
export function redactEscaped(text: string, rules: RedactionRules, known: KnownSecrets, layer = 0): string {
  if (!text.includes('%')) return text;
  return text.replace(/[^\s"'<>]+/g, (word) => {
    const plain = decoded(word);
    if (plain === word) return word;
    if (layer >= layersMax) return known.hidden(word);
    const clean = redactText(plain, rules, known, layer + 1);
    return clean === plain ? word : clean;
  });
}
