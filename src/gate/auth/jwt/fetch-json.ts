import { isSafeUrl } from '../safe-url.js';

/** How an answer is fetched. */
export interface FetchOptions {
  readonly signal: AbortSignal;
  /** The answer may be this long, once it is decompressed. */
  readonly bytesMax: number;
  readonly allowHttp: boolean;
}

/** Fetches JSON by GET. Rejects for everything but 200 with JSON from that very address: a redirect may lead anywhere. */
export async function fetchJson(
  url: string,
  { signal, bytesMax, allowHttp }: FetchOptions,
): Promise<unknown> {
  if (!isSafeUrl(url, allowHttp)) throw new Error(`${url} is not https.`);
  const response = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url} answered with ${response.status}.`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`${url} answered with more than ${bytesMax} bytes.`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
