import { systemClock } from '../../clock.js';
import { buildRegistry } from '../../descriptor/index.js';
import { isPattern, markedFields, type Recorder, redactionRules, startRecorder } from '../../replay/index.js';
import { gatewayOptionsOf } from '../../server/index.js';
import { exitCode } from '../exit-code.js';
import type { RecordFlags } from '../flags/record.js';
import { settingsOf } from '../settings.js';
import { stopSignal } from '../stop-signal.js';

/** `propylon record`: resolves with the exit code once a signal has ended it. */
export async function record(flags: RecordFlags): Promise<number> {
  const wrong = [...(flags.include ?? []), ...(flags.exclude ?? [])].find((text) => !isPattern(text));
  if (wrong !== undefined) {
    process.stderr.write(
      `${JSON.stringify(wrong)} is no pattern. A pattern is a path, or a method and a path: 'GET /v1/*'.\n`,
    );
    return exitCode.usage;
  }
  const marked = await markedIn(flags);
  let recorder: Recorder;
  try {
    recorder = await startRecorder({
      to: flags.to,
      ...flags.listen,
      out: flags.out,
      include: flags.include ?? [],
      exclude: flags.exclude ?? [],
      sample: flags.sample,
      bodyBytesMax: flags.maxBytes,
      recordingBytesMax: flags.limit,
      rules: redactionRules([...marked, ...(flags.redact ?? [])]),
      onTrouble: (text) => process.stderr.write(`${text}: traffic passes unrecorded\n`),
      clock: systemClock,
      random: Math.random,
    });
  } catch (error) {
    process.stderr.write(`${troubleOf(error, flags)}\n`);
    return exitCode.failed;
  }
  const stopped = stopSignal(() => process.exit(exitCode.interrupted));
  process.stdout.write(`listening ${recorder.url}, recording ${flags.to.origin} in ${flags.out}\n`);
  await stopped;
  await recorder.close();
  const { recorded, passed, lost, failed, tunnels } = recorder.counts;
  const others = [
    [passed, 'not chosen'],
    [lost, 'lost'],
    [failed, 'left out, because they could not be redacted'],
    [tunnels, 'upgraded connections'],
  ].flatMap(([count, what]) => (count === 0 ? [] : [`, ${count} ${what}`]));
  process.stdout.write(`${recorded} exchanges recorded${others.join('')}\n`);
  return exitCode.fine;
}

/** The names of fields that protos mark `debug_redact`. Throws DiagnosticsError where they cannot be read. */
async function markedIn({ descriptors, proto }: RecordFlags): Promise<string[]> {
  if (descriptors === undefined && proto === undefined) return [];
  const { sources = [] } = gatewayOptionsOf(
    settingsOf({ ...(descriptors && { descriptors }), ...(proto && { proto }) }),
  );
  const { signal } = new AbortController();
  const sets = await Promise.all(
    sources.map(async (source) => ({ label: source.label, binary: await source.load(signal) })),
  );
  return markedFields(buildRegistry(sets).registry);
}

function troubleOf(error: unknown, { out, listen }: RecordFlags): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return `${out} is there already: a recording is a new file.`;
  if (code === 'EADDRINUSE' || code === 'EACCES')
    return `Port ${listen.port} of ${listen.host} or the file ${out} cannot be had (${code}): choose another with --listen or --out.`;
  return `Nothing can be recorded: ${message}`;
}
