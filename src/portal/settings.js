import { byId } from './dom.js';

/**
 * What the gateway has told the page.
 * @typedef {object} Settings
 * @property {string} root Where the API is, relative to the page.
 * @property {string} document Where its document is, relative to the page.
 * @property {readonly string[]} credentials Header fields that say who somebody is; none where nobody is anybody.
 * @property {boolean} hasServers Whether the configuration says where the API is.
 */

/** @returns {Settings} */
export function readSettings() {
  return JSON.parse(byId('settings', HTMLMetaElement).content);
}
