import type { Endpoint, Resolver } from './resolver.js';

/** Endpoints that are known and do not change. */
export function createStaticResolver(endpoints: readonly Endpoint[]): Resolver {
  return {
    start(listener) {
      listener.resolved(endpoints);
    },
    refresh() {},
    close() {},
  };
}
