import { resolve } from 'node:path';
import type { Config } from './schema.js';

/** The file's own paths, which are relative to the folder it lies in, wherever the gateway is started. */
export function resolvePaths(config: Config, folder: string): Config {
  const absolute = (paths: string[] | undefined): string[] | undefined =>
    paths?.map((path) => resolve(folder, path));
  const { sources, rules, codecs, backends, redis, listen, authentication, identity, audit } = config;
  return {
    ...config,
    ...(rules === undefined ? {} : { rules: absolute(rules) }),
    ...(codecs === undefined ? {} : { codecs: resolve(folder, codecs) }),
    ...(listen?.tls === undefined ? {} : { listen: { ...listen, tls: absoluteTls(listen.tls, folder) } }),
    ...(backends === undefined ? {} : { backends: absoluteFiles(backends, folder) }),
    ...(redis === undefined ? {} : { redis: absoluteRedis(redis, folder) }),
    ...(authentication === undefined ? {} : { authentication: withAbsoluteFiles(authentication, folder) }),
    ...(identity === undefined ? {} : { identity: withAbsoluteFiles(identity, folder) }),
    ...(audit?.file === undefined ? {} : { audit: { ...audit, file: resolve(folder, audit.file) } }),
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
    return [selector, { ...absolute, tls: absoluteTls(backend.tls, folder) }];
  });
  return Object.fromEntries(entries);
}

const tlsFiles = ['ca', 'cert', 'key', 'clientCa'] as const;

function absoluteTls<T extends { readonly [K in (typeof tlsFiles)[number]]?: string | undefined }>(
  tls: T,
  folder: string,
): T {
  const files: { [K in (typeof tlsFiles)[number]]?: string } = {};
  for (const name of tlsFiles) {
    const file = tls[name];
    if (file !== undefined) files[name] = resolve(folder, file);
  }
  return { ...tls, ...files };
}

type Redis = NonNullable<Config['redis']>;

function absoluteRedis({ passwordFile, tls, ...rest }: Redis, folder: string): Redis {
  return {
    ...rest,
    ...(passwordFile === undefined ? {} : { passwordFile: resolve(folder, passwordFile) }),
    ...(tls === undefined ? {} : { tls: absoluteTls(tls, folder) }),
  };
}

/** A copy whose paths are absolute: the values of keys such as `jwksFile`, however deep. */
function withAbsoluteFiles<T extends object>(section: T, folder: string): T {
  const copy = structuredClone(section);
  makeAbsolute(copy, folder);
  return copy;
}

function makeAbsolute(section: object, folder: string): void {
  for (const [key, value] of Object.entries(section)) {
    if (typeof value === 'object' && value !== null) makeAbsolute(value, folder);
    else if (key.endsWith('File') && typeof value === 'string')
      Reflect.set(section, key, resolve(folder, value));
  }
}
