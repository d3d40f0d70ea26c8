import type { Metadata, MetadataEntry } from '../status/index.js';

/** What gRPC itself says in header fields. */
const reserved = /^(grpc-|:)|^(te|content-type|host|connection|user-agent)$/;

/** `name: value` of each argument; the value of a name that ends in -bin is base64. Or what is wrong with one. */
export function readMetadata(fields: readonly string[]): Metadata | { readonly problem: string } {
  const entries: MetadataEntry[] = [];
  for (const field of fields) {
    const [, given = '', value = ''] = /^([0-9A-Za-z_.-]+):[ \t]*([\x20-\x7e]*)$/.exec(field) ?? [];
    const name = given.toLowerCase();
    if (name === '' || reserved.test(name))
      return {
        problem: `Metadata is written as 'name: value', in ASCII and with a name of yours, not "${field}".`,
      };
    if (!name.endsWith('-bin')) entries.push([name, value]);
    else if (/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) entries.push([name, Buffer.from(value, 'base64')]);
    else return { problem: `The value of ${name} is base64, since its name ends in -bin.` };
  }
  return entries;
}

/** As it is written on the command line. */
export function metadataLines(metadata: Metadata): string[] {
  return metadata.map(
    ([name, value]) =>
      `${name}: ${typeof value === 'string' ? value : Buffer.from(value).toString('base64')}`,
  );
}
