import type { DescField } from '../descriptor/index.js';
import type { Binding } from '../httprule/index.js';
import type { Limits } from '../limits.js';
import { Code, StatusError } from '../status/index.js';
import type { FieldNames } from './field-names.js';
import { bindParameters } from './query.js';
import { leniencyOf, type ParameterLeniency, type ParameterScope } from './query-path.js';
import { parseQuery, type QueryParameter } from './query-string.js';
import { QueryUse } from './query-use.js';
import type { RequestOptions } from './request-options.js';
import { sourceOf } from './source.js';

type FormLimits = Pick<Limits, 'queryParametersMax' | 'queryNameBytesMax' | 'queryDepthMax'>;

/** `application/x-www-form-urlencoded` bodies, which bind as a query does. */
export interface FormBody {
  /**
   * Bytes of the message that the body stands for: the request, or the field of `body: "f"`. The fields that
   * the form names are added to `named`, in proto names: "author.name".
   */
  toBinary(body: Uint8Array, named?: string[]): Uint8Array;
}

/**
 * Prepares the form bodies of a binding with a body. Names are relative to what the body stands
 * for. A field that the path binds may be given: it must be equal then, as in JSON.
 *
 * Throws StatusError as the query does, MEDIA_TYPE_UNSUPPORTED where the body is no message.
 */
export function formBody(
  binding: Binding,
  names: FieldNames,
  limits: FormLimits,
  strictness: RequestOptions,
): FormBody {
  const scope = formScope(binding, leniencyOf(strictness));
  return {
    toBinary: (body, named) =>
      bindParameters(parse(body, limits), scopeOf(scope), new QueryUse(), names, limits, named),
  };
}

function formScope(binding: Binding, leniency: ParameterLeniency): ParameterScope | undefined {
  const { body, method } = binding;
  if (body === 'all') {
    return {
      root: method.input,
      ...leniency,
      otherNames: [],
      refuses: (fields) =>
        sourceOf(binding, fields) === 'query' ? 'the field comes from the query of the request' : undefined,
    };
  }
  const root = typeof body === 'string' ? undefined : messageOf(body);
  return root && { root, ...leniency, otherNames: [], refuses: () => undefined };
}

function messageOf(field: DescField) {
  return field.fieldKind === 'message' ? field.message : undefined;
}

function scopeOf(scope: ParameterScope | undefined): ParameterScope {
  if (scope !== undefined) return scope;
  throw new StatusError(
    Code.INVALID_ARGUMENT,
    'MEDIA_TYPE_UNSUPPORTED',
    'The body stands for a field that is no message: send it as application/json.',
    { httpStatus: 415 },
  );
}

function parse(body: Uint8Array, limits: FormLimits): QueryParameter[] {
  return parseQuery(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'), limits);
}
