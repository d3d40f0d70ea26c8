import { lookup } from 'node:dns/promises';

/** Every address of a name, as the operating system resolves names: /etc/hosts and search domains included. */
export async function lookupAddresses(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}
