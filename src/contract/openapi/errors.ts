import type { DescriptorRegistry } from '../../descriptor/index.js';
import { Code, httpStatusOf } from '../../status/index.js';
import type { ErrorForm } from '../../surface/index.js';
import { compact, isObject, type JsonObject } from '../json.js';
import type { Form } from '../schema/form.js';
import type { Schemas } from '../schema/schemas.js';

/** When an operation can be answered with an error. */
export type ErrorOccasion = 'always' | 'body' | 'guarded' | 'limited';

/** What an error of an HTTP status is about, and where it can happen. */
interface ErrorRow {
  readonly name: string;
  readonly when: ErrorOccasion;
  readonly text: string;
}

/** Every error status that the gateway answers a matched request with. */
export const errorRows: Readonly<Record<number, ErrorRow>> = {
  400: { name: 'BadRequest', when: 'always', text: 'The request is wrong, or cannot be done as things are.' },
  401: { name: 'Unauthorized', when: 'guarded', text: 'The credentials are missing or not valid.' },
  403: { name: 'Forbidden', when: 'guarded', text: 'The caller may not do this.' },
  404: { name: 'NotFound', when: 'always', text: 'There is no such thing.' },
  406: { name: 'NotAcceptable', when: 'always', text: 'None of the accepted media types can be produced.' },
  408: { name: 'RequestTimeout', when: 'body', text: 'The body did not arrive in time.' },
  409: { name: 'Conflict', when: 'always', text: 'It exists already, or was changed by somebody else.' },
  413: { name: 'ContentTooLarge', when: 'body', text: 'The body is larger than the limit.' },
  415: {
    name: 'UnsupportedMediaType',
    when: 'body',
    text: 'The content type of the body is not accepted here.',
  },
  429: { name: 'TooManyRequests', when: 'limited', text: 'Too many requests: try again later.' },
  431: { name: 'HeaderFieldsTooLarge', when: 'always', text: 'The header fields are larger than the limit.' },
  500: { name: 'InternalServerError', when: 'always', text: 'Something went wrong.' },
  501: { name: 'NotImplemented', when: 'always', text: 'The backend does not do this.' },
  502: {
    name: 'BadGateway',
    when: 'always',
    text: 'The backend answered with something that cannot be passed on.',
  },
  503: {
    name: 'ServiceUnavailable',
    when: 'always',
    text: 'The backend cannot be reached: try again later.',
  },
  504: { name: 'GatewayTimeout', when: 'always', text: 'The deadline passed before the backend answered.' },
};

/** The error responses of an operation: references, and a default for what a backend may add. */
export function errorResponses(occasions: ReadonlySet<ErrorOccasion>): JsonObject {
  const responses = Object.entries(errorRows)
    .filter(([, { when }]) => occasions.has(when))
    .map(([status, { name }]): [string, JsonObject] => [status, { $ref: `#/components/responses/${name}` }]);
  return { ...Object.fromEntries(responses), default: { $ref: '#/components/responses/Error' } };
}

/** The responses that operations refer to, and the schema of their bodies among `schemas`. */
export function errorComponents(
  registry: DescriptorRegistry,
  schemas: Schemas,
  form: Form,
  errorForm: ErrorForm,
): JsonObject {
  const body = errorSchema(registry, schemas, form, errorForm);
  const mediaType = errorForm === 'problem' ? 'application/problem+json' : 'application/json';
  const content = { [mediaType]: { schema: body } };
  const rows = Object.entries(errorRows).map(([status, { name, text }]): [string, JsonObject] => {
    const codes = Object.entries(Code).filter(
      ([, code]) => code !== Code.OK && httpStatusOf(code) === Number(status),
    );
    const names = codes.map(([codeName]) => `\`${codeName}\``).join(', ');
    const description = names === '' ? text : `${text} gRPC: ${names}.`;
    const headers = headersOf[status];
    return [name, compact({ description, headers, content })];
  });
  return { Error: { description: 'Any other error.', content }, ...Object.fromEntries(rows) };
}

const retryAfter: JsonObject = {
  'Retry-After': { description: 'Seconds to wait before the next attempt.', schema: { type: 'integer' } },
};

const headersOf: Readonly<Record<string, JsonObject>> = {
  401: {
    'WWW-Authenticate': { description: 'How to authenticate (RFC 9110).', schema: { type: 'string' } },
  },
  429: retryAfter,
  503: retryAfter,
};

/** Details that the gateway itself gives, and backends mostly. */
const detailTypes = ['ErrorInfo', 'BadRequest', 'RetryInfo', 'QuotaFailure', 'RequestInfo'];

function errorSchema(
  registry: DescriptorRegistry,
  schemas: Schemas,
  form: Form,
  errorForm: ErrorForm,
): JsonObject {
  const details = { type: 'array', items: detailSchema(registry, schemas, form) };
  const message = { type: 'string', description: 'What went wrong, for developers.' };
  const codeNames = { type: 'string', enum: Object.keys(Code).filter((name) => name !== 'OK') };
  switch (errorForm) {
    case 'status':
      return schemas.add('Error', {
        title: 'Error',
        description: 'How a call failed: google.rpc.Status.',
        type: 'object',
        properties: {
          code: { type: 'integer', format: 'int32', description: 'The code of gRPC (google.rpc.Code).' },
          message,
          details,
        },
        required: ['code', 'message'],
      });
    case 'envelope':
      return schemas.add('Error', {
        title: 'Error',
        description: 'How a call failed (AIP-193).',
        type: 'object',
        properties: {
          error: {
            type: 'object',
            properties: {
              code: { type: 'integer', format: 'int32', description: 'The HTTP status.' },
              message,
              status: codeNames,
              details,
            },
            required: ['code', 'message', 'status'],
          },
        },
        required: ['error'],
      });
    case 'problem':
      return schemas.add('Error', {
        title: 'Error',
        description: 'How a call failed (RFC 9457).',
        type: 'object',
        properties: {
          type: { type: 'string', format: 'uri-reference' },
          title: { type: 'string' },
          status: { type: 'integer', format: 'int32', description: 'The HTTP status.' },
          detail: message,
          code: codeNames,
          details,
        },
        required: ['type', 'title', 'status', 'detail', 'code'],
      });
  }
}

function detailSchema(registry: DescriptorRegistry, schemas: Schemas, form: Form): JsonObject {
  const known = detailTypes.flatMap((name) => {
    const desc = registry.message(`google.rpc.${name}`);
    if (desc === undefined) return [];
    const whole = schemas.partOf(desc, form, []);
    const fields = isObject(whole['properties']) ? whole['properties'] : {};
    const type = { const: `type.googleapis.com/google.rpc.${name}` };
    return schemas.add(`Error.${name}`, {
      ...whole,
      properties: { '@type': type, ...fields },
      required: ['@type'],
    });
  });
  const any = registry.message('google.protobuf.Any');
  return { anyOf: [...known, ...(any === undefined ? [] : [schemas.message(any, form)])] };
}
