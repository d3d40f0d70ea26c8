#!/usr/bin/env node
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
    process.stderr.write(
      `propylon failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return exitCode.failed;
  }
}

process.exit(await main(process.argv));
