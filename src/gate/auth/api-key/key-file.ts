import { hash as digest, randomBytes } from 'node:crypto';
import { parse } from 'yaml';
import { z } from 'zod';

/**
 * One key of a key file. Of the key itself the file has a SHA-256 digest: keys are 256 random bits,
 * so that there is nothing to guess and nothing that a slow digest (bcrypt, scrypt) would make
 * harder to guess; it would only make requests slow, forged ones too.
 */
export interface KeyEntry {
  /** Names the key in logs and in this file; says nothing about the key. */
  readonly id: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly audience?: 'public' | 'partner' | 'internal' | undefined;
  /** Wall-clock milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  readonly disabled: boolean;
}

const expiry = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .transform((text) => Date.parse(text));
const entrySchema = z.strictObject({
  id: z.string().regex(/^[\w.-]{1,64}$/, 'must be up to 64 letters, digits, ".", "_" and "-"'),
  hash: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" and 64 hex digits, as propylon key new prints it'),
  subject: z.string().min(1),
  scopes: z.array(z.string().min(1)).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  audience: z.enum(['public', 'partner', 'internal']).optional(),
  expires: expiry.optional(),
  disabled: z.boolean().optional(),
});
const fileSchema = z.strictObject({ keys: z.array(entrySchema) });

/** An entry as it is written into a key file. */
type KeyEntryInput = z.input<typeof entrySchema>;

/** Keys by the digest of their text, base64. */
export type Keys = ReadonlyMap<string, KeyEntry>;

/** A key file, in YAML or JSON → its keys; all of it, or what is wrong with it. */
export function readKeyFile(text: string): Keys | { readonly problem: string } {
  let written: unknown;
  try {
    // Timestamps stay texts (the core schema of YAML 1.2 has none).
    written = parse(text, { maxAliasCount: 0 });
  } catch {
    return { problem: 'is neither YAML nor JSON' };
  }
  const { data, error } = fileSchema.safeParse(written);
  if (data === undefined) {
    const [issue] = error?.issues ?? [];
    return { problem: `is no key file: ${issue?.path.join('.') || 'the file'}: ${issue?.message}` };
  }
  const keys = new Map<string, KeyEntry>();
  const ids = new Set<string>();
  for (const { hash, expires: expiresAt, scopes = [], labels = {}, disabled = false, ...rest } of data.keys) {
    const named = Buffer.from(hash.slice('sha256:'.length), 'hex').toString('base64');
    if (ids.has(rest.id)) return { problem: `has two keys with the id ${rest.id}` };
    if (keys.has(named)) return { problem: `has the key ${rest.id} twice` };
    ids.add(rest.id);
    keys.set(named, { ...rest, expiresAt, scopes, labels, disabled });
  }
  return keys;
}

/** Where a key is found in `Keys`: nothing that takes longer the more of a guess is right. */
export function digestOfKey(key: string): string {
  return digest('sha256', key, 'base64');
}

/** A key that was just made, and what the file of its provider must hold for it. */
export interface NewKey {
  /** To be shown once; nobody can find it out again. */
  readonly key: string;
  /** An element of `keys`: JSON, which is YAML too. */
  readonly entry: string;
}

/** Makes a key of 256 random bits, with a prefix by which scanners for secrets can find it. */
export function newKey(about: Omit<KeyEntryInput, 'id' | 'hash'>): NewKey | { readonly problem: string } {
  const key = `propylon_${randomBytes(32).toString('base64url')}`;
  const id = `key-${randomBytes(4).toString('hex')}`;
  const entry: KeyEntryInput = { id, hash: `sha256:${digest('sha256', key, 'hex')}`, ...about };
  const { error } = entrySchema.safeParse(entry);
  const [issue] = error?.issues ?? [];
  return issue === undefined
    ? { key, entry: JSON.stringify(entry) }
    : { problem: `${issue.path.join('.')}: ${issue.message}` };
}
