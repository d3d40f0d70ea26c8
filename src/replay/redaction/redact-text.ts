import { redact } from '../../telemetry/index.js';
import type { KnownSecrets } from './known-secrets.js';
import type { RedactionRules } from './rules.js';

/** `pin: 1`, `pin=1`, `"pin": "1"`, `<pin>1</pin>`. Repetitions are bounded: a long text costs no more than its length. */
const named = /([\w.-]{1,64})(\\{0,8}["']?\s{0,3}[:=>]\s{0,3}\\{0,8})("[^"]*"?|'[^']*'?|[^\s&,;<"')}\]]+)/g;

/** A text of no known syntax without what is named like a secret, looks like a credential or is a known one. */
export function redactText(text: string, rules: RedactionRules, known: KnownSecrets): string {
  const clean = redact(text).replace(named, (all, name: string, between: string, value: string) =>
    !rules.isField([name]) || /^["']?\[redacted/.test(value) || /^["']?\\*["']?$/.test(value)
      ? all
      : `${name}${between}${known.hidden(value.replace(/^(["'])(.*)\1$/s, '$2'))}`,
  );
  return known.without(clean);
}
