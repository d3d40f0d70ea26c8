import { resolveTxt } from 'node:dns/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import type { Random } from '../../clock.js';

/** The TXT records of a name, each with its pieces joined; none where the name server has or says none. */
export type LookupTxt = (name: string) => Promise<readonly string[]>;

export async function lookupTxtRecords(name: string): Promise<readonly string[]> {
  const records = await resolveTxt(name).catch(() => []);
  return records.map((pieces) => pieces.join(''));
}

const choicesSchema = z.array(
  z.object({
    clientLanguage: z.array(z.string()).optional(),
    percentage: z.int().min(0).max(100).optional(),
    clientHostname: z.array(z.string()).optional(),
    serviceConfig: z.unknown(),
  }),
);

/**
 * The service config among TXT records, as JSON: the first of the choices that is meant for this client (gRFC A2).
 * Undefined where there is none.
 */
export function chooseServiceConfig(
  records: readonly string[],
  random: Random,
  host: string = hostname(),
): string | undefined {
  const prefix = 'grpc_config=';
  const record = records.find((text) => text.startsWith(prefix));
  if (record === undefined) return undefined;
  const choices = choicesSchema.safeParse(parseJson(record.slice(prefix.length)));
  const chosen = choices.data?.find(
    ({ clientLanguage, percentage, clientHostname }) =>
      (clientLanguage?.some((language) => /^(node|javascript)$/i.test(language)) ?? true) &&
      (clientHostname?.includes(host) ?? true) &&
      (percentage === undefined || random() * 100 < percentage),
  );
  return chosen && JSON.stringify(chosen.serviceConfig);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
