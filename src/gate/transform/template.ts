import type { GateView } from '../view.js';

/** A text with values of the request in it. */
export interface ValueTemplate {
  /** Whether it is the same for all requests. */
  readonly isFixed: boolean;
  /** The text for a request; undefined where the request lacks one of the values. `encode` is for the values alone. */
  fill(view: GateView, encode: (value: string) => string): string | undefined;
}

/** Names in braces: other braces are text, so that JSON may be written. */
const placeholder = /\{([A-Za-z_][\w-]*(?:\.[\w-]+)*)\}/g;

/**
 * `{principal.subject}`, `{claims.NAME}` (a text, number or boolean) and `{source.address}` in a text.
 * Any other name in braces is a problem, for people.
 */
export function valueTemplate(text: string): ValueTemplate | { readonly problem: string } {
  const parts: (string | ((view: GateView) => string | undefined))[] = [];
  let at = 0;
  for (const match of text.matchAll(placeholder)) {
    const [whole, name = ''] = match;
    const value = requestValue(name);
    if (value === undefined) return { problem: `has {${name}}, which is nothing that a request has` };
    parts.push(text.slice(at, match.index), value);
    at = match.index + whole.length;
  }
  parts.push(text.slice(at));
  return {
    isFixed: parts.length === 1,
    fill(view, encode) {
      let filled = '';
      for (const part of parts) {
        if (typeof part === 'string') {
          filled += part;
          continue;
        }
        const value = part(view);
        if (value === undefined) return undefined;
        filled += encode(value);
      }
      return filled;
    },
  };
}

function requestValue(name: string): ((view: GateView) => string | undefined) | undefined {
  if (name === 'principal.subject') return ({ principal }) => principal?.subject;
  if (name === 'source.address') return (view) => view.clientAddress || undefined;
  const [, claim] = /^claims\.([\w-]+)$/.exec(name) ?? [];
  return claim === undefined ? undefined : ({ principal }) => textOf(principal?.claims, claim);
}

function textOf(claims: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const value = claims !== undefined && Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/**
 * A value as part of a header field: what is not visible ASCII, and "%" and ",", is percent-encoded, so that
 * no value ends the field or begins another element of its list.
 */
export function encodeForHeader(value: string): string {
  return wellFormed(value).replace(/[^\x21-\x24\x26-\x2b\x2d-\x7e]/gu, (character) =>
    character.charCodeAt(0) < 0x80
      ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
      : encodeURIComponent(character),
  );
}

/** A value as part of a string field. */
export function wellFormed(value: string): string {
  return value.replace(/\p{Surrogate}/gu, '\ufffd');
}
