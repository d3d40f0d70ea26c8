import { writeFileSync } from 'node:fs';
import {
  type JsonObject,
  llmsText,
  markdownReference,
  postmanCollection,
  printDocument,
} from '../../contract/index.js';
import { createGateway, gatewayOptionsOf } from '../../server/index.js';
import { startDemoShop, withDemo } from '../demo-shop.js';
import { exitCode } from '../exit-code.js';
import type { OpenApiFlags } from '../flags/openapi.js';
import type { SourceFlags } from '../flags/source.js';
import { settingsOf } from '../settings.js';
import { printDiagnostics } from '../terminal.js';

/** `propylon openapi`: what would be served, as a document for clients. Calls no backend but to reflect. */
export async function openapi(flags: SourceFlags & OpenApiFlags): Promise<number> {
  const { out, format, version = '3.1', audience = 'public', title, server, demo, ...sources } = flags;
  const chosen = format ?? (/\.ya?ml$/.test(out ?? '') ? 'yaml' : 'json');
  const given = gatewayOptionsOf(settingsOf(sources));
  const shop = demo === true ? await startDemoShop() : undefined;
  try {
    const gateway = await createGateway(shop === undefined ? given : (await withDemo(shop.facts))(given));
    try {
      const isOpenApi = chosen === 'json' || chosen === 'yaml';
      const { document, diagnostics } = gateway.openApi({
        version: isOpenApi ? version : '3.1',
        audience,
        title,
        servers: server,
      });
      // Without backends the document is the same; what is left out of it is why one reads this.
      const loading = gateway.diagnostics.filter(({ code }) => code !== 'BACKEND_MISSING');
      printDiagnostics(loading, flags.verbose === true);
      printDiagnostics(diagnostics, true);
      const text = textOf[chosen](document);
      if (out === undefined) process.stdout.write(text);
      else writeFileSync(out, text);
      return exitCode.fine;
    } finally {
      await gateway.close();
    }
  } finally {
    await shop?.close();
  }
}

const textOf: Readonly<Record<NonNullable<OpenApiFlags['format']>, (document: JsonObject) => string>> = {
  json: (document) => printDocument(document, 'json'),
  yaml: (document) => printDocument(document, 'yaml'),
  markdown: markdownReference,
  postman: (document) => printDocument(postmanCollection(document), 'json'),
  llms: (document) => llmsText([{ document, linkOf: ({ anchor }) => `reference.md#${anchor}` }]),
};
