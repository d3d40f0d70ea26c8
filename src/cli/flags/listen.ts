import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LogLevel } from '../../telemetry/index.js';

const logLevels = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[];

/** The flags of `serve` alone. */
export interface ListenFlags {
  readonly codecs?: string;
  readonly host?: string;
  readonly port?: number;
  readonly adminHost?: string;
  readonly adminPort?: number;
  readonly logLevel?: LogLevel;
  readonly accessLog?: boolean;
  readonly watch?: boolean;
  readonly workers?: number | 'auto';
}

function port(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return number;
}

function workers(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (!/^[1-9]\d{0,2}$/.test(text))
    throw new InvalidArgumentError('Workers are a number from 1 on, or auto.');
  return Number(text);
}

/** Declares the flags of `serve` alone. */
export function addListenFlags(command: Command): Command {
  return addAddressFlags(command)
    .option('--codecs <module>', 'functions that `propylon codec --out` wrote, run instead of compiling them')
    .addOption(
      new Option(
        '--workers <number|auto>',
        'processes that serve, auto: one per processor (default: this one alone)',
      ).argParser(workers),
    );
}

/** Declares the flags of whatever listens. */
export function addAddressFlags(command: Command): Command {
  return command
    .option('--host <address>', 'address to listen on (default 0.0.0.0)')
    .addOption(
      new Option('--port <number>', 'port for clients, 0 for a free one (default 8080)').argParser(port),
    )
    .option('--admin-host <address>', 'address of the admin listener (default 127.0.0.1)')
    .addOption(
      new Option(
        '--admin-port <number>',
        'port of the admin listener, 0 for a free one (default 9090)',
      ).argParser(port),
    )
    .option('--no-watch', 'load anew on SIGHUP only, not when something has changed')
    .addOption(
      new Option('--log-level <level>', 'the least that is logged (default info)').choices(logLevels),
    )
    .option('--access-log', 'log every request');
}
