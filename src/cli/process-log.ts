import { fstatSync } from 'node:fs';
import { systemClock } from '../clock.js';
import type { Diagnostic } from '../diagnostic/index.js';
import type { ReloadResult } from '../server/index.js';
import { createLog, type Log, type LogOptions } from '../telemetry/index.js';
import { version } from '../version.js';
import { exitCode } from './exit-code.js';
import { printDiagnostics } from './terminal.js';

/**
 * The log of this process, on standard error: standard output has what people and scripts wait for at the start.
 * Whatever Node would print itself goes through it too, so that every line can be read by whoever reads one.
 */
export function openProcessLog(options: LogOptions): Log {
  const { stderr } = process;
  const log = createLog(options, {
    clock: systemClock,
    random: Math.random,
    stream: stderr,
    isFile: isFile(stderr.fd),
    isTerminal: stderr.isTTY === true,
    colours: stderr.isTTY === true && process.env['NO_COLOR'] === undefined,
    pid: process.pid,
    version,
  });
  // One request's defect is no reason to end the others.
  process.on('unhandledRejection', (reason) => log.error('unhandled rejection', reason));
  process.on('uncaughtException', (error) => {
    log.fatal('uncaught exception', error);
    process.exit(exitCode.failed);
  });
  process.removeAllListeners('warning').on('warning', (warning) => log.warn(warning.message, warning));
  process.on('exit', () => log.flush());
  // Whoever reads the announcement may have stopped reading.
  process.stdout.removeAllListeners('error').on('error', () => undefined);
  return log;
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/** What the load has found: to people as they know it from the command line, to others as lines. */
export function logDiagnostics(log: Log, diagnostics: readonly Diagnostic[], verbose: boolean): void {
  if (log.format === 'pretty') {
    printDiagnostics(diagnostics, verbose);
    return;
  }
  for (const { severity, code, text, hint, locations } of diagnostics) {
    const where = locations.map(({ file, line, column }) => `${file}:${line}:${column}`);
    const fields = {
      'error.code': code,
      'labels.hint': hint,
      'labels.locations': where.join(' ') || undefined,
    };
    if (severity !== 'note') log.warn(text, undefined, fields);
    else if (verbose) log.info(text, fields);
  }
}

/** A reload, and what it has found: what is served now, or why it is still what it was. */
export function logReload(log: Log, { kind, generation, diagnostics }: ReloadResult, verbose: boolean): void {
  logDiagnostics(log, diagnostics, verbose);
  const fields = { 'labels.generation': String(generation) };
  if (kind === 'refused') log.warn('reload refused: what was served before is served on', undefined, fields);
  else log.info(kind === 'reloaded' ? 'reloaded' : 'reload: nothing has changed', fields);
}
