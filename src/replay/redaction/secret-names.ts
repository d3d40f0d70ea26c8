import { isSecretName } from '../../telemetry/index.js';

/** Words that alone make a name that of a secret. */
const words: ReadonlySet<string> = new Set(
  (
    'password passwords passwd passphrase passcode pwd secret secrets token tokens credential credentials ' +
    'authorization bearer cookie cookies jwt apikey apikeys otp totp assertion signature dpop cvv cvc pin ' +
    'accesskey privatekey secretkey sessionid csrf xsrf'
  ).split(' '),
);

/** "api" and "key", one behind the other. */
const pairs: ReadonlySet<string> = new Set(
  (
    'api key,api keys,access key,access keys,private key,private keys,secret key,session id,session key,' +
    'auth key,auth code,signing key,encryption key,recovery code,recovery codes,verification code,' +
    'subscription key'
  ).split(','),
);

/** How names end that are written as one word: accesstoken, newpassword. */
const endings = /(?:passw(?:or)?d|passphrase|secret|token|apikey|credential)s?$/;

/** Tokens that tell where a list goes on (AIP-158) are no credentials. */
const ofPages: ReadonlySet<string> = new Set(['page', 'next', 'previous', 'continuation', 'resume', 'sync']);

/** Whether a field of a JSON body is named like a secret: clientSecret, api_key, "x-auth-token"; not author, nextPageToken. */
export function isSecretField(name: string): boolean {
  const parts = name
    .replace(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    // password2 is one more password.
    .map((part) => part.replace(/\d+$/, ''))
    .filter((part) => part !== '');
  return parts.some((part, i) => {
    const before = parts[i - 1] ?? '';
    if (/^tokens?$/.test(part) && ofPages.has(before)) return false;
    if (/^(?:next|previous)?pagetokens?$/.test(part)) return false;
    return words.has(part) || endings.test(part) || pairs.has(`${before} ${part}`);
  });
}

/** Query parameters that are credentials by no name but their place. */
const queryNames: ReadonlySet<string> = new Set(['key', 'sig', 'sign', 'code', 'pass', 'auth', 'state']);

/** Whether a query parameter is named like a secret: `$key`, `access_token`, `login.password`. */
export function isSecretParameter(name: string): boolean {
  const plain = name.toLowerCase().replace(/^\$/, '');
  return queryNames.has(plain) || isSecretField(name);
}

/** Whether a header field is likely to carry credentials: a name too many does less harm there than one too few. */
export function isSecretHeader(name: string): boolean {
  return (
    (isSecretName(name) || isSecretField(name) || /^(?:x-)?key$/i.test(name)) &&
    !/^((www|proxy)-authenticate$|access-control-)/i.test(name)
  );
}

/**
 * Whether a text may be a token rather than the id of something that people have named, which is also found behind such a
 * name: /secrets/database-password, /reset-tokens/9fK2….
 */
export function looksRandom(text: string): boolean {
  return text.length >= 16 && /\d/.test(text) && /[a-z]/i.test(text) && /^[\w~.+=:-]+$/.test(text);
}
