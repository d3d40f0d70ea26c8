import { createGateway, gatewayOptionsOf } from '../../server/index.js';
import type { RouteSummary } from '../../surface/index.js';
import { exitCode } from '../exit-code.js';
import type { SourceFlags } from '../flags/source.js';
import { settingsOf } from '../settings.js';
import { printDiagnostics, table } from '../terminal.js';

export interface RoutesFlags extends SourceFlags {
  readonly json?: boolean;
  readonly policies?: boolean;
}

/** `propylon routes`: what would be served, in the order of declaration. Calls no backend but to reflect. */
export async function routes(flags: RoutesFlags): Promise<number> {
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
    if (flags.policies === true) {
      process.stdout.write(summary.map(policyText).join('\n'));
      return exitCode.fine;
    }
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

/** A route, the steps that its requests meet, and every value of its policy with its origin. */
function policyText({ httpMethod, path, method, steps, policy }: RouteSummary): string {
  const values = policy.map(({ path: name, value, origin }) => [`  ${name}`, value, origin]);
  const chain = steps.length === 0 ? 'open' : steps.join(' → ');
  const lines = [`${httpMethod} ${path}  ${method}`, ...(values.length === 0 ? [] : [table(values)])];
  return `${lines.join('\n')}\n  gate: ${chain}\n`;
}
