import { fieldValues, listElements, trimOws } from '../headers.js';
import type { HeaderFields } from './exchange.js';

/** How much a client wants a media type; compare `quality`, then `specificity`. */
export interface Preference {
  /** 0 (refused) to 1. */
  readonly quality: number;
  /** 2 when the type was named, 1 for "type/*", 0 for "*\/*" or no Accept at all. */
  readonly specificity: number;
}

/** One media range of Accept; "*" in either half for a wildcard. */
interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
}

/**
 * Reads Accept (RFC 9110 §12.5.1): media type → how much it is wanted. The most specific range
 * that fits decides. Ranges that are malformed are ignored, and so is an Accept of nothing else.
 */
export function readAccept(headers: HeaderFields): (mediaType: string) => Preference {
  const ranges: MediaRange[] = [];
  for (const element of listElements(headers, 'accept')) {
    const range = parseRange(element);
    if (range !== undefined) ranges.push(range);
  }
  if (ranges.length === 0) return () => ({ quality: 1, specificity: 0 });
  return (mediaType) => {
    let best: Preference = { quality: 0, specificity: -1 };
    for (const range of ranges) {
      const specificity = specificityOf(range, mediaType);
      if (specificity > best.specificity) best = { quality: range.quality, specificity };
    }
    return best;
  };
}

/** Whether Accept is what nearly all clients say: nothing, anything, or JSON. Then there is nothing to weigh. */
export function takesJson(headers: HeaderFields): boolean {
  const values = fieldValues(headers, 'accept');
  const [accept = anything] = values;
  return values.length < 2 && (accept === anything || accept === 'application/json');
}

/** The media range of those who leave it to us. */
export const anything = '*/*';

/** media-range [ weight ]; parameters other than q are ignored: our types have none. */
function parseRange(text: string): MediaRange | undefined {
  // Mostly there are no parameters: then there is nothing to take apart.
  const [range = '', ...parameters] = text.includes(';')
    ? text.toLowerCase().split(';').map(trimOws)
    : [text.toLowerCase()];
  const [, type, subtype] = /^([^\s/]+)\/([^\s/]+)$/.exec(range) ?? [];
  if (type === undefined || subtype === undefined || (type === '*' && subtype !== '*')) return undefined;
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight)
    ? { type, subtype, quality: Number(weight) }
    : undefined;
}

/** Specificity of the range for a media type, or -1 where it does not fit. */
function specificityOf({ type, subtype }: MediaRange, mediaType: string): number {
  if (type === '*') return 0;
  if (subtype === '*') return mediaType.startsWith(`${type}/`) ? 1 : -1;
  return mediaType === `${type}/${subtype}` ? 2 : -1;
}
