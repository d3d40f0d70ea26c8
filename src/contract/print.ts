import { stringify } from 'yaml';
import type { JsonObject } from './json.js';

/** A document as text, the same for the same document. */
export function printDocument(document: JsonObject, format: 'json' | 'yaml'): string {
  return format === 'json'
    ? `${JSON.stringify(document, undefined, 2)}\n`
    : stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
}
