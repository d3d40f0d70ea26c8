import { pause } from '../../pause.js';
import type { GateContext } from '../context.js';
import type { MessageField } from '../message-field.js';
import type { GateStep, Next } from '../step.js';
import type { GateAnswer, GateReply } from '../verdict.js';
import type { GateView } from '../view.js';
import { type Preferences, preferencesOf } from './prefer.js';
import { isReadBinding } from './read.js';
import { locationPath } from './success.js';

const service = 'google.longrunning.Operations';
const getOperation = `${service}.GetOperation`;

/** What is left of the time of a call is not all spent on waiting: the answer must reach the client. */
const answerMs = 250;

/**
 * AIP-151 as HTTP has it: google.longrunning.Operation that is not done is 202 with Location and
 * Retry-After, where a write has begun it; and `Prefer: wait=N` (RFC 7240 §4.3) looks again and
 * again for the client, until it is done, the time is up or the client is gone.
 */
export function operations(context: GateContext): readonly GateStep[] {
  const { method, policy, isUnary, responseField, readMethod, resources } = context;
  if (method.output.typeName !== 'google.longrunning.Operation') return [];
  if (!isUnary || policy.success?.operations === false) return [];
  const [name, done] = [responseField('name'), responseField('done')];
  if ('problem' in name || 'problem' in done) return [];
  const poll: Poll = { name, done, path: readMethod(getOperation), resources };
  const locate = locator(context);
  const begins = !isReadBinding(context) && method.parent.typeName !== service;
  const retryAfter = ['retry-after', String(Math.ceil(resources.limits.operationPollMsMax / 1_000))] as const;
  return [
    {
      name: 'operations',
      async around(view, _message, next) {
        const first = await next();
        if (!isUnderWay(first, done)) return first;
        const wishes = preferencesOf(view.request.headers);
        const { reply, waitedS } = await waitFor(poll, view, first, wishes, next);
        const applied = appliedPreference(waitedS, wishes, begins);
        if (done.isSet(reply.binary ?? noBinary))
          return { ...reply, headers: [...reply.headers, ...applied] };
        const path = begins ? locate(name.text(reply.binary ?? noBinary)) : undefined;
        const headers = [
          ...reply.headers.filter(([field]) => field !== 'retry-after'),
          ...(path === undefined ? [] : [['location', path] as const]),
          retryAfter,
          ...applied,
        ];
        return { ...reply, httpStatus: begins ? 202 : reply.httpStatus, headers };
      },
    },
  ];
}

const noBinary = new Uint8Array(0);

interface Poll {
  readonly name: MessageField;
  readonly done: MessageField;
  readonly path: string | undefined;
  readonly resources: GateContext['resources'];
}

function isUnderWay(answer: GateAnswer, done: MessageField): answer is GateReply {
  return answer.kind === 'reply' && answer.binary !== undefined && !done.isSet(answer.binary);
}

/** The last that was heard of the operation. A look that fails ends the waiting: the operation is under way all the same. */
async function waitFor(
  { name, done, path, resources }: Poll,
  view: GateView,
  begun: GateReply,
  { waitS }: Preferences,
  next: Next,
): Promise<{ readonly reply: GateReply; readonly waitedS: number | undefined }> {
  const { clock, limits } = resources;
  const operation = name.text(begun.binary ?? noBinary);
  const { signal } = view.request;
  if (waitS === undefined || path === undefined || operation === undefined)
    return { reply: begun, waitedS: undefined };
  const now = clock.now();
  const waitMs = Math.min(waitS * 1_000, limits.operationWaitMsMax, view.deadline - now - answerMs);
  if (waitMs <= 0) return { reply: begun, waitedS: undefined };
  const end = now + waitMs;
  const binary = getOperationRequest(operation);
  let reply = begun;
  for (
    let pauseMs = limits.operationPollMsMin;
    ;
    pauseMs = Math.min(pauseMs * 1.5, limits.operationPollMsMax)
  ) {
    await pause(clock, Math.min(pauseMs, end - clock.now()), signal);
    if (signal.aborted) break;
    const looked = await next({ instead: { path, binary } });
    if (looked.kind === 'failure' || looked.binary === undefined) break;
    reply = looked;
    if (done.isSet(looked.binary) || clock.now() >= end) break;
  }
  return { reply, waitedS: Math.floor(waitMs / 1_000) };
}

/** google.longrunning.GetOperationRequest { string name = 1; } */
function getOperationRequest(operation: string): Uint8Array {
  const name = Buffer.from(operation);
  const head = [0x0a];
  let rest = name.length;
  for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Uint8Array.of(...head, rest), name]);
}

/** Where an operation can be looked at: as the policy says, else as a route of the surface does. */
function locator({ policy, pathsOf }: GateContext): (operation: string | undefined) => string | undefined {
  const prefix = policy.success?.locationPrefix;
  const paths = pathsOf(getOperation);
  return (operation) => {
    if (operation === undefined) return undefined;
    return prefix === undefined ? paths?.(operation) : locationPath(prefix, operation);
  };
}

/** RFC 7240 §3: what has been done of what was wished for. */
function appliedPreference(
  waitedS: number | undefined,
  { respondAsync }: Preferences,
  begins: boolean,
): readonly (readonly [string, string])[] {
  if (waitedS !== undefined) return [['preference-applied', `wait=${waitedS}`]];
  return respondAsync && begins ? [['preference-applied', 'respond-async']] : [];
}
