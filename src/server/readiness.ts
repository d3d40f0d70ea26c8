import type { Clock } from '../clock.js';
import { Code, codeName } from '../status/index.js';
import { type Channel, type Channels, type Upstream, unknownMethod } from '../upstream/index.js';
import type { HealthCheck } from './admin/operations/health.js';

/** When a gateway that serves is ready. */
export interface ReadinessOptions {
  /** How many backends must be reached: `any` is one of them. Default none. */
  readonly upstreams?: 'none' | 'any' | 'all' | undefined;
  /** A backend must answer in this time. Default 1000. */
  readonly timeoutMs?: number | undefined;
}

/** Looks again and again whether backends can be reached. */
export interface UpstreamsWatch {
  /** What was found the last time; undefined where nobody wants to know. */
  check(): HealthCheck | undefined;
  close(): void;
}

const checkEveryMs = 2_000;
const timeoutMsDefault = 1_000;

/** The call that any server answers, with UNIMPLEMENTED where it does not know of health. */
const healthPath = '/grpc.health.v1.Health/Check';
/** HealthCheckResponse with status NOT_SERVING. */
const notServing = Buffer.from([8, 2]);

/** Watches over the backends of now, without a call where one is under way anyway. */
export function watchUpstreams(
  current: { readonly channels: Channels; readonly upstreams: readonly Upstream[] },
  { upstreams: wanted = 'none', timeoutMs = timeoutMsDefault }: ReadinessOptions,
  clock: Clock,
): UpstreamsWatch {
  if (wanted === 'none') return { check: () => undefined, close: () => undefined };
  let found: HealthCheck = { name: 'upstreams', ok: false, reason: 'not asked yet' };
  let stop: (() => void) | undefined;
  let closed = false;

  const look = async (): Promise<void> => {
    const { channels, upstreams } = current;
    const distinct = [...new Map(upstreams.map((upstream) => [upstream.text, upstream])).values()];
    const missing = await Promise.all(
      distinct.map(async (upstream) => {
        const { channel, release } = channels.retain(upstream);
        const problem = isReached(channel) ? undefined : await problemOf(channel, timeoutMs, clock);
        release();
        return problem === undefined ? [] : [`${upstream.target.text}: ${problem}`];
      }),
    );
    const problems = missing.flat();
    const reached = distinct.length - problems.length;
    const ok = wanted === 'all' ? problems.length === 0 : reached > 0 || distinct.length === 0;
    const summary = `${reached} of ${distinct.length} reached`;
    found = { name: 'upstreams', ok, reason: [summary, ...problems].join('; ') };
    if (!closed) stop = clock.after(checkEveryMs, () => void look());
  };
  void look();
  return {
    check: () => found,
    close() {
      closed = true;
      stop?.();
    },
  };
}

/** Whether calls would get there right now, as far as is known without one. */
function isReached(channel: Channel): boolean {
  const main = channel.report().find(({ role }) => role === 'main');
  return (main?.endpoints ?? []).some(
    ({ connectivity, serving, ejected, leaving }) =>
      connectivity === 'ready' && serving !== false && !ejected && !leaving,
  );
}

async function problemOf(channel: Channel, timeoutMs: number, clock: Clock): Promise<string | undefined> {
  const { status, localReason, message } = await channel.method(unknownMethod(healthPath)).unary(
    {
      path: healthPath,
      metadata: [],
      deadline: clock.now() + timeoutMs,
      signal: new AbortController().signal,
      responseMessageBytesMax: 1024,
    },
    new Uint8Array(),
  );
  if (localReason !== undefined) return localReason;
  if (status.code === Code.OK)
    return message !== undefined && notServing.equals(message) ? 'NOT_SERVING' : undefined;
  // Proxies answer so for servers that are not there.
  return status.code === Code.UNAVAILABLE ? codeName(status.code) : undefined;
}
