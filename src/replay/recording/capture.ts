import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { type Body, type Fields, fieldValues } from '../exchange.js';

/** What of a body is kept while it passes. */
export interface Capture {
  add(chunk: Uint8Array): void;
  /** The body, its content coding undone; undefined where there was none. */
  body(headers: Fields): Body | undefined;
}

export function createCapture(bytesMax: number): Capture {
  const chunks: Uint8Array[] = [];
  let kept = 0;
  let bytes = 0;
  return {
    add(chunk) {
      bytes += chunk.length;
      if (kept >= bytesMax) return;
      const part = chunk.subarray(0, bytesMax - kept);
      chunks.push(part);
      kept += part.length;
    },
    body(headers) {
      if (bytes === 0) return undefined;
      const isTruncated = bytes > kept;
      const content = decoded(Buffer.concat(chunks), headers, bytesMax, isTruncated);
      if (content === undefined) return { bytes, omitted: 'opaque' };
      return { ...asText(content), bytes, ...(isTruncated ? { truncated: true } : {}) };
    },
  };
}

/** Without its content coding; undefined where that is not known, or what is inside cannot be had. */
function decoded(bytes: Buffer, headers: Fields, bytesMax: number, isTruncated: boolean): Buffer | undefined {
  const coding = fieldValues(headers, 'content-encoding').join(',').trim().toLowerCase();
  if (coding === '' || coding === 'identity') return bytes;
  const decode = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync }[
    coding
  ];
  if (decode === undefined || isTruncated) return undefined;
  try {
    return decode(bytes, { maxOutputLength: bytesMax });
  } catch {
    return undefined;
  }
}

/** As text where it is UTF-8, of which the end may be missing. */
function asText(content: Buffer): Pick<Body, 'text' | 'base64'> {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(content, { stream: true }) };
  } catch {
    return { base64: content.toString('base64') };
  }
}
