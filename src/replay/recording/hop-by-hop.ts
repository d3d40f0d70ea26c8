import type { Fields } from '../exchange.js';

/** Fields of one connection only (RFC 9110 §7.6.1). */
const named: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Node's flat list as fields, as they were spelt. */
export function fieldsOf(rawHeaders: readonly string[]): [string, string][] {
  const fields: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    fields.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
  return fields;
}

/** Those that are meant for the other end. */
export function endToEnd(fields: Fields): [string, string][] {
  const listed = fields
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((one) => one.trim());
  return fields
    .filter(([name]) => !named.has(name.toLowerCase()) && !listed.includes(name.toLowerCase()))
    .map(([name, value]) => [name, value]);
}
