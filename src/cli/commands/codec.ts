import { codecSource, defaultCodecOptions, nearestName } from '../../codec/index.js';
import { buildRegistry } from '../../descriptor/index.js';
import { exitCode } from '../exit-code.js';
import { gatewayOptionsOf, type SourceFlags, settingsOf } from '../flags.js';
import { printDiagnostics } from '../terminal.js';

/** `propylon codec pkg.Message`: the functions that transcode it, as they are compiled at run time. */
export async function codec(typeName: string, flags: SourceFlags): Promise<number> {
  const { sources = [], json } = gatewayOptionsOf(settingsOf(flags));
  if (sources.length === 0) {
    process.stderr.write('Name a source with --descriptors, --proto or --config.\n');
    return exitCode.usage;
  }
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
    process.stderr.write(`No source has a message ${JSON.stringify(typeName)}.${hint}\n`);
    return exitCode.usage;
  }
  process.stdout.write(codecSource(registry.types, message, { ...defaultCodecOptions, ...json }));
  return exitCode.fine;
}
