export { addressKey } from './address/address.js';
export { lostAddress } from './address/lost-address.js';
export { addressRanges } from './address/ranges.js';
export { createTrustedProxies, type TrustedProxies } from './address/trusted-proxies.js';
export { type Audience, audiences, sees } from './audience.js';
export { type NewKey, newKey } from './auth/api-key/key-file.js';
export { knownCaller } from './auth/authentication.js';
export { unasked } from './auth/authenticator.js';
export { credentialFields } from './auth/credential-fields.js';
export type { ProviderOptions } from './auth/options.js';
export { audienceOfLabels } from './authz/options.js';
export { buildGate } from './build.js';
export type { AnswerCache, Purge, PurgeResult } from './cache/answer-cache.js';
export { readPurge } from './cache/purge.js';
export type { GateContext } from './context.js';
export type { FieldProblem, MessageField } from './message-field.js';
export { type GateOptions, type GateOptionsInput, gateOptionsOf, gateOptionsShape } from './options.js';
export { describePolicy, type PolicyValue } from './policy/describe.js';
export { type EffectivePolicy, effectivePolicy, type PolicyLayer } from './policy/effective.js';
export { type Policy, type PolicyInput, policySchema } from './policy/schema.js';
export type { Principal } from './principal.js';
export { RequestMessage } from './request-message.js';
export { createGateResources, type GateHost, type GateResources } from './resources.js';
export { admit, callThrough, inspect } from './run.js';
export { createSharedMemory, type MemoryGuest, type MemoryOwner } from './shared/memory.js';
export type { QuestionName, Questions, SharedMemory, TellingName } from './shared/question.js';
export { type Gate, type GateStep, type NextOptions, openGate } from './step.js';
export { createInputRules, type InputRules, inputRulesSteps } from './validate/input-rules.js';
export {
  failureOfRefusal,
  type GateAnswer,
  type GateFailure,
  type GateReply,
  type Refusal,
  type Verdict,
} from './verdict.js';
export { type GateRequest, GateView, type PeerCertificate } from './view.js';
export { type Finding, type NoteFinding, watchedResources } from './watch/resources.js';
export { isOfStep } from './watch/sections.js';
