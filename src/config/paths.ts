import { resolve } from 'node:path';
import type { Config } from './schema.js';

/** The file's own paths, which are relative to the folder it lies in, wherever the gateway is started. */
export function resolvePaths(config: Config, folder: string): Config {
  const absolute = (paths: string[] | undefined): string[] | undefined =>
    paths?.map((path) => resolve(folder, path));
  const { sources, rules, codecs, backends } = config;
  return {
    ...config,
    ...(rules === undefined ? {} : { rules: absolute(rules) }),
    ...(codecs === undefined ? {} : { codecs: resolve(folder, codecs) }),
    ...(backends === undefined ? {} : { backends: absoluteFiles(backends, folder) }),
    ...(sources === undefined
      ? {}
      : {
          sources: {
            ...sources,
            descriptors: absolute(sources.descriptors),
            protos: absolute(sources.protos),
          },
        }),
  };
}

type Backends = NonNullable<Config['backends']>;

function absoluteFiles(backends: Backends, folder: string): Backends {
  const entries = Object.entries(backends).map(([selector, backend]): [string, Backends[string]] => {
    if (typeof backend === 'string') return [selector, backend];
    const { serviceConfig } = backend;
    const absolute =
      serviceConfig === undefined || serviceConfig === 'dns'
        ? backend
        : { ...backend, serviceConfig: resolve(folder, serviceConfig) };
    if (backend.tls === undefined) return [selector, absolute];
    const tls = { ...backend.tls };
    for (const name of ['ca', 'cert', 'key'] as const) {
      const file = tls[name];
      if (file !== undefined) tls[name] = resolve(folder, file);
    }
    return [selector, { ...absolute, tls }];
  });
  return Object.fromEntries(entries);
}
