import { once } from 'node:events';
import { rmSync } from 'node:fs';
import http from 'node:http';
import { systemClock } from '../../src/clock.js';
import {
  ignored,
  type Recorder,
  type ReplayReport,
  readRecording,
  redactionRules,
  replay,
  startRecorder,
} from '../../src/replay/index.js';
import { comparedHeaders } from '../../src/replay-defaults.js';

type RecorderOptions = Parameters<typeof startRecorder>[0];
type ReplayOptions = Parameters<typeof replay>[1];

/** A recorder on a free port of loopback, which keeps everything, but for what the options say. */
export function recorderAt(
  to: string,
  out: string,
  options: Partial<RecorderOptions> = {},
): Promise<Recorder> {
  return startRecorder({
    to: new URL(to),
    host: '127.0.0.1',
    port: 0,
    out,
    include: [],
    exclude: [],
    sample: 1,
    bodyBytesMax: 64 * 1024,
    recordingBytesMax: 1024 * 1024,
    rules: redactionRules([]),
    onTrouble: () => undefined,
    clock: systemClock,
    random: () => 0.5,
    ...options,
  });
}

/** One request, as fetch takes it. */
export type Asked = readonly [path: string, init?: RequestInit];

/** Records these requests, one after the other, in a new file. */
export async function recordAll(
  to: string,
  out: string,
  requests: readonly Asked[],
  options: Partial<RecorderOptions> = {},
): Promise<void> {
  rmSync(out, { force: true });
  const recorder = await recorderAt(to, out, options);
  try {
    for (const [path, init] of requests) await (await fetch(recorder.url + path, init)).arrayBuffer();
  } finally {
    await recorder.close();
  }
}

/** Replays a recording as fast as it goes: safe methods, one after the other, but for what the options say. */
export async function replayAll(
  recording: string,
  against: string,
  options: Partial<ReplayOptions> & { readonly ignore?: readonly string[] } = {},
): Promise<ReplayReport> {
  const { ignore = [], ...rest } = options;
  const isIgnored = ignored(ignore);
  if (typeof isIgnored !== 'function') throw new Error(isIgnored.problem);
  const { exchanges } = await readRecording(recording);
  return replay(exchanges, {
    against: new URL(against),
    baselines: [],
    headers: [],
    query: [],
    methods: new Set(['GET', 'HEAD', 'OPTIONS']),
    comparedHeaders,
    isIgnored,
    rate: 10_000,
    concurrency: 1,
    timeoutMs: 10_000,
    clock: systemClock,
    signal: new AbortController().signal,
    ...rest,
  });
}

/** The classes of a report, in the order of the alphabet. */
export function classesOf({ classes }: ReplayReport): string[] {
  return classes.map((one) => one.class).sort();
}

/** A gateway that answers as the test says. */
export async function startPeer(
  answer: http.RequestListener,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
