import type { RecordedAnswer } from '../exchange.js';
import type { Difference } from './classes.js';
import { compareErrors } from './compare-errors.js';
import { compareContentTypes, compareHeaders } from './compare-headers.js';
import { compareBodies } from './compare-messages.js';
import { errorAnswer, refusalReason } from './error-answer.js';
import { messageBody } from './message-body.js';

export interface CompareOptions {
  /** Header fields, in lower case. */
  readonly headers: readonly string[];
  /** Whether the bodies are whole, both of them. */
  readonly hasBodies: boolean;
}

/** Statuses of what is not served, one way or the other. */
const unserved: ReadonlySet<number> = new Set([404, 405, 415, 501]);

/** Everything that two answers to one request differ in. */
export function compareAnswers(
  expected: RecordedAnswer,
  actual: RecordedAnswer,
  { headers, hasBodies }: CompareOptions,
): Difference[] {
  const [isError, isErrorNow] = [expected.status >= 400, actual.status >= 400];
  const [before, after] = [
    messageBody(expected.body, expected.headers),
    messageBody(actual.body, actual.headers),
  ];
  const found: Difference[] = [];
  if (expected.status !== actual.status) {
    const statuses = { expected: String(expected.status), actual: String(actual.status) };
    const place = `${expected.status} → ${actual.status}`;
    const reason = isErrorNow && !isError ? refusalReason(errorAnswer(after, actual.headers)) : undefined;
    if (reason !== undefined) found.push({ ...statuses, class: 'refused', place: reason });
    else if (unserved.has(expected.status) && unserved.has(actual.status))
      found.push({ ...statuses, class: 'status-unserved', place });
    else found.push({ ...statuses, class: 'status', place });
    // An error and an answer have nothing else in common.
    if (isError !== isErrorNow) return found;
  }
  // Allow goes with a 405.
  const isUnserved = found.some((one) => one.class === 'status-unserved');
  const compared = isUnserved ? headers.filter((name) => name !== 'allow') : headers;
  found.push(...compareHeaders(expected.headers, actual.headers, compared));
  const bodies = !hasBodies
    ? []
    : isError
      ? compareErrors({ body: before, headers: expected.headers }, { body: after, headers: actual.headers })
      : compareBodies(before, after);
  found.push(...bodies);
  // Another framing or form has another type, and an empty body mostly none.
  const isSaid = bodies.some((one) =>
    /^(stream-framing|stream-envelope|error-shape|empty-body)$/.test(one.class),
  );
  if (headers.includes('content-type') && !isSaid)
    found.push(...compareContentTypes(expected.headers, actual.headers));
  return found;
}
