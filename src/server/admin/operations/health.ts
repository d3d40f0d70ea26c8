import type { Gateway } from '../../../gateway/index.js';

/** Whether requests may be sent here, and what is served. */
export interface Health {
  readonly ready: boolean;
  /** In words: "ok", or why it is not ready. */
  readonly state: string;
  readonly checks: readonly HealthCheck[];
  readonly generation: number;
  readonly services: number;
  readonly methods: number;
  readonly routes: number;
  readonly inFlight: number;
}

/** One of the things without which a process is not ready. */
export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  /** How it stands, in words. */
  readonly reason: string;
}

/** Where a process is on its way: `leaving` still takes connections, and `ending` none. */
export type Phase = 'serving' | 'leaving' | 'ending';

/** How a process is now. `further` are checks of others. */
export function healthOf(
  { surface, inFlight }: Gateway,
  phase: Phase,
  further: readonly HealthCheck[] = [],
): Health {
  const { serviceCount: services, methodCount: methods, routes, generation } = surface;
  const checks: readonly HealthCheck[] = [
    {
      name: 'sources',
      ok: true,
      reason: `${services} services, ${methods} methods, ${routes.length} routes, generation ${generation}`,
    },
    {
      name: 'listening',
      ok: phase !== 'ending',
      reason: phase === 'ending' ? 'takes no connections any more' : 'takes connections',
    },
    {
      name: 'staying',
      ok: phase === 'serving',
      reason:
        phase === 'serving'
          ? 'nobody has asked it to leave'
          : `shutting down, ${inFlight} requests in flight`,
    },
    ...further,
  ];
  const failed = checks.filter(({ ok }) => !ok);
  const ready = failed.length === 0;
  return {
    ready,
    state: stateOf(phase, failed),
    checks,
    generation,
    services,
    methods,
    routes: routes.length,
    inFlight,
  };
}

function stateOf(phase: Phase, [failed]: readonly HealthCheck[]): string {
  if (failed === undefined) return 'ok';
  return phase === 'serving' ? `${failed.name}: ${failed.reason}` : 'shutting down';
}

/** One ready process is enough to be sent requests; what is served is what the oldest surface serves. */
export function mergeHealth(all: readonly [Health, ...Health[]]): Health {
  const [best] = all.toSorted((a, b) => Number(b.ready) - Number(a.ready) || a.generation - b.generation);
  return { ...(best ?? all[0]), inFlight: all.reduce((sum, { inFlight }) => sum + inFlight, 0) };
}

/** A line for each check, as those know it who know Kubernetes. */
export function healthText({ state, checks }: Health): string {
  const lines = checks.map(({ name, ok, reason }) => `[${ok ? '+' : '-'}] ${name}: ${reason}`);
  return `${[...lines, state].join('\n')}\n`;
}
