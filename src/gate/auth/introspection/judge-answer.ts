import { type Principal, principalId } from '../../principal.js';
import type { Answer } from './ask-issuer.js';
import type { IntrospectionProvider } from './options.js';

/** What an answer comes to for this gateway. */
export type AnswerVerdict = { readonly principal: Principal } | { readonly problem: string };

/** Judges what an issuer has said of a token; `now` in wall-clock milliseconds. */
export function judgeAnswer(
  provider: string,
  options: IntrospectionProvider,
  answer: Answer,
  now: number,
): AnswerVerdict {
  // A text "true" is none: only the issuer's plain word counts.
  if (answer['active'] !== true) return bad('is not active');
  const wrong = wrongMember(options, answer, now);
  if (wrong !== undefined) return bad(wrong);
  const subject =
    options.subject === undefined ? (answer['sub'] ?? answer['client_id']) : answer[options.subject];
  if (typeof subject !== 'string' || subject === '') return bad('does not say whose it is');
  const { exp, scope } = answer;
  const { active: _, ...claims } = answer;
  return {
    principal: {
      id: principalId(provider, subject),
      provider,
      kind: 'token',
      audience: options.audience ?? 'public',
      subject,
      scopes: new Set(typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : []),
      claims,
      expiresAt: typeof exp === 'number' ? exp * 1_000 : undefined,
    },
  };
}

function wrongMember(
  { issuer, aud, azp }: IntrospectionProvider,
  answer: Answer,
  now: number,
): string | undefined {
  const { exp, nbf, iss, token_type: type, token_use: use, client_id: client } = answer;
  if (exp !== undefined && !(typeof exp === 'number' && exp * 1_000 > now)) return 'has expired';
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1_000 <= now)) return 'is not valid yet';
  if (issuer !== undefined && iss !== undefined && iss !== issuer) return 'is of another issuer';
  // Refresh tokens and id tokens are active too, and nothing to call a method with.
  if (type !== undefined && !isOneOf(['bearer', 'dpop', 'access_token'], type)) return 'is no access token';
  if (use !== undefined && !isOneOf(['access', 'access_token'], use)) return 'is no access token';
  if (aud !== undefined && !listOf(answer['aud']).some((one) => aud.includes(one)))
    return 'is for another audience';
  if (azp !== undefined && !(typeof client === 'string' && azp.includes(client)))
    return 'is of another client';
  return undefined;
}

function isOneOf(known: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && known.includes(value.toLowerCase());
}

function listOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one) => typeof one === 'string');
}

function bad(what: string): AnswerVerdict {
  return { problem: `The token ${what}` };
}
