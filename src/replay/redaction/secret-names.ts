import { isSecretName } from '../../telemetry/index.js';

/** Words that alone make a name that of a secret. */
const words: ReadonlySet<string> = new Set(
  (
    'password passwords passwd passphrase passcode pwd secret secrets token tokens credential credentials ' +
    'authorization bearer cookie cookies jwt apikey apikeys otp totp assertion signature dpop cvv cvc pin ' +
    'accesskey privatekey secretkey sessionid'
  ).split(' '),
);

/** "api" and "key", one behind the other. */
const pairs: ReadonlySet<string> = new Set(
  (
    'api key,api keys,access key,access keys,private key,private keys,secret key,session id,session key,' +
    'auth key,auth code,signing key,encryption key,recovery code,recovery codes,verification code'
  ).split(','),
);

/** Tokens that tell where a list goes on (AIP-158) are no credentials. */
const ofPages: ReadonlySet<string> = new Set(['page', 'next', 'previous', 'continuation', 'resume', 'sync']);

/** Whether a field of a JSON body is named like a secret: clientSecret, api_key, "x-auth-token"; not author, nextPageToken. */
export function isSecretField(name: string): boolean {
  const parts = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((part) => part !== '');
  return parts.some((part, i) => {
    const before = parts[i - 1] ?? '';
    if (/^tokens?$/.test(part) && ofPages.has(before)) return false;
    return words.has(part) || pairs.has(`${before} ${part}`);
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
  return isSecretName(name) && !/^((www|proxy)-authenticate$|access-control-)/i.test(name);
}
