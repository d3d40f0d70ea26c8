import type { Diagnostic } from '../diagnostic/index.js';
import { parseDurationMs } from '../duration.js';
import { type GateOptions, gateOptionsOf, type Policy } from '../gate/index.js';
import { type LogLevel, logLevels, type TracingOptions } from '../telemetry/index.js';
import type { UpstreamOptions } from '../upstream/index.js';
import { type EffectiveConfig, effectiveConfig } from './effective.js';
import type { Config } from './schema.js';

/** What flags and environment variables can say; an undefined one says nothing. */
export interface Overrides {
  readonly descriptors?: readonly string[] | undefined;
  readonly protos?: readonly string[] | undefined;
  readonly reflect?: readonly string[] | undefined;
  readonly rules?: readonly string[] | undefined;
  /** "selector=target" */
  readonly backends?: readonly string[] | undefined;
  readonly codecs?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly adminHost?: string | undefined;
  readonly adminPort?: number | undefined;
  readonly strict?: boolean | undefined;
  readonly logLevel?: LogLevel | undefined;
  /** A line per request. */
  readonly accessLog?: boolean | undefined;
  readonly workers?: number | 'auto' | undefined;
}

/** The configuration that counts, every default but those of the limits and listeners filled in. */
export interface Settings {
  readonly descriptors: readonly string[];
  readonly protos: readonly string[];
  readonly reflect: readonly string[];
  readonly rules: readonly string[];
  readonly backends: readonly ({ readonly selector: string } & UpstreamOptions)[];
  readonly listen: NonNullable<Config['listen']>;
  /** Undefined for one process that does everything. */
  readonly workers: number | 'auto' | undefined;
  readonly conflicts: 'warn' | 'refuse';
  readonly trailingSlash: 'strict' | 'ignore';
  readonly multiSegmentDecoding: 'slash' | 'reserved';
  readonly requests: Omit<NonNullable<Config['requests']>, 'methods'>;
  readonly methodRequests: readonly {
    readonly selector: string;
    readonly options: NonNullable<NonNullable<Config['requests']>['methods']>[string];
  }[];
  readonly streamFormats: readonly {
    readonly selector: string;
    readonly format: NonNullable<Config['streamFormats']>[string];
  }[];
  readonly errors: NonNullable<Config['errors']>;
  readonly json: Omit<NonNullable<Config['json']>, 'methods'>;
  readonly methodJson: readonly {
    readonly selector: string;
    readonly options: NonNullable<NonNullable<Config['json']>['methods']>[string];
  }[];
  /** File of a module that is to be imported. */
  readonly codecs: string | undefined;
  readonly streams: Pick<Config, 'streamEnvelope' | 'streamCleanEnd'>;
  readonly sse: {
    readonly retryMs: number | undefined;
    readonly eventIds: readonly { readonly selector: string; readonly field: string }[];
  };
  readonly methodOverride: boolean;
  readonly log: NonNullable<Config['log']>;
  readonly readiness: NonNullable<Config['readiness']>;
  readonly audit: Config['audit'];
  readonly tracing: TracingOptions | undefined;
  readonly metrics: Config['metrics'];
  readonly check: NonNullable<Config['check']>;
  readonly docs: Config['docs'];
  readonly securityHeaders: NonNullable<Config['securityHeaders']>;
  readonly webSocketOrigins: readonly string[] | '*';
  readonly limits: NonNullable<Config['limits']>;
  readonly policies: readonly { readonly selector: string; readonly policy: Policy }[];
  /** What the gate shares between methods. */
  readonly gate: GateOptions;
  readonly timeouts: readonly { readonly selector: string; readonly timeoutMs: number }[];
  readonly metadata: {
    readonly requestNames: readonly string[];
    readonly responseNames: readonly string[];
    readonly trailerNames: readonly string[];
  };
  /** All of this for operators to read. */
  readonly effective: EffectiveConfig;
}

/**
 * The environment's part: PROPYLON_PORT, PROPYLON_BACKENDS="a.*=h:1 b.*=h:2" and so on; lists by commas.
 * A variable that cannot be read is CONFIG_INVALID; unknown ones are somebody else's.
 */
export function environmentOverrides(env: Readonly<Record<string, string | undefined>>): {
  overrides: Overrides;
  diagnostics: Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const invalid = (name: string, problem: string, hint: string): undefined => {
    const text = `The environment variable ${name} ${problem}.`;
    diagnostics.push({ severity: 'error', code: 'CONFIG_INVALID', text, locations: [], hint });
  };
  const list = (name: string): string[] | undefined =>
    env[name]
      ?.split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const port = (name: string): number | undefined => {
    const text = env[name];
    // Kubernetes gives every pod NAME_PORT=tcp://… for a Service called NAME: not said to us.
    if (text === undefined || text.startsWith('tcp://')) return undefined;
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    return invalid(name, `is "${text}", not a port`, 'Write a number from 0 to 65535; 0 picks a free port.');
  };
  const flag = (name: string): boolean | undefined => {
    const text = env[name];
    if (text === undefined || text === 'true' || text === 'false')
      return text === undefined ? undefined : text === 'true';
    return invalid(name, `is "${text}"`, 'Write true or false.');
  };
  const logLevel = (name: string): LogLevel | undefined => {
    const text = env[name];
    const level = logLevels.find((known) => known === text);
    if (text === undefined || level !== undefined) return level;
    return invalid(name, `is "${text}", not a level`, `Write one of ${logLevels.join(', ')}.`);
  };
  const workers = (name: string): number | 'auto' | undefined => {
    const text = env[name];
    if (text === undefined || text === 'auto') return text;
    if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
    return invalid(name, `is "${text}", not a number of workers`, 'Write a number from 1 on, or auto.');
  };
  const overrides = {
    descriptors: list('PROPYLON_DESCRIPTORS'),
    protos: list('PROPYLON_PROTOS'),
    reflect: list('PROPYLON_REFLECT'),
    rules: list('PROPYLON_RULES'),
    // Targets may be lists of their own, so backends are separated by blanks or semicolons.
    backends: env['PROPYLON_BACKENDS']?.split(/[\s;]+/).filter((item) => item !== ''),
    codecs: env['PROPYLON_CODECS'],
    host: env['PROPYLON_HOST'],
    port: port('PROPYLON_PORT'),
    adminHost: env['PROPYLON_ADMIN_HOST'],
    adminPort: port('PROPYLON_ADMIN_PORT'),
    strict: flag('PROPYLON_STRICT'),
    logLevel: logLevel('PROPYLON_LOG_LEVEL'),
    accessLog: flag('PROPYLON_ACCESS_LOG'),
    workers: workers('PROPYLON_WORKERS'),
  };
  return { overrides, diagnostics };
}

/** Flags over environment over file. Backends add up, since the most specific selector wins anyway, the later of two equal ones. */
export function settingsFrom(file: Config, environment: Overrides, flags: Overrides): Settings {
  const pick = <K extends keyof Overrides>(key: K): Overrides[K] => flags[key] ?? environment[key];
  const backends = [...(environment.backends ?? []), ...(flags.backends ?? [])].map((text) => {
    const equals = text.indexOf('=');
    return equals < 0
      ? { selector: '*', target: text }
      : { selector: text.slice(0, equals), target: text.slice(equals + 1) };
  });
  const { methods, ...json } = file.json ?? {};
  const { methods: methodRequests, ...requests } = file.requests ?? {};
  const { strict, host, port, adminHost, adminPort } = {
    strict: pick('strict'),
    host: pick('host'),
    port: pick('port'),
    adminHost: pick('adminHost'),
    adminPort: pick('adminPort'),
  };
  const settings = {
    descriptors: pick('descriptors') ?? file.sources?.descriptors ?? [],
    protos: pick('protos') ?? file.sources?.protos ?? [],
    reflect: pick('reflect') ?? file.sources?.reflect ?? [],
    rules: pick('rules') ?? file.rules ?? [],
    backends: [
      ...Object.entries(file.backends ?? {}).map(([selector, backend]) =>
        typeof backend === 'string' ? { selector, target: backend } : { selector, ...backend },
      ),
      ...backends,
    ],
    listen: {
      ...file.listen,
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      ...(adminHost === undefined ? {} : { adminHost }),
      ...(adminPort === undefined ? {} : { adminPort }),
    },
    workers: pick('workers') ?? file.workers,
    conflicts: strict === true ? 'refuse' : (file.conflicts ?? 'warn'),
    trailingSlash: file.trailingSlash ?? 'strict',
    multiSegmentDecoding: file.multiSegmentDecoding ?? 'slash',
    requests,
    methodRequests: Object.entries(methodRequests ?? {}).map(([selector, options]) => ({
      selector,
      options,
    })),
    streamFormats: Object.entries(file.streamFormats ?? {}).map(([selector, format]) => ({
      selector,
      format,
    })),
    errors: file.errors ?? 'status',
    json,
    methodJson: Object.entries(methods ?? {}).map(([selector, options]) => ({ selector, options })),
    codecs: pick('codecs') ?? file.codecs,
    streams: {
      streamEnvelope: file.streamEnvelope,
      streamCleanEnd: file.streamCleanEnd,
    },
    sse: {
      retryMs: file.sse?.retryMs,
      eventIds: Object.entries(file.sse?.eventIds ?? {}).map(([selector, field]) => ({ selector, field })),
    },
    methodOverride: file.methodOverride ?? false,
    log: logOf(file, pick('logLevel'), pick('accessLog')),
    readiness: file.readiness ?? {},
    audit: file.audit,
    tracing: file.tracing,
    metrics: file.metrics,
    check: file.check ?? {},
    docs: file.docs,
    securityHeaders: file.securityHeaders ?? {},
    webSocketOrigins: file.webSocketOrigins ?? [],
    limits: file.limits ?? {},
    policies: Object.entries(file.policies ?? {}).map(([selector, policy]) => ({ selector, policy })),
    gate: gateOptionsOf(file),
    timeouts: Object.entries(file.timeouts ?? {}).map(([selector, text]) => ({
      selector,
      timeoutMs: parseDurationMs(text) ?? Number.POSITIVE_INFINITY,
    })),
    metadata: {
      requestNames: file.metadata?.request ?? [],
      responseNames: file.metadata?.response ?? [],
      trailerNames: file.metadata?.trailers ?? [],
    },
  } satisfies Omit<Settings, 'effective'>;
  return { ...settings, effective: effectiveConfig(settings, file, environment, flags) };
}

function logOf(
  { log = {} }: Config,
  level: LogLevel | undefined,
  accessLog: boolean | undefined,
): Settings['log'] {
  return {
    ...log,
    ...(level === undefined ? {} : { level }),
    ...(accessLog === true ? { access: { ...log.access, mode: 'all' } } : {}),
  };
}
