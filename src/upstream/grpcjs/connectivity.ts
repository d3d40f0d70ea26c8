import * as grpc from '@grpc/grpc-js';
import type { Connectivity } from '../transport.js';

const names: Readonly<Record<grpc.connectivityState, Connectivity>> = {
  [grpc.connectivityState.IDLE]: 'idle',
  [grpc.connectivityState.CONNECTING]: 'connecting',
  [grpc.connectivityState.READY]: 'ready',
  [grpc.connectivityState.TRANSIENT_FAILURE]: 'failed',
  [grpc.connectivityState.SHUTDOWN]: 'failed',
};

/** A channel's state in our words. */
export function connectivityOf(channel: grpc.Channel): Connectivity {
  return names[channel.getConnectivityState(false)];
}

/** Calls `changed` after each change until the channel is closed; returns what ends it before. */
export function watchConnectivity(channel: grpc.Channel, changed: () => void): () => void {
  let watching = true;
  const arm = (): void => {
    const state = channel.getConnectivityState(false);
    if (!watching || state === grpc.connectivityState.SHUTDOWN) return;
    // Fires once; without a deadline it fails never.
    channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, () => {
      arm();
      // grpc-js calls in the middle of its own change.
      queueMicrotask(() => {
        if (watching) changed();
      });
    });
  };
  arm();
  return () => {
    watching = false;
  };
}
