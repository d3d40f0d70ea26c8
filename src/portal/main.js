import { headersOf } from './credentials.js';
import { byId } from './dom.js';
import { readDocument, withServer } from './open-api.js';
import { showReference } from './reference.js';
import { readSettings } from './settings.js';
import { startSignIn } from './sign-in.js';
import { showStreams } from './streams.js';

const { root, document: from, credentials: fields, hasServers } = readSettings();
const url = new URL(`${from}?samples=true`, location.href);
const api = new URL(root, location.href);
const place = byId('reference', HTMLElement);
const trouble = byId('trouble', HTMLElement);

/** @param {import('./credentials.js').Credentials | undefined} credentials */
async function show(credentials) {
  const document = withServer(await readDocument(url, headersOf(credentials)), api, hasServers);
  trouble.hidden = true;
  window.document.title = `${document.info.title} · reference`;
  byId('title', HTMLElement).textContent = document.info.title;
  showReference(place, document, credentials);
}

showStreams();
startSignIn(fields, show);
try {
  await show(undefined);
} catch (error) {
  trouble.textContent = error instanceof Error ? error.message : String(error);
  trouble.hidden = false;
}
