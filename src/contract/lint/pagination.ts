import { locationOf } from '../../descriptor/index.js';
import type { Finding } from '../finding.js';
import { found, methodName } from './found.js';
import type { Scope, ServedMethod } from './scope.js';

/** LIST_WITHOUT_PAGINATION (AIP-158): List and Search methods that answer with a list and without pages. */
export function lintPagination({ methods }: Scope): readonly Finding[] {
  return methods.flatMap(missingPages);
}

function missingPages({ method }: ServedMethod): readonly Finding[] {
  const { input, output } = method;
  const isList = /^(List|Search)(?=[A-Z]|$)/.test(method.name) && method.methodKind === 'unary';
  if (!isList || !output.fields.some(({ fieldKind }) => fieldKind === 'list')) return [];
  const has = ({ fields }: typeof input, ...names: string[]): boolean =>
    fields.some(({ name }) => names.includes(name));
  // Older Google APIs say max_results.
  const request = [
    ...(has(input, 'page_size', 'max_results') ? [] : ['page_size']),
    ...(has(input, 'page_token') ? [] : ['page_token']),
  ];
  const response = has(output, 'next_page_token') ? [] : ['next_page_token'];
  const missing = [
    ...(request.length === 0 ? [] : [`${input.typeName} has no ${request.join(' and no ')}`]),
    ...(response.length === 0 ? [] : [`${output.typeName} has no next_page_token`]),
  ];
  if (missing.length === 0) return [];
  const text = `${methodName(method)} answers with a list in one piece: ${missing.join(', and ')}.`;
  return [found('LIST_WITHOUT_PAGINATION', methodName(method), text, locationOf(method))];
}
