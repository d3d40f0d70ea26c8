import { isDeepStrictEqual } from 'node:util';
import type { Settings } from '../config/index.js';
import type { Diagnostic } from '../diagnostic/index.js';

/** Limits that Node's server is made with. */
const listenerLimits = ['requestHeadBytesMax', 'requestHeadTimeoutMs', 'tlsHandshakeTimeoutMs'] as const;

/** What a process that was started with `running` does not take over from `next`. */
export function needsRestart(running: Settings, next: Settings): readonly Diagnostic[] {
  const whole = (['listen', 'log', 'metrics', 'tracing', 'readiness'] as const).flatMap((name) =>
    changed(name, running[name], next[name]),
  );
  const limits = listenerLimits
    .filter((name) => running.limits[name] !== next.limits[name])
    .map((name) => `limits.${name}`);
  return [...whole, ...limits].map((name) => ({
    severity: 'warning',
    code: 'RESTART_NEEDED',
    text: `${name} has changed, which takes a restart: the process goes on with what it was started with.`,
    locations: [],
    hint: 'Roll the process: SIGUSR2, or start it anew.',
  }));
}

/** Names of the settings that are different, as deep as both have them. */
function changed(name: string, before: unknown, after: unknown): readonly string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [name];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => changed(`${name}.${key}`, before[key], after[key]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
