/** What stands in a line instead of a credential. */
export const redacted = '[redacted]';

const secretName =
  /auth|cookie|token|secret|passw|pwd|api[-_]?key|apikey|access[-_]?key|signature|credential|session|assertion|private|dpop/i;

/** Whether what has this name (a header field, a parameter, a setting) is likely to be a credential. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Credentials as they turn up in texts, and what is left of them. Repetitions are bounded: a long text costs no more than its length. */
const patterns: readonly (readonly [pattern: RegExp, rest: string])[] = [
  [/-----BEGIN ([A-Z ]{0,30}PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g, redacted],
  [/\b(bearer|dpop)(\s{1,3})[\w.~+/=-]{6,}/gi, `$1$2${redacted}`],
  // Base64 of "user:password" has a capital, a digit or padding; "basic authentication" has none.
  [
    /\b([Bb]asic|BASIC|[Nn]egotiate|NEGOTIATE)(\s{1,3})(?=[a-z+/]{0,64}[A-Z0-9=])[\w+/-]{6,}={0,2}/g,
    `$1$2${redacted}`,
  ],
  // A JSON Web Token, whole or cut short.
  [/\beyJ[\w-]{5,}(?:\.[\w-]*){1,4}/g, redacted],
  // user:password@ of a URL, up to the last "@" (WHATWG URL, authority state)
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#]{0,500}@/gi, `$1${redacted}@`],
  [/\b((?:set-)?cookie2?|(?:proxy-)?authorization)(\s{0,3}[:=]\s{0,3})[^\r\n"]{1,8000}/gi, `$1$2${redacted}`],
  // token=…, "clientSecret": "…", x-api-key: …
  [
    /([\w.-]{0,32}(?:token|secret|passw(?:or)?d|pwd|api[-_]?key|access[-_]?key|signature|credential|authorization|cookie|session(?:[-_]?id)?|assertion)[\w.-]{0,32}"?\s{0,3}(?:[:=]|%3[ad])\s{0,3})("[^"]*"?|'[^']*'?|[^\s&,;"')}\]]+)/gi,
    `$1${redacted}`,
  ],
  [/((?:[?&]|%3f|%26)(?:key|sig|sign|code|pass|auth)(?:=|%3d))[^&\s#"']+/gi, `$1${redacted}`],
];

/** A text without the credentials in it that look like some. */
export function redact(text: string): string {
  let clean = text;
  for (const [pattern, rest] of patterns) clean = clean.replace(pattern, rest);
  return clean;
}
