import { z } from 'zod';
import type { Purge } from './answer-cache.js';

const names = z.array(z.string().min(1)).max(1_000);

const purgeSchema = z
  .strictObject({ all: z.boolean().optional(), methods: names.optional(), tags: names.optional() })
  .refine(
    ({ all, methods = [], tags = [] }) => all === true || methods.length + tags.length > 0,
    'names nothing: give all, methods or tags',
  );

/** What an operator asks for, or what is wrong with it. */
export function readPurge(asked: unknown): Purge | { readonly problem: string } {
  const { data, error } = purgeSchema.safeParse(asked);
  if (data !== undefined) return data;
  const [issue] = error?.issues ?? [];
  return {
    problem: [issue?.path.join('.') ?? '', issue?.message ?? ''].filter((part) => part !== '').join(': '),
  };
}
