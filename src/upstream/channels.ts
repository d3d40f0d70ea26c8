import type { Target } from './target.js';
import type { Transport } from './transport.js';

/** The channels to all backends: one transport per distinct target, shared by whoever retains it. */
export interface Channels {
  /**
   * Takes a share in the transport to a target, which is made for the first holder and closed when the
   * last one has released it. `release` may be called more than once; only the first counts.
   */
  retain(target: Target): { readonly transport: Transport; release(): void };
  /** Closes every transport, whoever holds it, and those still closing; resolves when all are closed. */
  close(): Promise<void>;
}

/** Makes an empty set of channels; `connect` makes the transport of a target and should not connect yet. */
export function createChannels(connect: (target: Target) => Transport): Channels {
  const open = new Map<string, { readonly transport: Transport; holders: number }>();
  const closing = new Set<Promise<void>>();

  function shut(transport: Transport): void {
    const closed = transport.close().finally(() => closing.delete(closed));
    closing.add(closed);
  }

  return {
    retain(target) {
      const channel = open.get(target.text) ?? { transport: connect(target), holders: 0 };
      open.set(target.text, channel);
      channel.holders += 1;
      let held = true;
      return {
        transport: channel.transport,
        release() {
          if (!held) return;
          held = false;
          channel.holders -= 1;
          // After close() the entry may be gone, or be a successor's.
          if (channel.holders > 0 || open.get(target.text) !== channel) return;
          open.delete(target.text);
          shut(channel.transport);
        },
      };
    },
    async close() {
      for (const channel of open.values()) shut(channel.transport);
      open.clear();
      await Promise.all(closing);
    },
  };
}
