import { createGateway } from '../../server/index.js';
import { exitCode } from '../exit-code.js';
import { gatewayOptionsOf, type SourceFlags, settingsOf } from '../flags.js';
import { printDiagnostics, table } from '../terminal.js';

/** `propylon routes`: what would be served, in the order of declaration. Calls no backend but to reflect. */
export async function routes(flags: SourceFlags & { readonly json?: boolean }): Promise<number> {
  const gateway = await createGateway(gatewayOptionsOf(settingsOf(flags)));
  try {
    const summary = gateway.summary();
    if (flags.json === true) {
      process.stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
      return exitCode.fine;
    }
    // Without backends the table is about templates; warnings about what would be called are noise here.
    printDiagnostics(
      gateway.diagnostics.filter((diagnostic) => diagnostic.code !== 'BACKEND_MISSING'),
      flags.verbose === true,
    );
    const head = ['HTTP', 'PATH', 'METHOD', 'SHAPE', 'BODY', 'BACKEND'];
    const rows = summary.map((r) => [
      r.httpMethod,
      r.path,
      r.method,
      r.shape,
      r.body || '-',
      r.target ?? '-',
    ]);
    process.stdout.write(`${table([head, ...rows])}\n`);
    return exitCode.fine;
  } finally {
    await gateway.close();
  }
}
