import { type DescField, locationOf } from '../../descriptor/index.js';
import type { Binding } from '../../httprule/index.js';
import type { Finding } from '../finding.js';
import { found, methodName, routeName } from './found.js';
import type { Scope } from './scope.js';

/** What is odd about the bodies of requests and answers. */
export function lintBodies({ methods }: Scope): readonly Finding[] {
  return methods.flatMap(({ bindings }) =>
    bindings.flatMap((binding) => [
      ...bareBody(binding),
      ...bareAnswer(binding),
      ...hiddenPageToken(binding),
      ...streamWithoutBody(binding),
      ...patchWithoutMask(binding),
    ]),
  );
}

const kindText = (field: DescField): string => {
  if (field.fieldKind === 'scalar') return 'a scalar';
  return { enum: 'an enum', list: 'a list', map: 'a map', message: 'a message' }[field.fieldKind];
};

function bareBody(binding: Binding): readonly Finding[] {
  const { body, location } = binding;
  if (typeof body === 'string' || body.fieldKind === 'message') return [];
  const text = `The body of "${routeName(binding)}" is ${body.name}, ${kindText(body)}.`;
  return [found('BODY_NOT_A_MESSAGE', routeName(binding), text, location, locationOf(body))];
}

function bareAnswer(binding: Binding): readonly Finding[] {
  const { responseBody, location } = binding;
  if (responseBody?.fieldKind !== 'scalar' && responseBody?.fieldKind !== 'enum') return [];
  const text = `The answer of "${routeName(binding)}" is ${responseBody.name}, ${kindText(responseBody)}.`;
  return [found('RESPONSE_BODY_NOT_A_MESSAGE', routeName(binding), text, location, locationOf(responseBody))];
}

function hiddenPageToken(binding: Binding): readonly Finding[] {
  const { responseBody, method, location } = binding;
  const token = method.output.fields.find(({ name }) => name === 'next_page_token');
  if (responseBody === undefined || token === undefined || token === responseBody) return [];
  const text = `The answer of "${routeName(binding)}" is ${responseBody.name} alone: next_page_token of ${method.output.typeName} is not in it.`;
  return [found('RESPONSE_BODY_HIDES_PAGE_TOKEN', routeName(binding), text, location, locationOf(token))];
}

function streamWithoutBody(binding: Binding): readonly Finding[] {
  const { method, body, location } = binding;
  const takesStream = method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
  if (!takesStream || body !== 'none') return [];
  const text = `${methodName(method)} takes a stream, and "${routeName(binding)}" has no body to send it in.`;
  return [found('STREAM_WITHOUT_BODY', routeName(binding), text, location)];
}

function patchWithoutMask(binding: Binding): readonly Finding[] {
  const { method, httpMethod, location } = binding;
  const hasMask = method.input.fields.some(
    ({ message }) => message?.typeName === 'google.protobuf.FieldMask',
  );
  if (httpMethod !== 'PATCH' || hasMask) return [];
  const text = `${method.input.typeName}, the request of "${routeName(binding)}", has no field mask.`;
  return [found('PATCH_WITHOUT_MASK', routeName(binding), text, location, locationOf(method.input))];
}
