import type { Fields } from '../exchange.js';
import { hasPlaceholder } from '../redaction/placeholder.js';
import type { Difference } from './classes.js';
import { compareJson } from './compare-json.js';
import { compareBodies } from './compare-messages.js';
import { errorAnswer } from './error-answer.js';
import type { MessageBody } from './message-body.js';

/** What two errors differ in: in one form everything, in two forms what both can say. */
export function compareErrors(
  expected: { readonly body: MessageBody; readonly headers: Fields },
  actual: { readonly body: MessageBody; readonly headers: Fields },
): Difference[] {
  const [a, b] = [errorAnswer(expected.body, expected.headers), errorAnswer(actual.body, actual.headers)];
  if (a.form === b.form) return compareBodies(expected.body, actual.body).flatMap(inErrors);
  const found: Difference[] = [
    { class: 'error-shape', place: `${a.form} → ${b.form}`, expected: a.form, actual: b.form },
  ];
  if (a.form === 'other' || b.form === 'other') return found;
  if (a.code !== undefined && b.code !== undefined && a.code !== b.code)
    found.push({ class: 'error-code', place: '', expected: a.code, actual: b.code });
  const [message = '', other = ''] = [a.message, b.message];
  if (message !== other && !hasPlaceholder(message))
    found.push({ class: 'error-message', place: '', expected: message, actual: other });
  const list = (items: typeof a.details) => ({ kind: 'list', items }) as const;
  return [...found, ...compareJson(list(a.details), list(b.details), '$.details').flatMap(inErrors)];
}

/** The same difference in the words of errors; none where it is the id of a request (google.rpc.RequestInfo). */
function inErrors(difference: Difference): Difference[] {
  const { place } = difference;
  if (difference.class === 'defaults') return [difference];
  if (/\.details\[\]\.requestId$/.test(place) && difference.class === 'value') return [];
  if (/^\$(\.error)?\.(message|detail)$/.test(place)) return [{ ...difference, class: 'error-message' }];
  if (/^\$(\.error)?\.(code|status)$/.test(place)) return [{ ...difference, class: 'error-code' }];
  if (/\.details\b/.test(place)) return [{ ...difference, class: 'error-details' }];
  return [difference];
}
