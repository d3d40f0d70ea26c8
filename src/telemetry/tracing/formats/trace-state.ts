import { trimOws } from '../../../headers.js';

/** §3.3.1: what is longer need not be handed on. */
const lengthMax = 512;
/** §3.3.1.1 */
const membersMax = 32;
/** §3.3.1.5: members that go first where something has to. */
const longMember = 128;

/** §3.3.1.3: key "=" value, the value without "," and "=" and not ending in a space. */
const member =
  /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * The lines of `tracestate` as the one that is handed on (W3C Trace Context §3.3), shortened if need be.
 * Undefined where there is nothing, or nothing that can be understood: then all of it is dropped (§4.3).
 */
export function traceState(lines: readonly string[]): string | undefined {
  if (lines.length === 0) return undefined;
  const members = lines
    .flatMap((line) => line.split(','))
    .map(trimOws)
    .filter((text) => text !== '');
  if (members.length === 0 || members.length > membersMax || !members.every((text) => member.test(text)))
    return undefined;
  const whole = members.join(',');
  if (whole.length <= lengthMax) return whole;
  const kept = members.filter((text) => text.length <= longMember);
  while (kept.join(',').length > lengthMax) kept.pop();
  return kept.length === 0 ? undefined : kept.join(',');
}
