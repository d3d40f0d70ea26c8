import type { DescField } from '../../descriptor/index.js';
import type { Binding } from '../../httprule/index.js';
import { defaultLimits } from '../../limits.js';
import type { Steps } from '../../steps.js';
import { type FieldSource, type OutlinedRoute, sourceOf } from '../../surface/index.js';
import { queryFields } from '../openapi/query-fields.js';
import { isAnswerKept, isBodyKept, isRawAnswer, isRawBody } from './binding.js';
import { compareMessageRules } from './field-rules.js';
import { compareBoundWords, compareRequired } from './field-words.js';
import { type Comparison, haveNothingInCommon, type Messages } from './messages.js';
import { type Met, shownName } from './met.js';
import { compareOneofs } from './oneofs.js';
import { type RoutePair, routeText } from './routes.js';
import { typeChange, type Use } from './type-change.js';
import { typeOfMessage } from './value-type.js';

/** The messages of a route: what requests may say and where, and what answers say. */
export function* compareExchange(pair: RoutePair, messages: Messages, comparison: Comparison): Steps<void> {
  compareRequests(pair, messages, comparison);
  yield;
  compareVariables(pair, messages, comparison);
  compareParameters(pair, comparison);
  yield;
  compareAnswers(pair, messages, comparison);
}

function met({ before, after }: RoutePair, use: Use, place: string): Met {
  return {
    use,
    protoNames: before.json.protoNames,
    enumsAsNumbers: before.json.enumsAsNumbers,
    printsUnset: before.json.emitDefaults && after.json.emitDefaults,
    place: `${place} ${routeText(before.binding)}`,
    path: '',
  };
}

function compareRequests(pair: RoutePair, messages: Messages, comparison: Comparison): void {
  const [was, is] = [pair.before.binding, pair.after.binding];
  const isKept = isBodyKept(was, is) && !isRawBody(was);
  const ofBody = met(pair, was.httpMethod === 'PATCH' ? 'patch' : 'body', 'the body of');
  const ofUrl = met(pair, 'text', 'the query of');
  const metFrom = (source: FieldSource): Met | undefined => {
    if (source === 'body') return isKept ? ofBody : undefined;
    return source === 'query' ? ofUrl : undefined;
  };
  messages.fields(
    was.method.input,
    is.method.input,
    (field, now) => {
      const source = sourceIn(was, field);
      // A parameter that has moved is told of as such.
      if (now !== undefined && sourceIn(is, now) !== source) return undefined;
      if (source === 'body' && typeof was.body !== 'string') return undefined;
      return metFrom(source);
    },
    (field) => {
      const source = sourceIn(is, field);
      return source === 'body' && is.body === field ? undefined : metFrom(source);
    },
  );
  const whole = was.body === 'all' ? ofBody : ofUrl;
  if (was.body !== 'all' || isKept) {
    compareOneofs(was.method.input, is.method.input, whole, comparison);
    compareMessageRules(was.method.input, is.method.input, whole, comparison);
  }
  if (typeof is.body === 'string') return;
  if (typeof was.body !== 'string' && isKept) messages.value(was.body, is.body, ofBody);
  if (isKept || was.body === 'none')
    compareRequired(typeof was.body === 'string' ? undefined : was.body, is.body, ofUrl, comparison);
}

/** Where a field of the request comes from; a message in which the path binds a field, from where the rest of it does. */
function sourceIn(binding: Binding, field: DescField): FieldSource {
  const source = sourceOf(binding, [field]);
  if (source !== 'path') return source;
  const isWhole = binding.variables.some(({ path }) => path.fields.length === 1 && path.leaf === field);
  if (isWhole) return 'path';
  return binding.body === 'all' || binding.body === field ? 'body' : 'query';
}

/** Variables of both templates that begin at the same place. */
function compareVariables(pair: RoutePair, messages: Messages, comparison: Comparison): void {
  const [was, is] = [pair.before.binding, pair.after.binding];
  for (const [index, { path }] of was.variables.entries()) {
    const start = was.template.variables[index]?.start;
    const at = is.template.variables.findIndex((variable) => variable.start === start);
    const now = is.variables[at];
    if (now === undefined) continue;
    const place = { ...met(pair, 'text', 'the path of'), path: path.jsonText };
    compareBoundWords(path.leaf, now.path.leaf, place, comparison);
    messages.value(path.leaf, now.path.leaf, place);
  }
}

/** Fields that the query set, that are still there, and that come from somewhere else. */
function compareParameters({ before, after }: RoutePair, { report }: Comparison): void {
  const [was, is] = [before.binding, after.binding];
  if (sources(was) === sources(is)) return;
  const nameOf = (fields: readonly DescField[], { json }: OutlinedRoute): string =>
    fields.map((field) => shownName(field, json)).join('.');
  const left = new Set(
    queryFields(is, defaultLimits).flatMap((fields) => [
      fields.map(({ jsonName }) => jsonName).join('.'),
      fields.map(({ name }) => name).join('.'),
    ]),
  );
  for (const fields of queryFields(was, defaultLimits)) {
    const name = nameOf(fields, before);
    const now = left.has(name) ? undefined : resolved(is, fields);
    if (now === undefined) continue;
    const source = sourceOf(is, now);
    if (source === 'query') continue;
    const route = routeText(was);
    const text = `The query parameter \`${name}\` of ${route} is gone: the field comes from the ${source} of requests.`;
    report('QUERY_PARAMETER_REMOVED', `${route}?${name}`, text, is.location);
  }
}

/** What decides where fields of a request come from. */
function sources({ body, variables }: Binding): string {
  const names = variables.map(({ path }) => path.jsonText).sort();
  return [typeof body === 'string' ? `(${body})` : body.jsonName, ...names].join(' ');
}

/** The same path of names in another request. */
function resolved({ method }: Binding, fields: readonly DescField[]): readonly DescField[] | undefined {
  const found: DescField[] = [];
  let message: Binding['method']['input'] | undefined = method.input;
  for (const field of fields) {
    const now: DescField | undefined = message?.fields.find(({ jsonName }) => jsonName === field.jsonName);
    if (now === undefined) return undefined;
    found.push(now);
    message = now.fieldKind === 'message' ? now.message : undefined;
  }
  return found;
}

function compareAnswers(pair: RoutePair, messages: Messages, { report }: Comparison): void {
  const [was, is] = [pair.before.binding, pair.after.binding];
  if (!isAnswerKept(was, is) || isRawAnswer(was)) return;
  const place = met(pair, 'answer', 'answers of');
  if (was.responseBody !== undefined && is.responseBody !== undefined) {
    messages.value(was.responseBody, is.responseBody, place);
    return;
  }
  const [output, now] = [was.method.output, is.method.output];
  const [type, typeNow] = [typeOfMessage(output), typeOfMessage(now)];
  const isOther =
    type.kind === 'object' && typeNow.kind === 'object'
      ? haveNothingInCommon(output, now, place)
      : typeChange(type, typeNow, 'answer', place.enumsAsNumbers) !== 'none';
  if (!isOther) {
    messages.message(output, now, place);
    return;
  }
  const text = `${routeText(was)} answered with ${output.typeName}, and now with ${now.typeName}.`;
  report('RESPONSE_TYPE_CHANGED', routeText(was), text, is.location);
}
