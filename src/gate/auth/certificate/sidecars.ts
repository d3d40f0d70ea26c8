import { z } from 'zod';
import { addressKey } from '../../address/address.js';
import { addressRanges } from '../../address/ranges.js';

/** Addresses and ranges of proxies that verify certificates for us. */
export const sidecarsSchema = z
  .array(z.string().min(1))
  .min(1)
  .superRefine((texts, context) => {
    const compiled = addressRanges(texts);
    for (const message of 'problems' in compiled ? compiled.problems : []) {
      context.addIssue({ code: 'custom', message: `is wrong: ${message}` });
    }
  });

/**
 * Whether a peer is one of these. Never one without an address: that may be a connection that has just
 * been cut. Other than `trustedProxies`, since not every proxy that appends to X-Forwarded-For drops
 * what clients say of their certificates.
 */
export function isSidecarOf(texts: readonly string[]): (peerAddress: string) => boolean {
  const compiled = addressRanges(texts);
  // Problems were reported with the configuration.
  if ('problems' in compiled) return () => false;
  const { ranges } = compiled;
  return (peerAddress) => {
    const key = addressKey(peerAddress);
    return key !== undefined && ranges(key);
  };
}
