import { isPrintableAscii, listElements, trimOws } from '../headers.js';
import type { HeaderFields } from './exchange.js';
import { newUuid } from './uuid.js';

/** Longer ids would let a client fill the log; UUIDs and trace ids have 36 characters or fewer. */
const lengthMax = 200;

/**
 * The client's x-request-id if it gave one good one, else a new UUID. Never throws: an id that is
 * refused later (given twice) still needs an answer with an id of its own.
 */
export function requestIdOf(headers: HeaderFields): string {
  let id = '';
  let count = 0;
  for (const [name, value] of headers) {
    if (name !== 'x-request-id') continue;
    id = trimOws(value);
    count += 1;
  }
  const isGood = count === 1 && id !== '' && id.length <= lengthMax && isPrintableAscii(id);
  return isGood && !isHopByHop(headers) ? id : newUuid();
}

/** Whether Connection names it, and so keeps it between the client and us (RFC 9110 §7.6.1). */
function isHopByHop(headers: HeaderFields): boolean {
  return listElements(headers, 'connection').some((name) => name.toLowerCase() === 'x-request-id');
}
