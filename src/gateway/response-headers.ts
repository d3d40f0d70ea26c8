import type { Metadata } from '../status/index.js';
import type { HeaderFields } from './exchange.js';
import { isPrintableAscii } from './headers.js';
import type { MetadataNames } from './metadata-rules.js';

/**
 * Leading metadata → response header fields with plain names, by allow-list. A value that could
 * end the field and begin another is dropped, whatever the backend meant by it. Binary values
 * keep their base64 form. Ours are x-request-id, content-type and content-length.
 */
export function responseHeaders(metadata: Metadata, names: MetadataNames): HeaderFields {
  return metadata
    .filter(([name]) => names.response.has(name) && name !== 'x-request-id')
    .map(([name, value]): readonly [string, string] => [
      name,
      typeof value === 'string' ? value : Buffer.from(value).toString('base64'),
    ])
    .filter(([, value]) => isPrintableAscii(value));
}
