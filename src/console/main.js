import { cacheTable, limitsTable } from './decisions.js';
import { byId, setText } from './dom.js';
import { emptyState } from './empty.js';
import { startExplain } from './explain.js';
import { clockTime } from './format.js';
import { failuresTable, refusalsTable } from './happenings.js';
import { History } from './history.js';
import { poll } from './poll.js';
import { processesTable } from './processes.js';
import { routesTable } from './routes-table.js';
import { startTheme } from './theme.js';
import { tiles } from './tiles.js';
import { traffic } from './traffic.js';
import { upstreamsTable } from './upstreams.js';

/** @import { ConsoleData } from '../server/admin/console.js' */

/** @param {string} id */
const section = (id) => byId(id, HTMLElement);
const history = new History();
const draw = traffic(history);
const isEmpty = emptyState();
const showTiles = tiles(section('tiles'));
const parts = [
  routesTable(section('routes')),
  refusalsTable(section('refusals')),
  failuresTable(section('failures')),
  limitsTable(section('limits')),
  cacheTable(section('cache')),
  upstreamsTable(section('upstreams')),
  processesTable(section('processes')),
];
const whenThereIsTraffic = ['traffic', 'routes'].map(section);
const state = section('state');
const lost = section('lost');
/** @type {ConsoleData | undefined} */
let last;
let isPaused = false;

/** @param {string} name @param {string} text */
function say(name, text) {
  document.body.dataset['state'] = name;
  setText(state, text);
}

function sayHowItIs() {
  if (isPaused) say('paused', 'Paused');
  else if (last?.processes.some(({ isServing }) => isServing)) say('live', 'Live');
  else say('draining', 'Shutting down');
}

const polling = poll((since) => `console/live?since=${since}`, {
  got(live) {
    last = live;
    lost.hidden = true;
    sayHowItIs();
    setText(section('version'), live.processes[0]?.version ?? '');
    history.take(live);
    const empty = isEmpty(live);
    for (const one of whenThereIsTraffic) one.hidden = empty;
    showTiles(live, history);
    for (const show of parts) show(live);
    draw();
  },
  lost() {
    if (document.body.dataset['state'] === 'lost') return;
    say('lost', 'Disconnected, retrying');
    setText(
      lost,
      `The gateway has not answered since ${clockTime(Date.now())}. What is shown is from before; the page goes on by itself.`,
    );
    lost.hidden = false;
  },
});

startExplain();
startTheme(byId('theme', HTMLButtonElement), draw);
const pause = byId('pause', HTMLButtonElement);
pause.addEventListener('click', () => {
  isPaused = !isPaused;
  pause.setAttribute('aria-pressed', String(isPaused));
  polling.pause(isPaused);
  if (last !== undefined) sayHowItIs();
});
