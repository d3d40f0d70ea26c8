import type { Random } from '../../clock.js';
import { type RequestKey, type RequestMatch, requestKeyReader, requestMatcher } from '../request-match.js';
import type { Call, Transport } from '../transport.js';
import { hashText } from './hash.js';

/** One way out of a split. */
export interface SplitBranch {
  /** The requests it takes: those of `when`, or else so many of all others. */
  readonly when: RequestMatch | undefined;
  readonly percent: number;
  readonly transport: Transport;
}

/**
 * Sends some calls elsewhere: those with a certain header first, in the order of the branches, then a
 * share of the others. With `key` the share is one of its values, each of which stays where it is; calls
 * without it are drawn by chance.
 */
export function split(
  rest: Transport,
  branches: readonly SplitBranch[],
  key: RequestKey | undefined,
  random: Random,
): Transport {
  const matched = branches
    .filter(({ when }) => when !== undefined)
    .map(({ when, transport }) => ({ isMeant: requestMatcher(when), transport }));
  const shares = shareOut(branches.filter(({ when }) => when === undefined));
  const keyOf = key === undefined ? () => undefined : requestKeyReader(key);

  function choose(call: Call): Transport {
    for (const { isMeant, transport } of matched) if (isMeant(call)) return transport;
    const text = keyOf(call);
    const point = text === undefined || text === '' ? random() * 100 : pointOf(text);
    return shares.find(({ below }) => point < below)?.transport ?? rest;
  }

  return {
    unary: (call, message) => choose(call).unary(call, message),
    stream: (call) => choose(call).stream(call),
    close: () => rest.close(),
  };
}

/** 5, 10 → below 5, below 15: where each share ends on the line from 0 to 100. */
function shareOut(
  branches: readonly SplitBranch[],
): readonly { readonly below: number; readonly transport: Transport }[] {
  let below = 0;
  return branches.map(({ percent, transport }) => {
    below += percent;
    return { below, transport };
  });
}

/** Salted, so that a share of all users is not a piece of a ring that is hashed by user as well. */
function pointOf(text: string): number {
  return (hashText(`split:${text}`) / 2 ** 32) * 100;
}
