import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { handClock } from '../../../../test/support/hand-clock.js';
import { issuerKey } from '../../../../test/support/tokens.js';
import { defaultLimits as limits } from '../../../limits.js';
import { discoverJwksUrl } from './discovery.js';
import { IssuerKeys } from './issuer-keys.js';
import { keyOfJwk, type VerificationKey } from './verification-key.js';

/** An issuer that answers when it is told to. */
function startIssuer() {
  const clock = handClock(0);
  const waiting: { resolve(keys: readonly VerificationKey[]): void; reject(error: Error): void }[] = [];
  const warnings: string[] = [];
  let asked = 0;
  const keys = new IssuerKeys({
    clock,
    limits,
    provider: 'p',
    warn: (text) => void warnings.push(text),
    fetchKeys: () => {
      asked += 1;
      return new Promise((resolve, reject) => void waiting.push({ resolve, reject }));
    },
  });
  return {
    clock,
    keys,
    warnings,
    asked: () => asked,
    async publishes(...published: readonly VerificationKey[]): Promise<void> {
      for (const { resolve } of waiting.splice(0)) resolve(published);
      await setImmediate();
    },
    async fails(): Promise<void> {
      for (const { reject } of waiting.splice(0)) reject(new Error('down'));
      await setImmediate();
    },
    /** The names of the keys that are found, or "unavailable". */
    async find(kid: string): Promise<readonly (string | undefined)[] | 'unavailable'> {
      const found = await keys.find(kid, 'ES256');
      return 'unavailable' in found ? 'unavailable' : found.map((key) => key.kid);
    },
  };
}

function key(kid: string): VerificationKey {
  const made = keyOfJwk(issuerKey(kid).jwk, ['ES256']);
  if ('problem' in made) throw new Error(made.problem);
  return made;
}

const [a, b] = [key('a'), key('b')];

describe('keys that an issuer publishes', () => {
  it('are fetched when they are first asked for, once for all who wait, and then at hand', async () => {
    const issuer = startIssuer();
    expect([issuer.asked(), issuer.clock.timers]).toEqual([0, 0]);
    const found = Promise.all([issuer.find('a'), issuer.find('a'), issuer.find('x')]);
    await issuer.publishes(a, b);
    expect([await found, issuer.asked()]).toEqual([[['a'], ['a'], []], 1]);
    expect(issuer.keys.find('b', 'ES256')).toEqual([b]);
  });

  it('are fetched again in time, while the last ones are in use; what is gone is retired', async () => {
    const issuer = startIssuer();
    const [old, kept] = [key('old'), key('kept')];
    void issuer.find('old');
    await issuer.publishes(old, kept);
    issuer.clock.moveTo(limits.issuerRefreshMs);
    expect(issuer.keys.find('old', 'ES256')).toEqual([old]);
    await issuer.publishes({ ...kept }, b);
    expect([old.isRetired, kept.isRetired, issuer.asked()]).toEqual([true, false, 2]);
    expect(issuer.keys.find('kept', 'ES256')).toEqual([kept]);
    issuer.clock.moveTo(2 * limits.issuerRefreshMs);
    expect(issuer.asked()).toBe(3);
  });

  it('an unknown name makes us look again, once in a while, however many come', async () => {
    const issuer = startIssuer();
    void issuer.find('a');
    await issuer.publishes(a);
    issuer.clock.moveTo(limits.issuerCooldownMs);
    const found = issuer.find('b');
    const others = Promise.all(Array.from({ length: 1000 }, (_, n) => issuer.find(`x${n}`)));
    await issuer.publishes(a, b);
    expect([await found, (await others).flat(), issuer.asked()]).toEqual([['b'], [], 2]);
    for (let n = 0; n < 1000; n++) expect(await issuer.find(`y${n}`)).toEqual([]);
    expect(issuer.asked()).toBe(2);
    issuer.clock.moveTo(2 * limits.issuerCooldownMs);
    void issuer.find('z');
    expect(issuer.asked()).toBe(3);
  });

  it('an issuer that is down at the start is asked again after growing pauses, and by nobody in between', async () => {
    const issuer = startIssuer();
    const first = issuer.find('a');
    await issuer.fails();
    expect(await first).toBe('unavailable');
    for (let n = 0; n < 100; n++) expect(await issuer.find('a')).toBe('unavailable');
    expect(issuer.asked()).toBe(1);
    const askedAt: number[] = [];
    for (let now = 0; askedAt.length < 5; now += 500) {
      const before = issuer.asked();
      issuer.clock.moveTo(now);
      if (issuer.asked() > before) askedAt.push(now);
      await issuer.fails();
    }
    expect(askedAt.map((at) => at / limits.issuerRetryMs)).toEqual([1, 3, 7, 15, 31]);
    expect(issuer.warnings).toEqual(['The issuer of the provider p gives no keys.']);
    issuer.clock.moveTo(63 * limits.issuerRetryMs);
    await issuer.publishes(a);
    expect(await issuer.find('a')).toEqual(['a']);
  });

  it('an issuer that goes down keeps its keys for a time; unknown ones are then nobody’s to judge', async () => {
    const issuer = startIssuer();
    const known = key('a');
    void issuer.find('a');
    await issuer.publishes(known);
    for (let now = 0; now < limits.issuerKeysKeptMs; now += limits.issuerRefreshMs / 2) {
      issuer.clock.moveTo(now);
      await issuer.fails();
    }
    expect([await issuer.find('a'), known.isRetired]).toEqual([['a'], false]);
    issuer.clock.moveTo(limits.issuerKeysKeptMs - 1);
    const unknown = issuer.find('b');
    await issuer.fails();
    expect(await unknown).toBe('unavailable');
    issuer.clock.moveTo(limits.issuerKeysKeptMs + limits.issuerRefreshMs);
    await issuer.fails();
    expect(known.isRetired).toBe(true);
    expect(await Promise.race([issuer.find('a'), issuer.fails()])).toBe('unavailable');
  });

  it('an issuer that withdraws all its keys has none, and the operator is told', async () => {
    const issuer = startIssuer();
    const known = key('a');
    void issuer.find('a');
    await issuer.publishes(known);
    issuer.clock.moveTo(limits.issuerRefreshMs);
    await issuer.publishes();
    expect([known.isRetired, issuer.warnings]).toEqual([
      true,
      ['The issuer of the provider p has no key that can be used.'],
    ]);
  });

  it('nothing is left behind at the end', async () => {
    const issuer = startIssuer();
    void issuer.find('a');
    await issuer.publishes(a);
    issuer.clock.moveTo(limits.issuerRefreshMs);
    issuer.keys.close();
    await issuer.fails();
    expect([issuer.clock.timers, issuer.warnings]).toEqual([0, []]);
  });
});

describe('discovery', () => {
  const document = { issuer: 'https://id.example/a', jwks_uri: 'https://keys.example/jwks' };
  const discover = (issuer: string, answer: unknown): Promise<string> =>
    discoverJwksUrl(issuer, async (url) => {
      expect(url).toBe('https://id.example/a/.well-known/openid-configuration');
      return answer;
    });

  it('the issuer’s own document says where its keys are', async () => {
    expect(await discover('https://id.example/a', document)).toBe('https://keys.example/jwks');
    const slash = { ...document, issuer: 'https://id.example/a/' };
    expect(await discover('https://id.example/a/', slash)).toBe('https://keys.example/jwks');
  });

  it.each<[string, unknown]>([
    ['of another issuer', { ...document, issuer: 'https://id.example/b' }],
    ['of an issuer with a slash more', { ...document, issuer: 'https://id.example/a/' }],
    ['without an issuer', { jwks_uri: document.jwks_uri }],
    ['without keys', { issuer: document.issuer }],
    ['with keys by http', { ...document, jwks_uri: 'http://127.0.0.1/jwks' }],
    ['that is a list', [document]],
  ])('refuses a document %s', async (_, answer) => {
    await expect(discover('https://id.example/a', answer)).rejects.toThrow();
  });
});
