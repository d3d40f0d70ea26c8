import { percentiles, together } from './latency.js';

/** @import { ConsoleData } from '../server/admin/console.js' */
/** @typedef {ConsoleData['seconds'][number]} Second */

const keptSeconds = 600;

/** What came in some seconds. @typedef {object} Sum
 * @property {number} requests @property {number} clientErrors @property {number} serverErrors
 * @property {number[]} latency */

/** The seconds that the page has been told of. */
export class History {
  /** @type {Map<number, Second>} */
  #seconds = new Map();
  /** The first second of which nothing is known yet. */
  end = 0;

  /** @param {ConsoleData} live */
  take(live) {
    for (const second of live.seconds) this.#seconds.set(second.at, second);
    this.end = live.next;
    for (const at of this.#seconds.keys()) if (at < this.end - keptSeconds) this.#seconds.delete(at);
  }

  /** @param {number} from @param {number} to not included @returns {Sum} */
  sum(from, to) {
    const some = [];
    for (let at = from; at < to; at++) {
      const second = this.#seconds.get(at);
      if (second !== undefined) some.push(second);
    }
    const clientErrors = some.reduce((total, second) => total + second.clientErrors, 0);
    const serverErrors = some.reduce((total, second) => total + second.serverErrors, 0);
    const ok = some.reduce((total, second) => total + second.ok, 0);
    const latency = together(some.map((second) => second.latency));
    return { requests: ok + clientErrors + serverErrors, clientErrors, serverErrors, latency };
  }

  /** Of the last seconds. @param {number} seconds */
  last(seconds) {
    return this.sum(this.end - seconds, this.end);
  }
}

/** @param {Sum} sum */
export const usualPercentiles = ({ latency }) => percentiles(latency, [0.5, 0.95, 0.99], 2);
