import type { Settings } from '../config/index.js';
import { readSettings } from '../server/index.js';
import type { ListenFlags } from './flags/listen.js';
import type { SourceFlags } from './flags/source.js';

/** File, environment and flags as one. Throws DiagnosticsError when file or environment are wrong. */
export function settingsOf(flags: SourceFlags & ListenFlags): Settings {
  return readSettings(flags.config, process.env, {
    descriptors: flags.descriptors,
    protos: flags.proto,
    reflect: flags.reflect,
    rules: flags.rules,
    backends: flags.backend,
    strict: flags.strict,
    codecs: flags.codecs,
    host: flags.host,
    port: flags.port,
    adminHost: flags.adminHost,
    adminPort: flags.adminPort,
    logLevel: flags.logLevel,
    accessLog: flags.accessLog,
    workers: flags.workers,
  });
}
