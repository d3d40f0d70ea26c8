/** @import { ConsoleData } from '../server/admin/console.js' */

const everyMs = 1000;
const patienceMs = 5000;

/**
 * Asks once a second while the page is seen and not paused.
 * @param {(since: number) => string} urlOf
 * @param {{ got: (live: ConsoleData) => void, lost: () => void }} listener
 */
export function poll(urlOf, { got, lost }) {
  let since = 0;
  let isPaused = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const isWanted = () => !isPaused && document.visibilityState === 'visible';

  const ask = async () => {
    if (isWanted()) await askOnce();
    timer = undefined;
    look();
  };
  const askOnce = async () => {
    const live = await liveOf(urlOf(since));
    if (live === undefined) return lost();
    since = live.next;
    return got(live);
  };
  /** @type {(delayMs?: number) => void} */
  const look = (delayMs = everyMs) => {
    if (timer === undefined && isWanted()) timer = setTimeout(ask, delayMs);
  };
  document.addEventListener('visibilitychange', () => look(0));
  look(0);
  return {
    /** @param {boolean} paused */
    pause(paused) {
      isPaused = paused;
      look(0);
    },
  };
}

/** @param {string} url @returns {Promise<ConsoleData | undefined>} undefined where nobody answers */
async function liveOf(url) {
  try {
    const answer = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(patienceMs) });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}
