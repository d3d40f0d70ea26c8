/**
 * As much of an OpenAPI document as the page looks at.
 * @typedef {object} OpenApi
 * @property {{ title: string, version: string }} info
 * @property {{ url: string }[]} servers
 * @property {Record<string, Record<string, Operation>>} paths
 * @property {{ securitySchemes?: Record<string, SecurityScheme> }} [components]
 */

/** @typedef {{ 'x-codeSamples'?: { source: string }[], servers?: unknown }} Operation */

/**
 * @typedef {object} SecurityScheme
 * @property {string} type
 * @property {string} [scheme]
 * @property {string} [name]
 * @property {string} [in]
 */

/** A document that cannot be had; the message is for people. */
export class DocumentError extends Error {}

/**
 * Reads the document as whoever the header fields say. Rejects with DocumentError.
 * @param {URL} url @param {Record<string, string>} headers @returns {Promise<OpenApi>}
 */
export async function readDocument(url, headers) {
  let answer;
  try {
    answer = await fetch(url, { headers });
  } catch {
    throw new DocumentError('The gateway does not answer.');
  }
  if (answer.ok) return answer.json();
  const { message = `The gateway answers with ${answer.status}.` } = await answer.json().catch(() => ({}));
  throw new DocumentError(message);
}

/** Where samples send requests when the configuration does not say where the API is. */
const nowhere = 'https://api.example.com';

/**
 * With the server that the page comes from, in its samples too, unless the configuration names others: a proxy may have
 * put a path before it. Credentials go to no server that a single operation has by an annotation.
 * @param {OpenApi} document @param {URL} api @param {boolean} hasServers @returns {OpenApi}
 */
export function withServer(document, api, hasServers) {
  const here = api.href.replace(/\/$/, '');
  for (const item of Object.values(document.paths)) {
    delete item['servers'];
    for (const operation of Object.values(item)) {
      delete operation.servers;
      if (hasServers) continue;
      for (const sample of operation['x-codeSamples'] ?? [])
        sample.source = sample.source.replaceAll(nowhere, here);
    }
  }
  return hasServers ? document : { ...document, servers: [{ url: here }] };
}
