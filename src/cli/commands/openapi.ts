import { writeFileSync } from 'node:fs';
import { printDocument } from '../../contract/index.js';
import { createGateway, gatewayOptionsOf } from '../../server/index.js';
import { exitCode } from '../exit-code.js';
import { type OpenApiFlags, type SourceFlags, settingsOf } from '../flags.js';
import { printDiagnostics } from '../terminal.js';

/** `propylon openapi`: what would be served, as an OpenAPI document. Calls no backend but to reflect. */
export async function openapi(flags: SourceFlags & OpenApiFlags): Promise<number> {
  const { out, format, version = '3.1', audience = 'public', title, server, ...sources } = flags;
  const gateway = await createGateway(gatewayOptionsOf(settingsOf(sources)));
  try {
    const { document, diagnostics } = gateway.openApi({ version, audience, title, servers: server });
    // Without backends the document is the same; what is left out of it is why one reads this.
    const loading = gateway.diagnostics.filter(({ code }) => code !== 'BACKEND_MISSING');
    printDiagnostics(loading, flags.verbose === true);
    printDiagnostics(diagnostics, true);
    const text = printDocument(document, format ?? (/\.ya?ml$/.test(out ?? '') ? 'yaml' : 'json'));
    if (out === undefined) process.stdout.write(text);
    else writeFileSync(out, text);
    return exitCode.fine;
  } finally {
    await gateway.close();
  }
}
