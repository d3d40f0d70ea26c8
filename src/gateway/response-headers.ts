import { isPrintableAscii } from '../headers.js';
import type { Metadata } from '../status/index.js';
import type { HeaderFields } from './exchange.js';
import type { MetadataNames } from './metadata-rules.js';

/** Leading metadata → response header fields with plain names, by allow-list. Ours are x-request-id, content-type and content-length. */
export function responseHeaders(metadata: Metadata, names: MetadataNames): HeaderFields {
  const fields = fieldsOf(metadata, names.response);
  return fields.length === 0 ? fields : fields.filter(([name]) => name !== 'x-request-id');
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
  const fields: [string, string][] = [];
  for (const [name, value] of metadata) {
    if (!allowed.has(name)) continue;
    const text = typeof value === 'string' ? value : Buffer.from(value).toString('base64');
    if (isPrintableAscii(text)) fields.push([name, text]);
  }
  return fields;
}
