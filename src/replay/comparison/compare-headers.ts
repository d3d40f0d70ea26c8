import { type Fields, fieldValues, mediaTypeOf } from '../exchange.js';
import { hasPlaceholder } from '../redaction/placeholder.js';
import type { Difference } from './classes.js';

const prefix = 'grpc-metadata-';

/** Metadata that backends send by themselves, which grpc-gateway tells its clients too. */
const ofTransport = /^(content-type|date|server|trailer|grpc-.*)$/;

/** What the chosen fields of two answers differ in; content-type aside, which goes with the body. */
export function compareHeaders(expected: Fields, actual: Fields, names: readonly string[]): Difference[] {
  const found: Difference[] = [];
  const prefixed = new Set<string>();
  for (const [name, value] of expected) {
    const plain = name.toLowerCase().startsWith(prefix) ? name.toLowerCase().slice(prefix.length) : undefined;
    if (plain === undefined || ofTransport.test(plain) || fieldValues(actual, name.toLowerCase()).length > 0)
      continue;
    prefixed.add(plain);
    const now = fieldValues(actual, plain);
    const shown = now.length === 0 ? '(absent)' : `${plain}: ${now.join(', ')}`;
    found.push({ class: 'header-prefix', place: plain, expected: `${name}: ${value}`, actual: shown });
  }
  for (const name of names) {
    if (name === 'content-type' || prefixed.has(name)) continue;
    const [a, b] = [textOf(expected, name), textOf(actual, name)];
    if (a === b || (a !== undefined && b !== undefined && hasPlaceholder(a))) continue;
    found.push({ class: 'header', place: name, expected: a ?? '(absent)', actual: b ?? '(absent)' });
  }
  return found;
}

/** What two content types differ in; the charset that JSON always has is no difference. */
export function compareContentTypes(expected: Fields, actual: Fields): Difference[] {
  const [a, b] = [mediaTypeOf(expected), mediaTypeOf(actual)];
  return a === b
    ? []
    : [{ class: 'content-type', place: `${a || '(none)'} → ${b || '(none)'}`, expected: a, actual: b }];
}

function textOf(fields: Fields, name: string): string | undefined {
  const values = fieldValues(fields, name).map((value) => value.trim());
  if (values.length === 0) return undefined;
  // Each gateway puts itself before a path.
  return name === 'location' ? values.join(', ').replace(/^https?:\/\/[^/]*/i, '') : values.join(', ');
}
