import { type JsonValue, jsonText, memberOf } from '../json/json-value.js';
import type { Difference } from './classes.js';
import { compareJson } from './compare-json.js';
import type { MessageBody } from './message-body.js';

type Streamed = { readonly how: string; readonly messages: readonly JsonValue[] };

/** What two bodies of answers that went well differ in. */
export function compareBodies(expected: MessageBody, actual: MessageBody): Difference[] {
  if (expected.form === 'json' && actual.form === 'json')
    return isStream(expected.value, actual.value)
      ? compareStreams(streamOf(expected), streamOf(actual))
      : compareJson(expected.value, actual.value);
  if (isEmpty(expected) && isEmpty(actual))
    return expected.form === actual.form
      ? []
      : [{ class: 'empty-body', place: '', expected: shown(expected), actual: shown(actual) }];
  const [a, b] = [streamOf(expected), streamOf(actual)];
  if (a !== undefined && b !== undefined) return compareStreams(a, b);
  if (expected.form === 'other' && actual.form === 'other' && expected.bytes === actual.bytes) return [];
  return [{ class: 'body', place: '', expected: shown(expected), actual: shown(actual) }];
}

/** Two values are streams where one of them, and not the other, has the envelope of one. */
function isStream(expected: JsonValue, actual: JsonValue): boolean {
  const messages = (value: JsonValue): readonly JsonValue[] =>
    value.kind === 'list' ? value.items : [value];
  return isEnveloped(messages(expected)) !== isEnveloped(messages(actual));
}

/** A body as the messages of a stream; undefined where it cannot be one. */
function streamOf(body: MessageBody): Streamed | undefined {
  switch (body.form) {
    case 'lines':
      return { how: 'lines', messages: body.messages };
    case 'events':
      return { how: 'events', messages: body.messages };
    case 'json':
      return body.value.kind === 'list'
        ? { how: 'array', messages: body.value.items }
        : // A stream of one message looks like any other answer.
          { how: 'lines', messages: [body.value] };
    case 'empty':
      return { how: 'lines', messages: [] };
    case 'other':
      return undefined;
  }
}

function compareStreams(a: Streamed | undefined, b: Streamed | undefined): Difference[] {
  if (a === undefined || b === undefined) return [];
  const found: Difference[] = [];
  if (a.how !== b.how)
    found.push({ class: 'stream-framing', place: `${a.how} → ${b.how}`, expected: a.how, actual: b.how });
  const [was, is] = [isEnveloped(a.messages), isEnveloped(b.messages)];
  const isUnlike = was !== is && a.messages.length > 0 && b.messages.length > 0;
  if (isUnlike) {
    const form = (enveloped: boolean): string => (enveloped ? '{"result":…}' : 'bare');
    found.push({
      class: 'stream-envelope',
      place: `${form(was)} → ${form(is)}`,
      expected: form(was),
      actual: form(is),
    });
  }
  const [before, after] = [
    isUnlike ? bare(a.messages) : a.messages,
    isUnlike ? bare(b.messages) : b.messages,
  ];
  if (before.length !== after.length)
    found.push({
      class: 'stream-length',
      place: '',
      expected: String(before.length),
      actual: String(after.length),
    });
  before.slice(0, after.length).forEach((message, i) => {
    found.push(...compareJson(message, after[i] ?? message));
  });
  return found;
}

/** Whether each message is {"result":…}, or {"error":…} behind such. */
function isEnveloped(messages: readonly JsonValue[]): boolean {
  return (
    messages.some((one) => memberOf(one, 'result') !== undefined) &&
    messages.every(
      (one) => one.kind === 'object' && one.members.length === 1 && (has(one, 'result') || has(one, 'error')),
    )
  );
}

function bare(messages: readonly JsonValue[]): JsonValue[] {
  return messages.map((one) => (isEnveloped([one]) ? (memberOf(one, 'result') ?? one) : one));
}

function has(value: JsonValue, name: string): boolean {
  return memberOf(value, name) !== undefined;
}

function isEmpty(body: MessageBody): boolean {
  return body.form === 'empty' || (body.form === 'json' && jsonText(body.value) === '{}');
}

function shown(body: MessageBody): string {
  switch (body.form) {
    case 'empty':
      return '(empty)';
    case 'json':
      return jsonText(body.value);
    case 'lines':
    case 'events':
      return body.messages.map(jsonText).join('\n');
    case 'other':
      return body.bytes;
  }
}
