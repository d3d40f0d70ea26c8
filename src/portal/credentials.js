/**
 * Who somebody is, as a header field of requests.
 * @typedef {object} Credentials
 * @property {string} field In lower case.
 * @property {string} secret A token, or an API key.
 */

/** @param {Credentials | undefined} credentials @returns {Record<string, string>} */
export function headersOf(credentials) {
  if (credentials === undefined) return {};
  const { field, secret } = credentials;
  return { [field]: field === 'authorization' ? `Bearer ${secret}` : secret };
}

/**
 * The credentials in the words of the library, for every scheme of a document that takes them.
 * @param {import('./open-api.js').OpenApi} document @param {Credentials | undefined} credentials
 */
export function authenticationOf({ components }, credentials) {
  const schemes = Object.entries(components?.securitySchemes ?? {});
  if (credentials === undefined) return {};
  const { field, secret } = credentials;
  const fitting = schemes.filter(([, scheme]) => takes(scheme, field));
  const [first] = fitting;
  if (first === undefined) return {};
  return {
    preferredSecurityScheme: first[0],
    securitySchemes: Object.fromEntries(
      fitting.map(([name, { type }]) => [name, type === 'apiKey' ? { value: secret } : { token: secret }]),
    ),
  };
}

/** @param {import('./open-api.js').SecurityScheme} scheme @param {string} field */
function takes({ type, scheme, name = '' }, field) {
  if (field === 'authorization') return type === 'openIdConnect' || (type === 'http' && scheme === 'bearer');
  return type === 'apiKey' && name.toLowerCase() === field;
}
