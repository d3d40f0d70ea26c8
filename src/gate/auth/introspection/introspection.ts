import { LRUCache } from 'lru-cache';
import type { GateView } from '../../view.js';
import { type Authentication, type Authenticator, unasked } from '../authenticator.js';
import type { CheckBinding } from '../binding/binding.js';
import type { AuthShared } from '../create.js';
import { readToken } from '../jwt/unverified-token.js';
import type { PresentedToken } from '../presented-tokens.js';
import { watchFile } from '../watched-file.js';
import { askIssuer } from './ask-issuer.js';
import { type AnswerVerdict, judgeAnswer } from './judge-answer.js';
import type { IntrospectionProvider } from './options.js';

const rememberedMs = 60_000;
/** What is not active may be so in a moment, where its issuer is several machines. */
const inactiveMs = 10_000;

/** What is known of a token. */
type Verdict = AnswerVerdict | { readonly unavailable: unknown };

/** A verdict, and until when (monotonic milliseconds) it counts. */
interface Remembered {
  readonly verdict: AnswerVerdict;
  readonly until: number;
}

/**
 * Opaque tokens, of which their issuer is asked. What it says is remembered by the digest of the token,
 * good and bad apart, so that made-up tokens do not push out those that are in use. Requests with one
 * token wait for one answer, and only so many answers are waited for at once. While the issuer does not
 * answer, what is remembered counts until its time is over.
 */
export function createIntrospection(
  name: string,
  options: IntrospectionProvider,
  { host, realm, tokens, bindings }: AuthShared,
): Authenticator {
  const { clock, limits } = host;
  let secret = '';
  const close = watchFile(options.client.secretFile, host, (content) => {
    const text = content.toString('utf8').replace(/\r?\n$/, '');
    if (text === '') return 'is empty';
    secret = text;
    return undefined;
  });
  const good = new LRUCache<string, Remembered>({ max: limits.rememberedTokensMax });
  const bad = new LRUCache<string, Remembered>({ max: limits.rememberedTokensMax });
  const asking = new Map<string, Promise<Verdict>>();
  const [checkBinding, rehearseBinding] = [bindings.check(options), bindings.rehearse(options)];

  const ask = async (token: PresentedToken): Promise<Verdict> => {
    try {
      const answer = await askIssuer(options, secret, token.token, limits);
      const wall = clock.wall();
      const verdict = judgeAnswer(name, options, answer, wall);
      good.delete(token.digest);
      bad.delete(token.digest);
      if ('problem' in verdict) bad.set(token.digest, { verdict, until: clock.now() + inactiveMs });
      else {
        const { expiresAt = Number.POSITIVE_INFINITY } = verdict.principal;
        const keptMs = Math.min(options.remember ?? rememberedMs, expiresAt - wall);
        good.set(token.digest, { verdict, until: clock.now() + keptMs });
      }
      return verdict;
    } catch (error) {
      return { unavailable: error };
    } finally {
      asking.delete(token.digest);
    }
  };
  const verdictOf = (token: PresentedToken): Promise<Verdict> => {
    const under = asking.get(token.digest);
    if (under !== undefined) return under;
    if (asking.size >= limits.introspectionsMax) {
      return Promise.resolve({ unavailable: 'too many questions to the issuer at once' });
    }
    const asked = ask(token);
    asking.set(token.digest, asked);
    return asked;
  };
  const known = (digest: string): AnswerVerdict | undefined => {
    const found = good.get(digest) ?? bad.get(digest);
    return found !== undefined && clock.now() < found.until ? found.verdict : undefined;
  };

  const authenticated = (
    view: GateView,
    check: CheckBinding,
    find: (token: PresentedToken) => Promise<Verdict>,
  ): Authentication | undefined | Promise<Authentication> => {
    const token = tokens.of(view);
    if (token === undefined) return undefined;
    if ('problem' in token) return { kind: 'invalid', error: 'invalid_token', description: token.problem };
    if (options.jwts !== true && readToken(token.token) !== undefined) return undefined;
    const settled = (verdict: Verdict): Authentication | Promise<Authentication> =>
      check(view, token, authenticationOf(verdict));
    const before = known(token.digest);
    return before === undefined ? find(token).then(settled) : settled(before);
  };

  return {
    name,
    kind: 'token',
    audience: options.audience ?? 'public',
    challenge: bindings.challenge(options, realm),
    authenticate: (view) => authenticated(view, checkBinding, verdictOf),
    rehearse: (view) => authenticated(view, rehearseBinding, async () => ({ unavailable: unasked })),
    close,
  };
}

function authenticationOf(verdict: Verdict): Authentication {
  if ('unavailable' in verdict) return { kind: 'unavailable', cause: verdict.unavailable };
  if ('problem' in verdict) return { kind: 'invalid', error: 'invalid_token', description: verdict.problem };
  return { kind: 'principal', principal: verdict.principal };
}
