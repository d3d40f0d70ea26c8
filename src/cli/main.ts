#!/usr/bin/env node
import { setImmediate } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { DiagnosticsError } from '../diagnostic/index.js';
import { exitCode } from './exit-code.js';
import { program } from './program.js';
import { printDiagnostics } from './terminal.js';

async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCode.fine;
  try {
    await program((result) => {
      code = result;
    }).parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.fine : exitCode.usage;
    if (error instanceof DiagnosticsError) {
      printDiagnostics(error.diagnostics, false);
      return exitCode.usage;
    }
    process.stderr.write(`propylon failed: ${failureText(error)}\n`);
    return exitCode.failed;
  }
}

/** A folder that is not there is nobody's defect, and says so in a line; of a defect all there is. */
function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'syscall' in error ? error.message : (error.stack ?? error.message);
}

process.stdout.on('error', (error) => {
  // Who reads has read enough: `propylon … | head`.
  if ('code' in error && error.code === 'EPIPE') return;
  process.stderr.write(`propylon failed: ${failureText(error)}\n`);
  process.exit(exitCode.failed);
});
const code = await main(process.argv);
// What could not be written is told in a later turn.
await setImmediate();
process.exit(code);
