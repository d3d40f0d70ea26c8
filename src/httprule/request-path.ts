import { Code, type Reason, StatusError } from '../status/index.js';
import { hexByte, normalizeEscapes } from './percent.js';

/** A request target taken apart, as the router walks it. */
export interface RequestPath {
  /** The whole target, as sent. */
  readonly target: string;
  /** Behind the "?", raw; empty when there is none. */
  readonly query: string;
  /** Normalised for comparison (normalizeEscapes); none for "/". */
  readonly segments: readonly string[];
  /** Where each segment begins in `target`. */
  readonly starts: readonly number[];
  /** Where the last segment ends in `target`. */
  readonly end: number;
  /** The last raw ":" of the last segment as an index into `target`, or -1. */
  readonly colon: number;
  /** A "//" or a trailing "/": no template matches an empty segment. */
  readonly hasEmptySegment: boolean;
}

/**
 * Splits a raw request target: origin form ("/path?query") or absolute form ("http://host/path").
 *
 * Nothing is merged, resolved or decoded: segments are split on raw "/" only, never on "%2F", and
 * "." or ".." are refused rather than resolved, also as "%2e": a proxy in front may have resolved
 * them differently. `dropTrailingSlash` drops exactly one trailing "/".
 *
 * Throws StatusError INVALID_ARGUMENT: PATH_ENCODING for a malformed escape or "%00", else
 * PATH_MALFORMED.
 */
export function parseRequestPath(target: string, dropTrailingSlash: boolean): RequestPath {
  const start = pathStart(target);
  const mark = target.indexOf('?', start);
  let end = mark < 0 ? target.length : mark;
  const query = mark < 0 ? '' : target.slice(mark + 1);
  const hasPath = end > start;
  if (dropTrailingSlash && end > start + 1 && target.charCodeAt(end - 1) === 0x2f) end--;

  const segments: string[] = [];
  const starts: number[] = [];
  let colon = -1;
  let hasEmptySegment = false;
  let hasEscape = false;
  let segmentStart = start + 1;
  for (let at = segmentStart; at <= end; at++) {
    const code = at === end ? 0x2f : target.charCodeAt(at);
    if (code === 0x2f) {
      // "/" alone has no segments, and an absolute form may leave out its path altogether.
      if (at === end && (!hasPath || (segments.length === 0 && at === segmentStart))) break;
      const raw = target.slice(segmentStart, at);
      const segment = hasEscape ? normalizeEscapes(raw) : raw;
      if (segment === '.' || segment === '..') {
        throw refusal('PATH_MALFORMED', `The path has the segment "${raw}"; send the path it leads to.`);
      }
      if (segment === '') hasEmptySegment = true;
      segments.push(segment);
      starts.push(segmentStart);
      if (at < end) colon = -1;
      hasEscape = false;
      segmentStart = at + 1;
    } else if (code === 0x25) {
      checkEscape(target, at);
      hasEscape = true;
    } else if (code === 0x3a) {
      colon = at;
    } else if (code <= 0x20 || code >= 0x7f || code === 0x23) {
      throw refusal(
        'PATH_MALFORMED',
        `The path has a character at position ${at + 1} that must be percent-encoded.`,
      );
    }
  }
  return { target, query, segments, starts, end, colon, hasEmptySegment };
}

/** Where the path of a target begins: at its first "/", or at the end of a URI without a path. */
function pathStart(target: string): number {
  if (target.charCodeAt(0) === 0x2f) return 0;
  const scheme = target.slice(0, 8).toLowerCase();
  const authority = scheme.startsWith('http://') ? 7 : scheme === 'https://' ? 8 : -1;
  if (authority < 0) {
    throw refusal('PATH_MALFORMED', 'The request target is neither a path nor an http or https URI.');
  }
  let at = authority;
  for (; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code === 0x2f || code === 0x3f) break;
    if (code <= 0x20 || code >= 0x7f || code === 0x23) {
      throw refusal('PATH_MALFORMED', `The request target has a bad character at position ${at + 1}.`);
    }
  }
  if (at === authority) throw refusal('PATH_MALFORMED', 'The request target is a URI without a host.');
  return at;
}

function checkEscape(target: string, at: number): void {
  const byte = hexByte(target, at + 1);
  if (byte > 0) return;
  throw refusal(
    'PATH_ENCODING',
    byte === 0
      ? `The path has a zero byte (%00) at position ${at + 1}.`
      : `The path has a "%" at position ${at + 1} that is not followed by two hex digits.`,
  );
}

function refusal(reason: Reason, message: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, reason, message);
}
