import { isPrintableAscii } from '../headers.js';
import type { Metadata } from '../status/index.js';
import type { HeaderFields } from './exchange.js';
import type { MetadataNames } from './metadata-rules.js';

/** Leading metadata → response header fields with plain names, by allow-list. Ours are x-request-id, content-type and content-length. */
export function responseHeaders(metadata: Metadata, names: MetadataNames): HeaderFields {
  return fieldsOf(metadata, names.response).filter(([name]) => name !== 'x-request-id');
}

/** Trailing metadata → trailer fields, by their own allow-list. */
export function responseTrailers(metadata: Metadata, names: MetadataNames): HeaderFields {
  return fieldsOf(metadata, names.trailers);
}

/**
 * A value that could end the field and begin another is dropped, whatever the backend meant by it.
 * Binary values keep their base64 form.
 */
function fieldsOf(metadata: Metadata, allowed: ReadonlySet<string>): HeaderFields {
  return metadata
    .filter(([name]) => allowed.has(name))
    .map(([name, value]): readonly [string, string] => [
      name,
      typeof value === 'string' ? value : Buffer.from(value).toString('base64'),
    ])
    .filter(([, value]) => isPrintableAscii(value));
}
