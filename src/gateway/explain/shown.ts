import type { HeaderFields } from '../../headers.js';
import type { Metadata } from '../../status/index.js';
import type { ShownField } from './explanation.js';

/** Names that stand for secrets wherever they are. */
const secret =
  /authorization|cookie|token|secret|password|passwd|credential|signature|api[-_]?key|^dpop$|-jwt$|^x-forwarded-client-cert$/i;
/** Parameters of queries that do. */
const secretParameter = /^(?:\$?key|code|.*(?:token|secret|password|signature|api[-_]?key).*)$/i;

const valueLengthMax = 2_000;

/** Shows what clients and backends are told, but no secret: those are known by name. */
export interface Shower {
  headers(fields: HeaderFields): ShownField[];
  metadata(entries: Metadata): ShownField[];
  /** The path, and a query without the values of keys. */
  target(target: string): string;
  parameter(name: string, value: string): string;
}

/** `own`: further names that are secrets here, in lower case. */
export function createShower(own: ReadonlySet<string>): Shower {
  const isSecret = (name: string): boolean => secret.test(name) || own.has(name.toLowerCase());
  const field = (name: string, value: string): ShownField => [
    name,
    isSecret(name) ? masked(value) : cut(value),
  ];
  const parameter = (name: string, value: string): string =>
    secretParameter.test(name) ? '***' : cut(value);
  return {
    headers: (fields) => fields.map(([name, value]) => field(name, value)),
    metadata: (entries) =>
      entries.map(([name, value]) =>
        field(name, typeof value === 'string' ? value : Buffer.from(value).toString('base64')),
      ),
    parameter,
    target(target) {
      const mark = target.indexOf('?');
      if (mark < 0) return cut(target);
      const pieces = target.slice(mark + 1).split('&');
      const shown = pieces.map((piece) => {
        const equals = piece.indexOf('=');
        const name = equals < 0 ? piece : piece.slice(0, equals);
        return equals >= 0 && secretParameter.test(decoded(name)) ? `${name}=***` : piece;
      });
      return cut(`${target.slice(0, mark + 1)}${shown.join('&')}`);
    },
  };
}

/** The scheme of credentials is no secret (RFC 9110 §11.1). */
function masked(value: string): string {
  const scheme = /^(Bearer|Basic|DPoP|ApiKey) /i.exec(value)?.[1];
  return scheme === undefined ? '***' : `${scheme} ***`;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function cut(text: string): string {
  return text.length > valueLengthMax ? `${text.slice(0, valueLengthMax)}…` : text;
}
