import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Random, WallClock } from '../../clock.js';
import { pause } from '../../pause.js';
import { replayDefaults } from '../../replay-defaults.js';
import { createPlaceholder } from '../redaction/placeholder.js';
import { redactExchange } from '../redaction/redact-exchange.js';
import type { RedactionRules } from '../redaction/rules.js';
import { createProxy } from './proxy.js';
import { createRecordingFile } from './recording-file.js';
import { selection } from './selection.js';
import { createTap } from './tap.js';

export interface RecorderOptions {
  /** The gateway. */
  readonly to: URL;
  readonly host: string;
  readonly port: number;
  readonly out: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly sample: number;
  readonly bodyBytesMax: number;
  readonly recordingBytesMax: number;
  /** What counts as a secret. */
  readonly rules: RedactionRules;
  /** Told why nothing is recorded any more. */
  readonly onTrouble: (text: string) => void;
  readonly clock: WallClock;
  readonly random: Random;
}

/** What a recorder has seen. */
export interface RecorderCounts {
  readonly recorded: number;
  /** Not chosen by pattern or sample. */
  readonly passed: number;
  /** Chosen, but not kept: no room, or too slow a disk. */
  readonly lost: number;
  /** Chosen, but not kept: looking through them for secrets failed. */
  readonly failed: number;
  /** Upgraded connections. */
  readonly tunnels: number;
}

export interface Recorder {
  /** "http://127.0.0.1:8081" */
  readonly url: string;
  readonly counts: RecorderCounts;
  /** Lets what is under way finish, for a while, and the file with it. */
  close(): Promise<void>;
}

/** Listens in front of a gateway, and writes down what passes. Rejects where file or port cannot be had. */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const { to, host, port, out, bodyBytesMax, rules, clock } = options;
  const counts = { recorded: 0, passed: 0, lost: 0, failed: 0, tunnels: 0 };
  const isChosen = selection(options);
  const placeholder = createPlaceholder();
  const file = await createRecordingFile({
    path: out,
    bytesMax: options.recordingBytesMax,
    to: `${to.protocol}//${to.host}`,
    created: new Date(clock.wall()),
    onTrouble: options.onTrouble,
  });
  const { server, endTunnels, destroy } = createProxy({
    to,
    onTunnel: () => void counts.tunnels++,
    tap(request) {
      if (!isChosen(request.method ?? '', request.url ?? '')) {
        counts.passed++;
        return undefined;
      }
      if (file.trouble !== undefined) {
        counts.lost++;
        return undefined;
      }
      return createTap(request, bodyBytesMax, clock, (read) => {
        try {
          const isKept = file.write(redactExchange(read(), rules, placeholder));
          counts[isKept ? 'recorded' : 'lost']++;
        } catch {
          // Neither the traffic nor a secret pays for a defect of ours; of the error nothing is shown, which may quote one.
          counts.failed++;
        }
      });
    },
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    await file.close();
    await rm(out);
    throw error;
  }
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address : { address: host, port };
  return {
    url: `http://${bound.address.includes(':') ? `[${bound.address}]` : bound.address}:${bound.port}`,
    counts,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      endTunnels();
      const drained = new AbortController();
      await Promise.race([closed, pause(clock, replayDefaults.drainMs, drained.signal)]);
      drained.abort();
      server.closeAllConnections();
      destroy();
      await closed;
      await file.close();
    },
  };
}
