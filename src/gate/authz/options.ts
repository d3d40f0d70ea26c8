import { z } from 'zod';
import { type Audience, audiences } from '../audience.js';

/** What labels of google.api.method_visibility and api_visibility mean here, besides INTERNAL and PARTNER. */
export const visibilityLabels = z
  .record(z.string().min(1), z.enum(audiences))
  .optional()
  .describe('Audience of each label of google.api visibility. Labels not named here: internal.');

const known: Readonly<Record<string, Audience>> = { INTERNAL: 'internal', PARTNER: 'partner' };

/** The widest audience of the labels, one of which suffices; undefined where there are none. */
export function audienceOfLabels(
  labels: readonly string[],
  configured: Readonly<Record<string, Audience>> = {},
): Audience | undefined {
  const meant = new Map([...Object.entries(known), ...Object.entries(configured)]);
  const named = labels.map((label) => meant.get(label) ?? 'internal');
  return audiences.find((audience) => named.includes(audience));
}
