import { byId, setText } from './dom.js';

/** @import { ConsoleData } from '../server/admin/console.js' */

/** What to try while nothing has come. @param {ConsoleData['clients']} clients */
export function tryLine({ scheme, host, port }) {
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? location.hostname : host.includes(':') ? `[${host}]` : host;
  return (/** @type {string} */ path) => `curl -i '${scheme}://${name}:${port}${path}'`;
}

/** @returns {(live: ConsoleData) => boolean} whether there is nothing to show */
export function emptyState() {
  const section = byId('empty', HTMLElement);
  let isAsked = false;
  return ({ clients, routes }) => {
    section.hidden = routes.length > 0;
    if (!section.hidden && !isAsked) {
      isAsked = true;
      void easyPath().then((path) => setText(byId('try', HTMLElement), tryLine(clients)(path)));
    }
    return !section.hidden;
  };
}

/** The path of a route that needs nothing, or "/". */
async function easyPath() {
  try {
    const answer = await fetch('routes');
    /** @type {{ httpMethod: string, path: string, shape: string, steps: string[] }[]} */
    const routes = await answer.json();
    const easy = routes.filter(
      ({ httpMethod, path, shape }) => httpMethod === 'GET' && shape === 'unary' && /^[\w/.-]+$/.test(path),
    );
    return (easy.find(({ steps }) => !steps.some((step) => step.startsWith('auth'))) ?? easy[0])?.path ?? '/';
  } catch {
    return '/';
  }
}
