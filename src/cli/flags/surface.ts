import type { Command } from 'commander';
import { addSourceFlags, type SourceFlags } from './source.js';

export interface SurfaceFlags extends SourceFlags {
  readonly out?: string;
  readonly check?: string;
  readonly json?: boolean;
  readonly overlaps?: boolean;
}

/** Declares the command. */
export function addSurfaceFlags(command: Command): Command {
  return addSourceFlags(command)
    .option('-o, --out <file>', 'where to write it (default: standard output)')
    .option('--check <file>', 'compare with a file that was written before, and show what differs')
    .option('--json', 'as JSON')
    .option('--overlaps', 'list the routes that match the same requests instead, and which of them wins')
    .addHelpText(
      'after',
      `
Writes what clients see of the API as text for reviews: each route with its parameters, body, answer, access and
policy, each message and enum that they write or read. Commit it: its diff is what changes for clients. The order of
declarations, comments and names that JSON does not have are not in it. docs/surface.md explains every line.

Examples:
  propylon surface --proto proto --out surface.lock
  propylon surface --proto proto --check surface.lock          in CI
  propylon surface --config propylon.yaml --json
  propylon surface --proto proto --overlaps

Exit codes: 0 fine, 1 the file of --check is stale, or overlapping routes differ in who may call them, 2 bad usage,
configuration or sources, 3 failed at run time.`,
    );
}
