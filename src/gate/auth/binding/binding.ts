import { z } from 'zod';
import { fieldValues } from '../../../headers.js';
import type { Principal } from '../../principal.js';
import type { GateHost } from '../../resources.js';
import type { GateView } from '../../view.js';
import type { Authentication } from '../authenticator.js';
import type { FindCertificate } from '../certificate/find-certificate.js';
import { quoted } from '../challenge.js';
import type { PresentedToken } from '../presented-tokens.js';
import { type Confirmation, confirmationOf } from './confirmation.js';
import { createNonces } from './nonces.js';
import { judgeProof, type ProofJudge, proofAlgorithms } from './proof.js';
import { createProofKeys } from './proof-key.js';
import { type ProofUse, proofsKeptMs, SeenProofs, skewMs, type UsedProofs } from './seen-proofs.js';
import { targetUri } from './target-uri.js';

const mode = z.enum(['required', 'optional', 'off']);

/** Settings of a provider of tokens: whether a token may be sent by whoever has it. */
export const bindingShape = {
  dpop: mode
    .optional()
    .describe(
      'Proofs of possession (RFC 9449). required: every token needs one; optional: those that are bound to a key; off: none is looked at. Default optional.',
    ),
  dpopNonce: z
    .boolean()
    .optional()
    .describe('Whether proofs must hold a nonce of this gateway. Default false.'),
  certificateBound: mode
    .optional()
    .describe(
      'Tokens bound to a client certificate (RFC 8705). required: every token; optional: those that say so; off: not looked at. Default optional.',
    ),
};

const bindingSchema = z.strictObject(bindingShape);
export type BindingOptions = z.output<typeof bindingSchema>;

/** What bindings are checked with; shared by all providers, so that a proof is used once and no more. */
export interface BindingHost {
  readonly host: GateHost;
  readonly findCertificate: FindCertificate;
  /** "https://api.example.com"; undefined where nobody has said so: then no proof can be checked. */
  readonly publicUrl: string | undefined;
}

/** What is wrong with who sends a token, if anything. */
type BindingFailure = Exclude<Authentication, { readonly kind: 'principal' }>;

/**
 * What came of a token, once it is known whether it may be sent by whoever has sent it. To be asked for
 * every request, of tokens that are remembered too: what a token is bound to is shown anew each time.
 * Stays on the stack for tokens that are bound to nothing.
 */
export type CheckBinding = (
  view: GateView,
  token: PresentedToken,
  said: Authentication,
) => Authentication | Promise<Authentication>;

/** What providers of tokens share to check who sends them. */
export interface Bindings {
  check(options: BindingOptions): CheckBinding;
  /** The same, but no proof is used up. */
  rehearse(options: BindingOptions): CheckBinding;
  /** What a provider says in WWW-Authenticate, which takes Bearer, DPoP, or both. */
  challenge(options: BindingOptions, realm: string): string;
}

/** Proofs that were used are remembered for all providers together. */
export function createBindings({ host, findCertificate, publicUrl }: BindingHost): Bindings {
  const { clock, limits, memory } = host;
  const ageMsMax = limits.dpopProofAgeMsMax;
  const seen = usedProofs(host);
  const judge: Omit<ProofJudge, 'nonces' | 'seen'> = { keyOf: createProofKeys(), ageMsMax, skewMs };
  const nonces = createNonces(clock, memory?.secret);

  const checkWith = (
    { dpop = 'optional', certificateBound = 'optional', dpopNonce = false }: BindingOptions,
    used: ProofJudge['seen'],
  ): CheckBinding => {
    const full: ProofJudge = { ...judge, seen: used, nonces: dpopNonce ? nonces : undefined };
    const isStrict = dpop === 'required' || certificateBound === 'required';

    const proven = async (
      view: GateView,
      token: PresentedToken,
      jkt: string,
    ): Promise<BindingFailure | undefined> => {
      const { request } = view;
      const proofs = fieldValues(request.headers, 'dpop');
      const [proof] = proofs;
      if (proof === undefined || proofs.length > 1) return wrongProof('One DPoP proof is needed');
      const uri = publicUrl === undefined ? undefined : targetUri(publicUrl, request.target);
      if (uri === undefined) return wrongProof('DPoP proofs cannot be checked here');
      const { httpMethod } = request;
      const about = { httpMethod, uri, accessToken: token.token, jkt, now: clock.wall() };
      const verdict = await judgeProof(proof, about, full);
      if (verdict === 'late-nonce') view.responseHeaders.push(['dpop-nonce', nonces.current]);
      if (verdict === 'good' || verdict === 'late-nonce') return undefined;
      if (verdict === 'full') return { kind: 'unavailable', cause: 'too many DPoP proofs to remember' };
      if (verdict !== 'nonce') return wrongProof(verdict.problem);
      return {
        kind: 'invalid',
        error: 'use_dpop_nonce',
        description: 'The DPoP proof needs the nonce of this answer',
        headers: [['dpop-nonce', nonces.current]],
      };
    };

    const failureOf = (
      view: GateView,
      token: PresentedToken,
      claims: Principal['claims'],
    ): BindingFailure | undefined | Promise<BindingFailure | undefined> => {
      const isDpop = token.scheme === 'dpop';
      const bound = confirmationOf(claims);
      if (bound === undefined && !isDpop && !isStrict) return undefined;
      if (isDpop && dpop === 'off') return wrongToken('The scheme DPoP is not accepted');
      if (bound === 'unknown') {
        return dpop === 'off' && certificateBound === 'off'
          ? undefined
          : wrongToken('The token is bound to something that cannot be checked');
      }
      const certificate =
        certificateBound === 'off' ? undefined : wrongCertificate(view, bound, certificateBound);
      if (certificate !== undefined || dpop === 'off') return certificate;
      if (bound?.jkt === undefined) {
        if (isDpop) return wrongToken('The token is not bound to a DPoP key');
        return dpop === 'required' ? wrongToken('The token must be bound to a DPoP key') : undefined;
      }
      return isDpop ? proven(view, token, bound.jkt) : wrongToken('The token is bound to a DPoP key');
    };
    return (view, token, said) => {
      if (said.kind !== 'principal') return said;
      const failure = failureOf(view, token, said.principal.claims);
      if (failure === undefined) return said;
      return failure instanceof Promise ? failure.then((late) => late ?? said) : failure;
    };
  };

  const wrongCertificate = (
    view: GateView,
    bound: Confirmation | undefined,
    mode: 'required' | 'optional',
  ): BindingFailure | undefined => {
    if (bound?.x5tS256 === undefined) {
      return mode === 'required' ? wrongToken('The token must be bound to a client certificate') : undefined;
    }
    const certificate = findCertificate(view.request);
    const isShown =
      certificate !== undefined && certificate !== 'malformed' && certificate.thumbprint === bound.x5tS256;
    return isShown ? undefined : wrongToken('The token is bound to another client certificate');
  };

  return {
    check: (options) => checkWith(options, seen),
    rehearse: (options) => checkWith(options, { take: (id) => seen.look(id) }),
    challenge({ dpop = publicUrl === undefined ? 'off' : 'optional' }, realm) {
      const schemes = [
        ...(dpop === 'required' ? [] : [`Bearer realm=${quoted(realm)}`]),
        ...(dpop === 'off' ? [] : [`DPoP realm=${quoted(realm)}, algs="${proofAlgorithms.join(' ')}"`]),
      ];
      return schemes.join(', ');
    },
  };
}

/** Those of this process, or of all that share its memory. */
function usedProofs({ clock, limits, memory }: GateHost): UsedProofs {
  if (memory === undefined) return new SeenProofs(clock, proofsKeptMs(limits), limits.dpopProofsMax);
  const told = (use: ProofUse | 'unavailable'): ProofUse => (use === 'unavailable' ? 'full' : use);
  return {
    take: async (id) => told(await memory.ask('proof', { id })),
    look: async (id) => told(await memory.ask('lookAtProof', { id })),
  };
}

function wrongToken(description: string): BindingFailure {
  return { kind: 'invalid', error: 'invalid_token', description };
}

function wrongProof(description: string): BindingFailure {
  return { kind: 'invalid', error: 'invalid_dpop_proof', description };
}
