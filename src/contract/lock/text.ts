import type { LockedEnum, SurfaceLock } from './lock.js';
import type { LockedMessage } from './messages.js';
import { jsonWords, type LockedRoute } from './routes.js';

/**
 * A lock as text that people review: a paragraph for each route, message and enum, a line for each thing that can
 * change on its own, so that a diff says what changes for clients.
 */
export function printLock(lock: SurfaceLock): string {
  const paragraphs = [
    [
      '# What clients of the REST API see, written by `propylon surface`. What changes here, changes for them.',
      `errors: ${lock.errors}`,
      `json: ${jsonWords(lock.json, {}).join(', ')}`,
    ],
    ...lock.routes.map(routeLines),
    ...lock.messages.map(messageLines),
    ...lock.enums.map(enumLines),
  ];
  return `${paragraphs.map((lines) => lines.map((line) => `${line}\n`).join('')).join('\n')}`;
}

function routeLines(route: LockedRoute): string[] {
  const { answer, body, format, json } = route;
  return [
    `${route.httpMethod} ${route.path}`,
    `  method: ${route.method}, ${route.kind}`,
    `  access: ${route.access}`,
    ...route.parameters.map(
      ({ in: place, name, type, words }) => `  ${place} ${name}: ${[type, ...words].join(', ')}`,
    ),
    ...route.words.map((word) => `  ${word}`),
    ...(body === undefined ? [] : [`  body: ${body}`]),
    `  answer ${answer.status}: ${answer.type}${format === undefined ? '' : `, as ${format}`}`,
    ...(json.length === 0 ? [] : [`  json: ${json.join(', ')}`]),
    ...Object.entries(route.policy).map(([name, value]) => `  ${name}: ${value}`),
    ...(route.isDeprecated ? ['  deprecated'] : []),
  ];
}

function messageLines({ name, uses, fields, words }: LockedMessage): string[] {
  return [
    `message ${name} in ${uses.join(' and ')}`,
    ...words.map((word) => `  ${word}`),
    ...fields.map((field) => `  ${field.name}: ${[field.type, ...field.words].join(', ')}`),
  ];
}

function enumLines({ name, values }: LockedEnum): string[] {
  return [
    `enum ${name}`,
    ...values.map((value) => `  ${value.name} = ${value.number}${value.isDeprecated ? ', deprecated' : ''}`),
  ];
}
