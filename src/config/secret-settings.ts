import { isSecretName, redact, redacted } from '../telemetry/index.js';

/** Settings that hold credentials, or whatever else an operator may put there: `*` is any name, `[]` any item of a list. */
const secretSettings: readonly (readonly string[])[] = [
  ['authentication', 'providers', '*', 'keys', 'jwk'],
  ['authentication', 'providers', '*', 'keys', 'pem'],
  // Values of header fields, and of what they become.
  ['backends', '*', 'split', '[]', 'when', 'value'],
  ['backends', '*', 'fault', 'when', 'value'],
  ['policies', '*', 'transform', '*', '[]', 'set'],
  ['policies', '*', 'transform', '*', '[]', 'default'],
  ['tracing', 'headers', '*'],
];

/** Names that only seem to speak of a credential: places of some, and what is about them. */
const harmless = /(File|Env)$|^cookie$/;

/** A configuration as it may be shown: with the shape of propylon.yaml, and without whatever is a credential or holds one. */
export function withoutSecrets(value: unknown, path: readonly string[] = []): unknown {
  if (secretSettings.some((secret) => fits(secret, path))) return redacted;
  if (typeof value === 'string') return shown(value, path);
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, [...path, '[]']));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutSecrets(member, [...path, key])]),
  );
}

/** A setting that somebody forgot to name above is likely to say by its own name what it is. */
function shown(text: string, path: readonly string[]): string {
  const name = path.findLast((step) => step !== '[]') ?? '';
  // Selectors, and names of header fields and metadata, are none of settings.
  const isSetting = /^[a-z][a-zA-Z]*$/.test(name);
  if (isSetting && isSecretName(name) && !harmless.test(name)) return redacted;
  // Parameters of a URL may be credentials by any name.
  return redact(text).replace(/^(\w+:\/\/[^?#]*)[?#].*$/s, `$1?${redacted}`);
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((step, i) => step === '*' || step === path[i]);
}
