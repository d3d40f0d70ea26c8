import { closeSync, openSync, writeSync } from 'node:fs';
import { codecSource, defaultCodecOptions, nearestName } from '../../codec/index.js';
import { buildRegistry } from '../../descriptor/index.js';
import { codecLines, type GatewayOptions, gatewayOptionsOf } from '../../server/index.js';
import { exitCode } from '../exit-code.js';
import type { SourceFlags } from '../flags/source.js';
import { settingsOf } from '../settings.js';
import { printDiagnostics } from '../terminal.js';

/**
 * `propylon codec pkg.Message`: the functions that transcode it, as they are compiled at run time.
 * `propylon codec --out codecs.mjs`: those of all routes, and of the named types, as a module.
 */
export async function codec(
  types: readonly string[],
  flags: SourceFlags & { readonly out?: string },
): Promise<number> {
  const options = gatewayOptionsOf(settingsOf(flags));
  if ((options.sources?.length ?? 0) + (options.reflect?.length ?? 0) === 0)
    return refuse('Name a source with --descriptors, --proto, --reflect or --config.');
  if (flags.out !== undefined) return write(options, types, flags.out, flags.verbose === true);
  const [type, ...more] = types;
  if (type === undefined || more.length > 0)
    return refuse('Name a message type to see its functions, or a file to write all to with --out.');
  return print(options, type);
}

async function print({ sources = [], json }: GatewayOptions, typeName: string): Promise<number> {
  const { signal } = new AbortController();
  const sets = await Promise.all(
    sources.map(async (source) => ({ label: source.label, binary: await source.load(signal) })),
  );
  const { registry, diagnostics } = buildRegistry(sets);
  printDiagnostics(
    diagnostics.filter((diagnostic) => diagnostic.severity === 'error'),
    false,
  );
  const message = registry.message(typeName);
  if (message === undefined) {
    const names = [...registry.types].flatMap((type) => (type.kind === 'message' ? [type.typeName] : []));
    const near = nearestName(typeName, names);
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    return refuse(`No source has a message ${JSON.stringify(typeName)}.${hint}`);
  }
  process.stdout.write(codecSource(registry.types, message, { ...defaultCodecOptions, ...json }));
  return exitCode.fine;
}

/** Neither backends nor callers nor this process's own functions are what the module is about. */
const beside: readonly string[] = ['BACKEND_MISSING', 'PROVIDERS_NONE', 'CODECS_MISSING'];

async function write(
  options: GatewayOptions,
  types: readonly string[],
  file: string,
  verbose: boolean,
): Promise<number> {
  const { lines, diagnostics } = await codecLines(options, types);
  printDiagnostics(
    diagnostics.filter((diagnostic) => !beside.includes(diagnostic.code)),
    verbose,
  );
  writeLines(file, lines);
  return exitCode.fine;
}

/** Characters that are written together. */
const pieceLength = 1 << 20;

function writeLines(file: string, lines: Iterable<string>): void {
  const opened = openSync(file, 'w');
  try {
    let piece = '';
    const flush = (): void => {
      const bytes = Buffer.from(piece);
      for (let at = 0; at < bytes.length; ) at += writeSync(opened, bytes, at);
      piece = '';
    };
    for (const line of lines) {
      piece += line;
      if (piece.length >= pieceLength) flush();
    }
    flush();
  } finally {
    closeSync(opened);
  }
}

function refuse(text: string): number {
  process.stderr.write(`${text}\n`);
  return exitCode.usage;
}
