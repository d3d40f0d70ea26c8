import { fieldValues } from '../../headers.js';
import { Code } from '../../status/index.js';
import type { GateContext } from '../context.js';
import type { MessageField } from '../message-field.js';
import type { GateStep } from '../step.js';
import { type GateAnswer, type GateReply, type Refusal, refusal } from '../verdict.js';
import type { GateView } from '../view.js';
import { entityTagOf, opaqueOf, readEntityTags } from './entity-tag.js';
import { isReadBinding, isReadRequest } from './read.js';

/**
 * AIP-154 as HTTP has it: the field `etag` of an answer becomes ETag, If-Match of a write the field `etag`
 * of its request, and what a backend says of a stale one becomes 412. A precondition on a write that
 * nothing can check is refused, since it must not be performed unless the condition holds (RFC 9110 §13.1.1).
 */
export function entityTags(context: GateContext): readonly GateStep[] {
  const answerTag = stringField(context.responseField('etag'));
  const isRead = isReadBinding(context);
  const isChecked = !isRead && context.policy.preconditions !== 'backend';
  const requestTag = isChecked ? requestTagOf(context) : undefined;
  const isCreate = /^Create[A-Z]/.test(context.method.name);
  const name = 'entity tags';
  const tagged = (answer: GateAnswer): GateAnswer =>
    answer.kind === 'reply' && answerTag !== undefined ? withTag(answer, answerTag) : answer;

  if (isRead)
    return answerTag === undefined ? [] : [{ name, around: async (_v, _m, next) => tagged(await next()) }];
  const judged = (view: GateView, answer: GateAnswer): GateAnswer => afterPreconditions(view, tagged(answer));
  if (!isChecked) return [{ name, around: async (view, _message, next) => judged(view, await next()) }];

  const hasTags = requestTag !== undefined || answerTag !== undefined;
  const admit: GateStep['admit'] = (view) => {
    const [ifMatch, ifNoneMatch] = [given(view, 'if-match'), given(view, 'if-none-match')];
    if ((ifMatch === undefined && ifNoneMatch === undefined) || isReadRequest(view)) return undefined;
    return (
      (ifMatch === undefined ? undefined : refuseIfMatch(ifMatch, requestTag !== undefined)) ??
      (ifNoneMatch === undefined ? undefined : refuseIfNoneMatch(ifNoneMatch, isCreate, hasTags))
    );
  };
  if (requestTag === undefined) {
    const isAsked = isCreate || answerTag !== undefined;
    return [
      isAsked
        ? { name, admit, around: async (view, _m, next) => judged(view, await next()) }
        : { name, admit },
    ];
  }
  const allowMissing = context.requestField('allow_missing');
  return [
    {
      name,
      admit,
      inspect(view, message) {
        const wanted = wantedTag(view);
        if (wanted === undefined) return undefined;
        // What must match must be there: it is not to be made.
        if (!('problem' in allowMissing)) message.binary = allowMissing.clear(message.binary);
        if (wanted === '*') return undefined;
        const own = requestTag.text(message.binary);
        if (own === undefined) message.binary = requestTag.set(message.binary, wanted);
        return own === undefined || opaqueOf(own) === wanted ? undefined : conflict(requestTag.clientPath);
      },
      async around(view, message, next) {
        const first = await next();
        const wanted = wantedTag(view);
        if (wanted === undefined || wanted === '*' || !isStale(first)) return judged(view, first);
        if (requestTag.text(message.binary) !== wanted) return judged(view, first);
        // The backend may keep its tags with their quotes, as AIP-154 has them; it has done nothing yet.
        message.binary = requestTag.set(message.binary, `"${wanted}"`);
        const second = await next();
        return judged(view, isStale(second) ? first : second);
      },
    },
  ];
}

/** `etag` of the request, or of the resource that is its body; what creates a resource has no version to name, and a stream is of many. */
function requestTagOf({ method, body, isUnary, requestField }: GateContext): MessageField | undefined {
  if (!isUnary || /^Create[A-Z]/.test(method.name)) return undefined;
  const own = stringField(requestField('etag'));
  return own ?? (body === '' || body === '*' ? undefined : stringField(requestField(`${body}.etag`)));
}

function stringField(field: ReturnType<GateContext['requestField']>): MessageField | undefined {
  return 'problem' in field || !field.isString ? undefined : field;
}

function given({ request }: GateView, name: 'if-match' | 'if-none-match'): string | undefined {
  const values = fieldValues(request.headers, name);
  return values.length === 0 ? undefined : values.join();
}

function refuseIfMatch(value: string, canCheck: boolean): Refusal | undefined {
  const tags = readEntityTags(value);
  if (tags === undefined) return malformed('If-Match');
  if (tags === '*') return undefined;
  if (!canCheck) return failed('The method has no etag to compare If-Match with.');
  if (tags.length === 1) return undefined;
  return refusal(Code.INVALID_ARGUMENT, 'HEADER_MALFORMED', 'If-Match may name one entity tag here.');
}

function refuseIfNoneMatch(value: string, isCreate: boolean, hasTags: boolean): Refusal | undefined {
  const tags = readEntityTags(value);
  if (tags === undefined) return malformed('If-None-Match');
  // Where there are no tags, none of those that are named is the resource's (RFC 9110 §13.1.2).
  if (tags === '*' ? isCreate : !hasTags) return undefined;
  return failed(
    tags === '*'
      ? 'If-None-Match: * holds for what does not exist; the method changes what does.'
      : 'A method that changes something has no etag to compare If-None-Match with.',
  );
}

function malformed(field: string): Refusal {
  const message = `${field} must be "*" or entity tags in quotes, such as "abc".`;
  return refusal(Code.INVALID_ARGUMENT, 'HEADER_MALFORMED', message);
}

function failed(message: string): Refusal {
  return refusal(Code.FAILED_PRECONDITION, 'PRECONDITION_FAILED', message, { httpStatus: 412 });
}

function conflict(field: string): Refusal {
  const description = 'is of another version than If-Match';
  return refusal(Code.INVALID_ARGUMENT, 'PRECONDITION_CONFLICT', `Field "${field}" ${description}.`, {
    violations: [{ field, description }],
  });
}

/** The version that the client wants to change; admitted, hence well-formed. Weak tags count: compression has made ours so. */
function wantedTag(view: GateView): string | '*' | undefined {
  const value = given(view, 'if-match');
  if (value === undefined || isReadRequest(view)) return undefined;
  const tags = readEntityTags(value);
  return tags === '*' ? tags : tags?.[0];
}

function isStale(answer: GateAnswer): boolean {
  return (
    answer.kind === 'failure' &&
    answer.reason === undefined &&
    (answer.status.code === Code.ABORTED || answer.status.code === Code.FAILED_PRECONDITION)
  );
}

/** A backend's word for a condition that does not hold, as HTTP has it: 412. */
function afterPreconditions(view: GateView, answer: GateAnswer): GateAnswer {
  if (answer.kind === 'reply') return answer;
  const { code } = answer.status;
  const ifMatch = given(view, 'if-match');
  const isFailed =
    (ifMatch !== undefined && (isStale(answer) || (ifMatch === '*' && code === Code.NOT_FOUND))) ||
    (code === Code.ALREADY_EXISTS && given(view, 'if-none-match') === '*');
  return isFailed ? { ...answer, httpStatus: 412 } : answer;
}

/** A backend that says ETag itself, in metadata, knows better. */
function withTag(reply: GateReply, field: MessageField): GateReply {
  if (reply.binary === undefined || reply.headers.some(([name]) => name === 'etag')) return reply;
  const value = field.text(reply.binary);
  const tag = value === undefined ? undefined : entityTagOf(value);
  return tag === undefined ? reply : { ...reply, headers: [...reply.headers, ['etag', tag]] };
}
