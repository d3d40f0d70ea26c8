import type { Channel } from './channel.js';
import type { UpstreamReport } from './report.js';
import type { Upstream } from './upstream.js';

/** The channels to all backends: one per distinct upstream, shared by whoever retains it. */
export interface Channels {
  /**
   * Takes a share in the channel to an upstream, which is made for the first holder and closed when the
   * last one has released it. `release` may be called more than once; only the first counts.
   */
  retain(upstream: Upstream): { readonly channel: Channel; release(): void };
  /**
   * How calls to each target of each upstream stand now, in the order in which they were retained: its breaker's
   * state, and its endpoints with connectivity, health, ejection, calls, connections and streams. Plain data.
   */
  report(): readonly UpstreamReport[];
  /** Closes every channel, whoever holds it, and those still closing; resolves when all are closed. */
  close(): Promise<void>;
}

/** Makes an empty set of channels; `create` makes the channel of an upstream and should not connect yet. */
export function createChannels(create: (upstream: Upstream) => Channel): Channels {
  const open = new Map<string, { readonly channel: Channel; holders: number }>();
  const closing = new Set<Promise<void>>();
  function shut(channel: Channel): void {
    const closed = channel.close().finally(() => closing.delete(closed));
    closing.add(closed);
  }
  return {
    retain(upstream) {
      const entry = open.get(upstream.text) ?? { channel: create(upstream), holders: 0 };
      open.set(upstream.text, entry);
      entry.holders += 1;
      let held = true;
      return {
        channel: entry.channel,
        release() {
          if (!held) return;
          held = false;
          entry.holders -= 1;
          // After close() the entry may be gone, or be a successor's.
          if (entry.holders > 0 || open.get(upstream.text) !== entry) return;
          open.delete(upstream.text);
          shut(entry.channel);
        },
      };
    },
    report: () => [...open.values()].flatMap(({ channel }) => channel.report()),
    async close() {
      for (const entry of open.values()) shut(entry.channel);
      open.clear();
      await Promise.all(closing);
    },
  };
}
