import { defaultLimits } from '../limits.js';
import type { Config } from './schema.js';
import { withoutSecrets } from './secret-settings.js';
import type { Overrides, Settings } from './settings.js';

/** What counts, for operators to read: plain data, without secrets. */
export interface EffectiveConfig {
  /** In the shape of propylon.yaml. */
  readonly config: unknown;
  /** Where settings come from, by their paths; what is not in it is a default. */
  readonly origins: Readonly<Record<string, Origin>>;
}

export type Origin = 'file' | 'environment' | 'flag';

/** What each override is called in the file. */
const paths: Readonly<Record<keyof Overrides, readonly [section: string, name?: string]>> = {
  descriptors: ['sources', 'descriptors'],
  protos: ['sources', 'protos'],
  reflect: ['sources', 'reflect'],
  rules: ['rules'],
  backends: ['backends'],
  codecs: ['codecs'],
  host: ['listen', 'host'],
  port: ['listen', 'port'],
  adminHost: ['listen', 'adminHost'],
  adminPort: ['listen', 'adminPort'],
  strict: ['conflicts'],
  logLevel: ['log', 'level'],
  accessLog: ['log', 'access'],
  workers: ['workers'],
};

/** What file, environment and flags have come to. */
export function effectiveConfig(
  settings: Omit<Settings, 'effective'>,
  file: Config,
  environment: Overrides,
  flags: Overrides,
): EffectiveConfig {
  const origins: Record<string, Origin> = {};
  for (const [section, value] of Object.entries(file)) {
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    const names = isSection ? Object.keys(value).map((name) => `${section}.${name}`) : [section];
    for (const path of names) origins[path] = 'file';
  }
  const layers = [
    ['environment', environment],
    ['flag', flags],
  ] as const;
  for (const [origin, overrides] of layers) {
    for (const [name, path] of Object.entries(paths)) {
      if (overrides[name as keyof Overrides] !== undefined) origins[path.join('.')] = origin;
    }
  }
  return { config: withoutSecrets(inShapeOfFile(settings, file)), origins };
}

function inShapeOfFile(settings: Omit<Settings, 'effective'>, file: Config): object {
  const { descriptors, protos, reflect, rules, backends, listen, conflicts, codecs, log, limits } = settings;
  return {
    ...file,
    sources: { descriptors, protos, reflect },
    rules,
    backends: Object.fromEntries(backends.map(({ selector, ...backend }) => [selector, backend])),
    listen,
    conflicts,
    codecs,
    log,
    limits: { ...defaultLimits, ...limits },
  };
}
