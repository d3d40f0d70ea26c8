import { describe, expect, it } from 'vitest';
import { type CachePolicy, lifetimeOf } from './freshness.js';

const policy: CachePolicy = { ttl: 60_000, staleWhileRevalidate: 30_000, staleIfError: 600_000 };
const shared: CachePolicy = { ...policy, scope: 'shared' };

/** Seconds: fresh, then stale while revalidating, then stale if there is an error. */
function seconds(cacheControl: readonly string[], of: CachePolicy = policy): readonly number[] | undefined {
  const lifetime = lifetimeOf(
    of,
    cacheControl.map((value) => ['cache-control', value]),
  );
  if (lifetime === undefined) return undefined;
  const { freshMs, revalidateMs, errorMs } = lifetime;
  return [freshMs, revalidateMs - freshMs, errorMs - freshMs].map((ms) => ms / 1_000);
}

describe('how long an answer is good', () => {
  it.each<[string, readonly string[], CachePolicy, readonly number[] | undefined]>([
    ['as the policy says', [], policy, [60, 30, 600]],
    ['less, where the backend says less', ['max-age=7'], policy, [7, 30, 600]],
    ['no more, where the backend says more', ['max-age=3600, stale-if-error=9999'], policy, [60, 30, 600]],
    ['not at all: no-store', ['max-age=7, no-store'], policy, undefined],
    ['not at all: no-cache, in any case and any line', ['max-age=7', 'No-Cache'], policy, undefined],
    ['not at all: no-cache of some fields', ['no-cache="x, y"'], policy, undefined],
    ['not at all: max-age=0', ['max-age=0'], policy, undefined],
    ['as long, where it is private and so are answers', ['private'], policy, [60, 30, 600]],
    ['not at all where it is private and answers are shared', ['private'], shared, undefined],
    ['by s-maxage where answers are shared', ['s-maxage=5, max-age=50'], shared, [5, 0, 0]],
    ['not by s-maxage where they are private', ['s-maxage=5, max-age=50'], policy, [50, 30, 600]],
    ['never stale: must-revalidate', ['must-revalidate'], policy, [60, 0, 0]],
    ['never stale where shared: proxy-revalidate', ['proxy-revalidate'], shared, [60, 0, 0]],
    ['stale as private answers are: proxy-revalidate', ['proxy-revalidate'], policy, [60, 30, 600]],
    ['less stale', ['stale-while-revalidate=3, stale-if-error=4'], policy, [60, 3, 4]],
    ['by the lesser of two', ['max-age=9, max-age=3'], policy, [3, 30, 600]],
    ['by the lesser of two, of which one is none', ['max-age=9, max-age=x'], policy, undefined],
    ['not at all: an age that is none', ['max-age=-1'], policy, undefined],
    ['by a number in quotes', ['max-age="7"'], policy, [7, 30, 600]],
    ['by the policy: an age beyond all bounds', ['max-age=99999999999999999999'], policy, [60, 30, 600]],
    ['by the policy: words inside of other words', ['x="no-store"', 'y=private'], policy, [60, 30, 600]],
  ])('%s', (_, cacheControl, of, expected) => {
    expect(seconds(cacheControl, of)).toEqual(expected);
  });

  it('not at all, where there is a cookie', () => {
    expect(lifetimeOf(policy, [['set-cookie', 'a=1']])).toBeUndefined();
  });
});
