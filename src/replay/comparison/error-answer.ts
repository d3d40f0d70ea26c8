import { codeName } from '../../status/index.js';
import { type Fields, fieldValues, mediaTypeOf } from '../exchange.js';
import { type JsonValue, memberOf, stringOf } from '../json/json-value.js';
import type { MessageBody } from './message-body.js';

/** An error, whatever form its gateway gives it. */
export interface ErrorAnswer {
  readonly form: 'status' | 'envelope' | 'problem' | 'header fields' | 'other';
  /** "NOT_FOUND"; undefined where only the HTTP status says it. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** As far as there are any. */
  readonly details: readonly JsonValue[];
}

/** Reads the body of an answer with a status from 400 on. */
export function errorAnswer(body: MessageBody, headers: Fields): ErrorAnswer {
  const value = body.form === 'json' ? body.value : body.form === 'lines' ? body.messages[0] : undefined;
  const inner = memberOf(value, 'error');
  if (inner?.kind === 'object') return { form: 'envelope', ...statusOf(inner) };
  if (mediaTypeOf(headers) === 'application/problem+json')
    return { form: 'problem', ...statusOf(value), message: stringOf(memberOf(value, 'detail')) };
  if (memberOf(value, 'code')?.kind === 'number') return { form: 'status', ...statusOf(value) };
  const [code] = fieldValues(headers, 'grpc-status');
  if (body.form === 'empty' && code !== undefined) {
    const message = fieldValues(headers, 'grpc-message')[0];
    return { form: 'header fields', code: nameOf(code), message: message && unescaped(message), details: [] };
  }
  return { form: 'other', code: undefined, message: undefined, details: [] };
}

/** Why a gateway of this kind has refused a request itself; undefined where it has not. */
export function refusalReason(error: ErrorAnswer): string | undefined {
  const info = error.details.find((detail) => stringOf(memberOf(detail, 'domain')) === 'propylon');
  return stringOf(memberOf(info, 'reason'));
}

function statusOf(status: JsonValue | undefined): Omit<ErrorAnswer, 'form'> {
  const code = memberOf(status, 'code');
  const name = stringOf(memberOf(status, 'status'));
  const details = memberOf(status, 'details');
  return {
    // An envelope has the name, and the HTTP status as its code.
    code: name ?? (code?.kind === 'number' ? nameOf(code.text) : undefined),
    message: stringOf(memberOf(status, 'message')),
    details: details?.kind === 'list' ? details.items : [],
  };
}

/** "5" → "NOT_FOUND"; undefined for what is an HTTP status. */
function nameOf(code: string): string | undefined {
  return /^\d{1,2}$/.test(code) && Number(code) <= 16 ? codeName(Number(code)) : undefined;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
