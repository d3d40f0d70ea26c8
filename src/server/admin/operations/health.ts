import type { Gateway } from '../../../gateway/index.js';

/** Whether requests may be sent here, and what is served. */
export interface Health {
  readonly ready: boolean;
  /** In words: "ok", or why it is not ready. */
  readonly state: string;
  readonly generation: number;
  readonly services: number;
  readonly methods: number;
  readonly routes: number;
  readonly inFlight: number;
}

/** How a process is now. */
export function healthOf({ surface, inFlight }: Gateway, isServing: boolean): Health {
  return {
    ready: isServing,
    state: isServing ? 'ok' : 'shutting down',
    generation: surface.generation,
    services: surface.serviceCount,
    methods: surface.methodCount,
    routes: surface.routes.length,
    inFlight,
  };
}

/** One ready process is enough to be sent requests; what is served is what the oldest surface serves. */
export function mergeHealth(all: readonly [Health, ...Health[]]): Health {
  const [best] = all.toSorted((a, b) => Number(b.ready) - Number(a.ready) || a.generation - b.generation);
  return { ...(best ?? all[0]), inFlight: all.reduce((sum, { inFlight }) => sum + inFlight, 0) };
}
