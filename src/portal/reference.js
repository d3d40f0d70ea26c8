import { authenticationOf } from './credentials.js';

/**
 * The library, as far as it is used here: a script of its own, since it is larger than everything else.
 * @typedef {{ createApiReference(element: Element, configuration: object): { destroy(): void } }} Scalar
 */

/** @type {{ destroy(): void } | undefined} */
let shown;

/**
 * Shows a document instead of the one before. Nothing is asked of the library's vendor: no fonts, no proxy, no
 * telemetry, no assistant.
 * @param {Element} place
 * @param {import('./open-api.js').OpenApi} document
 * @param {import('./credentials.js').Credentials | undefined} credentials
 */
export function showReference(place, document, credentials) {
  shown?.destroy();
  const root = window.document.createElement('div');
  place.replaceChildren(root);
  const { Scalar } = /** @type {{ Scalar: Scalar }} */ (/** @type {unknown} */ (window));
  shown = Scalar.createApiReference(root, {
    content: document,
    authentication: authenticationOf(document, credentials),
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    agent: { disabled: true },
    mcp: { disabled: true },
    // The samples of the document are for this API; those of the library know neither its client nor its streams.
    hiddenClients: true,
    showDeveloperTools: 'never',
    documentDownloadType: 'none',
    persistAuth: false,
    operationTitleSource: 'summary',
    orderSchemaPropertiesBy: 'preserve',
    theme: 'none',
  });
}
