import type { Limits } from '../../../limits.js';
import type { IntrospectionProvider } from './options.js';

/** What an issuer says of a token (RFC 7662 §2.2). */
export type Answer = Readonly<Record<string, unknown>>;

/**
 * Asks the issuer of a token. Rejects where it does not answer in time, answers with anything but 200
 * and a JSON object, or with more than the limit: then nobody can say what the token is.
 */
export async function askIssuer(
  { endpoint, client }: IntrospectionProvider,
  secret: string,
  token: string,
  { issuerTimeoutMs, issuerAnswerBytesMax }: Pick<Limits, 'issuerTimeoutMs' | 'issuerAnswerBytesMax'>,
): Promise<Answer> {
  const form = new URLSearchParams({ token, token_type_hint: 'access_token' });
  const headers = new Headers({ accept: 'application/json' });
  if (client.method === 'post') {
    form.set('client_id', client.id);
    form.set('client_secret', secret);
  } else headers.set('authorization', `Basic ${basic(client.id, secret)}`);
  const response = await fetch(endpoint, {
    method: 'POST',
    body: form,
    headers,
    // A redirected answer would hand the token and our secret to whoever it names.
    redirect: 'error',
    signal: AbortSignal.timeout(issuerTimeoutMs),
  });
  const text = await textOf(response, issuerAnswerBytesMax);
  if (response.status !== 200)
    throw new Error(`The introspection endpoint answered with ${response.status}.`);
  const answer: unknown = JSON.parse(text);
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw new Error('The introspection endpoint answered with something else than an object.');
  }
  return { ...answer };
}

/** RFC 6749 §2.3.1: both parts in the encoding of forms. */
function basic(id: string, secret: string): string {
  const encoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  return Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64');
}

async function textOf(response: Response, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> | [] = response.body ?? [];
  for await (const chunk of body) {
    length += chunk.length;
    // Leaving the loop cancels the body.
    if (length > bytesMax) throw new Error('The introspection endpoint answered with more than the limit.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
