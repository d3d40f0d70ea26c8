import { dirname } from 'node:path';
import {
  environmentOverrides,
  type Overrides,
  parseConfig,
  resolvePaths,
  type Settings,
  settingsFrom,
} from '../config/index.js';
import { imageSource, protosSource } from '../descriptor/index.js';
import { type Diagnostic, DiagnosticsError } from '../diagnostic/index.js';
import { readRegularFileSync, unreadableReason } from '../regular-file.js';
import type { GatewayOptions } from './options.js';

/**
 * What a propylon.yaml, the environment and, over both, flags say. Throws DiagnosticsError when file or environment
 * are wrong.
 */
export function readSettings(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  flags: Overrides,
): Settings {
  const { config, diagnostics } = file === undefined ? { config: {}, diagnostics: [] } : readConfig(file);
  const environment = environmentOverrides(env);
  diagnostics.push(...environment.diagnostics);
  if (diagnostics.length > 0) throw new DiagnosticsError(diagnostics);
  return settingsFrom(config, environment.overrides, flags);
}

function readConfig(file: string): ReturnType<typeof parseConfig> {
  const { config, diagnostics } = parseConfig(readText(file, 'CONFIG_INVALID', 'Is the path right?'), file);
  return { config: resolvePaths(config, dirname(file)), diagnostics };
}

function readText(file: string, code: Diagnostic['code'], hint: string): string {
  try {
    return readRegularFileSync(file).toString();
  } catch (error) {
    throw new DiagnosticsError([
      {
        severity: 'error',
        code,
        text: `The file cannot be read (${unreadableReason(error)}).`,
        locations: [{ file, line: 0, column: 0 }],
        hint,
      },
    ]);
  }
}

/** What `createGateway` takes, from settings. */
export function gatewayOptionsOf(settings: Settings): GatewayOptions {
  return {
    sources: [
      ...settings.descriptors.map((file) => imageSource(file)),
      ...(settings.protos.length === 0 ? [] : [protosSource(settings.protos)]),
    ],
    reflect: settings.reflect,
    backends: settings.backends,
    policies: settings.policies,
    gate: settings.gate,
    rules: settings.rules.map((file) => ({
      file,
      text: readText(file, 'RULES_FILE_INVALID', 'Is the path right?'),
    })),
    conflicts: settings.conflicts,
    trailingSlash: settings.trailingSlash,
    multiSegmentDecoding: settings.multiSegmentDecoding,
    requests: defined(settings.requests),
    methodRequests: settings.methodRequests.map(({ selector, options }) => ({
      selector,
      options: defined(options),
    })),
    streamFormats: settings.streamFormats,
    errors: settings.errors,
    json: defined(settings.json),
    methodJson: settings.methodJson.map(({ selector, options }) => ({ selector, options: defined(options) })),
    ...defined(settings.streams),
    sse: settings.sse,
    methodOverride: settings.methodOverride,
    securityHeaders: settings.securityHeaders,
    audit: settings.audit,
    readiness: settings.readiness,
    effective: settings.effective,
    metrics: settings.metrics,
    docs: settings.docs,
    webSocketOrigins: settings.webSocketOrigins,
    limits: defined(settings.limits),
    timeouts: settings.timeouts,
    metadata: settings.metadata,
  };
}

/** Without the keys whose value is undefined, which would override a default. */
function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
