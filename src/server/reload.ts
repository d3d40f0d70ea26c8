import { systemClock } from '../clock.js';
import { surfaceChanges } from '../contract/index.js';
import { type Diagnostic, DiagnosticsError } from '../diagnostic/index.js';
import type { Gateway } from '../gateway/index.js';
import { inSlices } from '../steps.js';
import { type Generation, nextGeneration } from './generation.js';
import { watchReloads } from './metrics.js';
import type { GatewayOptions } from './options.js';
import type { Watches } from './watches.js';

/** What a reload has come to. Plain data. */
export interface ReloadResult {
  /** `refused` where something is wrong: then the diagnostics say what, and what was served before still is. */
  readonly kind: 'reloaded' | 'unchanged' | 'refused';
  /** The generation that is served now. */
  readonly generation: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Whatever is served, now and after reloads. */
export interface Reloads {
  readonly current: Generation;
  /** Those of other options, if any are given. Never rejects. What asks while one is under way gets the one after it. */
  reload(options?: GatewayOptions): Promise<ReloadResult>;
  /** Ends what is served; a reload that is under way is none. */
  close(): Promise<void>;
}

/** `first` is served by `core` already. */
export function createReloads(core: Gateway, first: Generation, watches: Watches | undefined): Reloads {
  let current = first;
  const { metrics } = first.parts;
  const count = metrics && watchReloads(metrics, systemClock);
  const closing = new AbortController();
  /** Those that are not served any more and still have requests. */
  const ending = new Set<Generation>();

  const refused = (diagnostics: readonly Diagnostic[]): ReloadResult => ({
    kind: 'refused',
    generation: current.loaded.surface.generation,
    diagnostics,
  });

  const read = async (given: GatewayOptions | undefined) => {
    const renewed =
      given === undefined ? await current.options.renew?.() : { options: given, diagnostics: [] };
    const options = { ...(renewed?.options ?? current.options), ...functionsOf(first.options) };
    const next = await nextGeneration(options, closing.signal, watches, current);
    return { next, told: renewed?.diagnostics ?? [] };
  };

  async function once(given: GatewayOptions | undefined): Promise<ReloadResult> {
    try {
      const { next, told } = await (watches?.reading(() => read(given)) ?? read(given));
      if (closing.signal.aborted) {
        await next?.release();
        return refused([]);
      }
      const { surface } = current.loaded;
      if (next === undefined) return { kind: 'unchanged', generation: surface.generation, diagnostics: told };
      const { surface: nextSurface, diagnostics } = next.loaded;
      if (nextSurface.routes.length === 0 && surface.routes.length > 0) {
        await next.release();
        return refused([nothingLeft]);
      }
      const sides = [await current.outlineInSlices(), await next.outlineInSlices()] as const;
      const broken = await inSlices(surfaceChanges(...sides), systemClock);
      if (closing.signal.aborted) {
        await next.release();
        return refused([]);
      }
      serve(next);
      return {
        kind: 'reloaded',
        generation: nextSurface.generation,
        diagnostics: [...told, ...broken, ...diagnostics],
      };
    } catch (error) {
      return refused(error instanceof DiagnosticsError ? error.diagnostics : [unexpected(error)]);
    }
  }

  function serve(next: Generation): void {
    const before = current;
    current = next;
    ending.add(before);
    next.loaded.settle();
    void core.swap(next.serving).then(() => {
      if (ending.delete(before)) return before.release();
      return undefined;
    });
  }

  const reload = coalesced(once);
  let running: Promise<unknown> = Promise.resolve();
  return {
    get current() {
      return current;
    },
    async reload(options) {
      const reloading = reload(options);
      running = reloading;
      const result = await reloading;
      if (closing.signal.aborted) return result;
      count?.(result.kind);
      first.options.onReload?.(result);
      return result;
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      watches?.close();
      const open = [current, ...ending];
      ending.clear();
      await Promise.all([...open.map((generation) => generation.release()), running]);
    },
  };
}

/** What runs for as long as the gateway does, whatever a reload says. */
function functionsOf({
  log,
  warn,
  tracer,
  routes,
  onReload,
  logLevels,
}: GatewayOptions): Partial<GatewayOptions> {
  const functions = { log, warn, tracer, routes, onReload, logLevels };
  return Object.fromEntries(Object.entries(functions).filter(([, value]) => value !== undefined));
}

/** An empty propylon.yaml is a good one, and what a writer leaves who is not done yet. */
const nothingLeft: Diagnostic = Object.freeze({
  severity: 'error',
  code: 'ROUTES_NONE',
  text: 'No route would be left: what is served is served on.',
  locations: [],
  hint: 'Is a file empty, or only half written?',
});

function unexpected(error: unknown): Diagnostic {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    severity: 'error',
    code: 'RELOAD_FAILED',
    text: `Nothing could be loaded: ${reason}.`,
    locations: [],
  };
}

interface Waiting {
  options: GatewayOptions | undefined;
  readonly result: Promise<ReloadResult>;
}

/** One at a time: whoever asks meanwhile gets the next, all of them the same, with the options that were given last. */
function coalesced(
  run: (options: GatewayOptions | undefined) => Promise<ReloadResult>,
): (options: GatewayOptions | undefined) => Promise<ReloadResult> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting: Waiting | undefined;
  return (options) => {
    if (waiting !== undefined) {
      waiting.options = options ?? waiting.options;
      return waiting.result;
    }
    const turn: Waiting = {
      options,
      result: last.then(() => {
        waiting = undefined;
        return run(turn.options);
      }),
    };
    waiting = turn;
    last = turn.result;
    return turn.result;
  };
}
