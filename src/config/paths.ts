import { resolve } from 'node:path';
import type { Config } from './schema.js';

/** The file's own paths, which are relative to the folder it lies in, wherever the gateway is started. */
export function resolvePaths(config: Config, folder: string): Config {
  const absolute = (paths: string[] | undefined): string[] | undefined =>
    paths?.map((path) => resolve(folder, path));
  const { sources, rules, codecs } = config;
  return {
    ...config,
    ...(rules === undefined ? {} : { rules: absolute(rules) }),
    ...(codecs === undefined ? {} : { codecs: resolve(folder, codecs) }),
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
