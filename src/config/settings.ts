import { parseDurationMs } from './duration.js';
import type { Config } from './schema.js';

/** What flags and environment variables can say; an undefined one says nothing. */
export interface Overrides {
  readonly descriptors?: readonly string[] | undefined;
  readonly protos?: readonly string[] | undefined;
  readonly reflect?: readonly string[] | undefined;
  readonly rules?: readonly string[] | undefined;
  /** "selector=target" */
  readonly backends?: readonly string[] | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly adminHost?: string | undefined;
  readonly adminPort?: number | undefined;
  readonly strict?: boolean | undefined;
}

/** The configuration that counts, every default but those of the limits and listeners filled in. */
export interface Settings {
  readonly descriptors: readonly string[];
  readonly protos: readonly string[];
  readonly reflect: readonly string[];
  readonly rules: readonly string[];
  readonly backends: readonly { readonly selector: string; readonly target: string }[];
  readonly listen: NonNullable<Config['listen']>;
  readonly conflicts: 'warn' | 'refuse';
  readonly trailingSlash: 'strict' | 'ignore';
  readonly json: NonNullable<Config['json']>;
  readonly limits: NonNullable<Config['limits']>;
  readonly timeouts: readonly { readonly selector: string; readonly timeoutMs: number }[];
  readonly metadata: { readonly requestNames: readonly string[]; readonly responseNames: readonly string[] };
}

/** The environment's part: PROPYLON_PORT, PROPYLON_BACKENDS="a.*=h:1,b.*=h:2" and so on; lists by commas. */
export function environmentOverrides(env: Readonly<Record<string, string | undefined>>): Overrides {
  const list = (name: string): string[] | undefined =>
    env[name]
      ?.split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const number = (name: string): number | undefined =>
    env[name] === undefined ? undefined : Number(env[name]);
  return {
    descriptors: list('PROPYLON_DESCRIPTORS'),
    protos: list('PROPYLON_PROTOS'),
    reflect: list('PROPYLON_REFLECT'),
    rules: list('PROPYLON_RULES'),
    // Targets may be lists of their own, so backends are separated by blanks or semicolons.
    backends: env['PROPYLON_BACKENDS']?.split(/[\s;]+/).filter((item) => item !== ''),
    host: env['PROPYLON_HOST'],
    port: number('PROPYLON_PORT'),
    adminHost: env['PROPYLON_ADMIN_HOST'],
    adminPort: number('PROPYLON_ADMIN_PORT'),
    strict: env['PROPYLON_STRICT'] === undefined ? undefined : env['PROPYLON_STRICT'] === 'true',
  };
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
  const { strict, host, port, adminHost, adminPort } = {
    strict: pick('strict'),
    host: pick('host'),
    port: pick('port'),
    adminHost: pick('adminHost'),
    adminPort: pick('adminPort'),
  };
  return {
    descriptors: pick('descriptors') ?? file.sources?.descriptors ?? [],
    protos: pick('protos') ?? file.sources?.protos ?? [],
    reflect: pick('reflect') ?? file.sources?.reflect ?? [],
    rules: pick('rules') ?? file.rules ?? [],
    backends: [
      ...Object.entries(file.backends ?? {}).map(([selector, target]) => ({ selector, target })),
      ...backends,
    ],
    listen: {
      ...file.listen,
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      ...(adminHost === undefined ? {} : { adminHost }),
      ...(adminPort === undefined ? {} : { adminPort }),
    },
    conflicts: strict === true ? 'refuse' : (file.conflicts ?? 'warn'),
    trailingSlash: file.trailingSlash ?? 'strict',
    json: file.json ?? {},
    limits: file.limits ?? {},
    timeouts: Object.entries(file.timeouts ?? {}).map(([selector, text]) => ({
      selector,
      timeoutMs: parseDurationMs(text) ?? Number.POSITIVE_INFINITY,
    })),
    metadata: { requestNames: file.metadata?.request ?? [], responseNames: file.metadata?.response ?? [] },
  };
}
