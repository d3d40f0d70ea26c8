import { randomUUID } from 'node:crypto';
import { hasRequestId, hasUuidFormat } from '../../descriptor/index.js';
import { Code } from '../../status/index.js';
import type { GateContext } from '../context.js';
import { idempotencyKeyOf } from '../idempotency/key.js';
import type { GateStep } from '../step.js';
import { refusal } from '../verdict.js';
import { isReadBinding, isReadRequest } from './read.js';

/**
 * AIP-155: an empty `request_id` of a write is filled, from Idempotency-Key or by chance, once for
 * all attempts: a backend knows a repeated call again, and so the call may be repeated.
 */
export function requestIds(context: GateContext): readonly GateStep[] {
  const { method, policy, requestField } = context;
  if (policy.idempotency?.requestId === false || isReadBinding(context)) return [];
  const field = requestField('request_id');
  if (!hasRequestId(method.input) || 'problem' in field) return [];
  const wantsUuid = hasUuidFormat(method.input);
  return [
    {
      name: 'request ids',
      inspect(view, message) {
        if (isReadRequest(view) || field.isSet(message.binary)) return undefined;
        const key = idempotencyKeyOf(view.request.headers);
        if (typeof key === 'object') return key;
        if (key !== undefined && wantsUuid && !isUuid4(key)) return notUuid;
        message.binary = field.set(message.binary, key ?? randomUUID());
        return undefined;
      },
    },
  ];
}

const notUuid = refusal(
  Code.INVALID_ARGUMENT,
  'IDEMPOTENCY_KEY_MALFORMED',
  'Idempotency-Key must be a UUID of version 4 here: the method takes it as its request_id.',
);

function isUuid4(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(text);
}
