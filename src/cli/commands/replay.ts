import { type Clock, systemClock } from '../../clock.js';
import {
  ignored,
  RecordingError,
  type ReplayReport,
  readRecording,
  replay as replayRecording,
} from '../../replay/index.js';
import { comparedHeaders } from '../../replay-defaults.js';
import { exitCode } from '../exit-code.js';
import type { ReplayFlags } from '../flags/replay.js';
import { replayText } from '../replay-text.js';
import { stopSignal } from '../stop-signal.js';

/** What waits for its turn has nothing else that keeps the process alive. */
const keepingAwake: Clock = {
  now: systemClock.now,
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
};

/** `propylon replay`: what another gateway makes of recorded requests. */
export async function replay(file: string, flags: ReplayFlags): Promise<number> {
  const isIgnored = ignored(flags.ignore ?? []);
  if ('problem' in isIgnored) return refused(isIgnored.problem);
  const baselines = flags.baseline ?? [];
  if (baselines.length > 2) return refused('More than two baselines tell nothing more.');
  const stopping = new AbortController();
  void stopSignal(() => process.exit(exitCode.interrupted)).then(() => stopping.abort());
  let report: ReplayReport;
  try {
    const { exchanges } = await readRecording(file);
    report = await replayRecording(exchanges, {
      against: flags.against,
      baselines,
      headers: flags.header ?? [],
      query: flags.query ?? [],
      methods: flags.methods,
      comparedHeaders: flags.headers ?? comparedHeaders,
      isIgnored,
      rate: flags.rate,
      concurrency: flags.concurrency,
      timeoutMs: flags.timeout,
      clock: keepingAwake,
      signal: stopping.signal,
    });
  } catch (error) {
    if (error instanceof RecordingError) return refused(error.message);
    throw error;
  }
  process.stdout.write(
    flags.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : replayText(report),
  );
  if (report.gaveUp !== undefined) {
    process.stderr.write(`Given up: ${report.gaveUp}\n`);
    return exitCode.failed;
  }
  return report.different > 0 ? exitCode.findings : exitCode.fine;
}

function refused(problem: string): number {
  process.stderr.write(`${problem}\n`);
  return exitCode.usage;
}
