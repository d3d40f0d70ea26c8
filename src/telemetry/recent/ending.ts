import { httpStatusOf } from '../../status/index.js';
import type { RequestEvent } from '../request-event.js';

/** How a request ended, in the coarsest words. */
export const Ending = { ok: 0, clientError: 1, serverError: 2 } as const;

export type Ending = (typeof Ending)[keyof typeof Ending];

/** A stream that failed midway has a good status line, and counts as what its code says. */
export function endingOf({ httpStatus, code }: RequestEvent): Ending {
  const status = httpStatus >= 400 || code === 0 ? httpStatus : httpStatusOf(code);
  return status < 400 ? Ending.ok : status < 500 ? Ending.clientError : Ending.serverError;
}
