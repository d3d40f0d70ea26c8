import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { systemClock } from '../clock.js';
import { defaultLimits } from '../limits.js';
import type { GateOptions } from './options.js';
import { createGateResources } from './resources.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const host = { clock: systemClock, random: Math.random, limits: defaultLimits, warn: () => undefined };

/** What no two of have anything in common. */
function optionsOf(number: number): GateOptions {
  return {
    authentication: {
      providers: { id: { type: 'jwt', issuer: `https://id${number}.example`, aud: ['us'] } },
    },
    cache: { memoryBytesMax: 1_000_000 + number },
  };
}

it('keeps nothing of resources that have been renewed and closed, however often', async () => {
  let resources = createGateResources(optionsOf(0), host);
  const caches: WeakRef<object>[] = [];
  for (let i = 1; i <= 10; i++) {
    caches.push(new WeakRef(resources.cache));
    const next = resources.renew(optionsOf(i), host);
    await resources.close();
    resources = next;
  }
  // A WeakRef holds what it is made of until the turn is over.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  // Of the last one something may be on the stack.
  expect(caches.filter((cache) => cache.deref() !== undefined).length).toBeLessThanOrEqual(1);
  await resources.close();
});
