import { writeFileSync } from 'node:fs';
import type { Settings } from '../../config/index.js';
import {
  printLock,
  type RouteOverlap,
  type SurfaceOverlaps,
  surfaceLock,
  surfaceOverlaps,
} from '../../contract/index.js';
import { readRegularFileSync, unreadableReason } from '../../regular-file.js';
import { gatewayOptionsOf, loadOutline } from '../../server/index.js';
import { exitCode } from '../exit-code.js';
import type { SurfaceFlags } from '../flags/surface.js';
import { settingsOf } from '../settings.js';
import { printDiagnostics } from '../terminal.js';
import { unifiedDiff } from '../unified-diff.js';

/** `propylon surface`: what clients see of an API. Calls no backend but to reflect. */
export async function surface(flags: SurfaceFlags): Promise<number> {
  const { out, check, json = false, overlaps = false, ...sources } = flags;
  const settings = settingsOf(sources);
  const usage = usageProblem(settings, flags);
  if (usage !== undefined) {
    process.stderr.write(`${usage}\n`);
    return exitCode.usage;
  }
  const { outline, diagnostics } = await loadOutline(gatewayOptionsOf(settings));
  printDiagnostics(diagnostics, flags.verbose === true);
  if (diagnostics.some(({ severity }) => severity === 'error')) return exitCode.usage;
  if (overlaps) {
    const found = surfaceOverlaps(outline);
    write(json ? jsonText(found) : overlapsText(found), out);
    return found.overlaps.some(({ differsInAccess }) => differsInAccess) ? exitCode.findings : exitCode.fine;
  }
  const lock = surfaceLock(outline);
  const text = json ? jsonText(lock) : printLock(lock);
  if (check === undefined) {
    write(text, out);
    return exitCode.fine;
  }
  const before = read(check);
  if (typeof before !== 'string') {
    process.stderr.write(`${check} cannot be read: ${before.problem}\n`);
    return exitCode.usage;
  }
  const difference = unifiedDiff(check, before, text);
  if (difference === '') return exitCode.fine;
  process.stdout.write(difference);
  process.stderr.write(
    `${check} is stale: write it anew with --out ${check}, and review what changes for clients.\n`,
  );
  return exitCode.findings;
}

function usageProblem(settings: Settings, { out, check, overlaps }: SurfaceFlags): string | undefined {
  if (settings.protos.length + settings.descriptors.length + settings.reflect.length === 0)
    return 'There is nothing to look at: name a source with --proto, --descriptors, --reflect or --config.';
  if (check === undefined) return undefined;
  if (out !== undefined || overlaps === true) return '--check goes with neither --out nor --overlaps.';
  return undefined;
}

/** A file that is not there is an empty one: then all of it is new. */
function read(file: string): string | { readonly problem: string } {
  try {
    return readRegularFileSync(file).toString();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    return { problem: unreadableReason(error) };
  }
}

function write(text: string, out: string | undefined): void {
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text);
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

function overlapsText({ overlaps, isComplete }: SurfaceOverlaps): string {
  const rest = isComplete ? '' : 'There are too many overlapping templates to look at all pairs of them.\n';
  if (overlaps.length === 0) return `${rest}No two routes match the same request.\n`;
  return overlaps.map(overlapText).join('\n') + rest;
}

function overlapText({ request, winner, loser, why, differsInAccess }: RouteOverlap): string {
  const access = differsInAccess
    ? [`  access differs: ${winner.access}`, `          beside: ${loser.access}`]
    : [`  access is the same: ${winner.access}`];
  return [
    request,
    `  goes to ${winner.route}, ${winner.method}`,
    `  and not ${loser.route}, ${loser.method}: ${why}`,
    ...access,
  ]
    .map((line) => `${line}\n`)
    .join('');
}
