import {
  commentOf,
  type DescEnum,
  type DescField,
  type DescMethod,
  type DescService,
  httpRuleOf,
  locationOf,
} from '../../descriptor/index.js';
import type { Finding } from '../finding.js';
import { readComment } from '../schema/comment.js';
import { found, methodName } from './found.js';
import type { Scope } from './scope.js';

/** What readers of the API are not told, or told in a misleading way. */
export function lintDocumentation({ services, methods, messages, enums }: Scope): readonly Finding[] {
  const served = new Set(methods.map(({ method }) => method));
  return [
    ...services.flatMap((service) => [
      ...withoutComment(service),
      ...service.methods.flatMap((method) =>
        served.has(method) ? withoutComment(method) : withoutRule(method),
      ),
    ]),
    ...[...served].flatMap(withoutReplacement),
    ...messages.flatMap(({ fields }) => fields.flatMap(withoutReplacement)),
    ...enums.flatMap(misnamedZero),
  ];
}

const nameOf = (desc: DescService | DescMethod): string =>
  desc.kind === 'rpc' ? methodName(desc) : desc.typeName;

function withoutComment(desc: DescService | DescMethod): readonly Finding[] {
  const place = locationOf(desc);
  // An image without source info has no comments at all.
  if (place.line === 0 || readComment(commentOf(desc)).description !== undefined) return [];
  return [found('COMMENT_MISSING', nameOf(desc), `${nameOf(desc)} has no comment.`, place)];
}

function withoutRule(method: DescMethod): readonly Finding[] {
  // One that cannot be served has findings of its own.
  if (httpRuleOf(method) !== undefined) return [];
  const text = `${methodName(method)} has no HttpRule, and other methods of its service have.`;
  return [found('METHOD_WITHOUT_RULE', methodName(method), text, locationOf(method))];
}

function withoutReplacement(desc: DescMethod | DescField): readonly Finding[] {
  const place = locationOf(desc);
  const comment = commentOf(desc);
  if (desc.proto.options?.deprecated !== true || place.line === 0) return [];
  if (
    /\b(instead|use|uses|see|replaced|replacement|prefer|superseded|moved|removed|no longer|not supported)\b/i.test(
      comment,
    )
  )
    return [];
  const name = desc.kind === 'rpc' ? methodName(desc) : `${desc.parent.typeName}.${desc.name}`;
  const text = `${name} is deprecated, and its comment does not say what to use instead.`;
  return [found('DEPRECATED_WITHOUT_REPLACEMENT', name, text, place)];
}

function misnamedZero(desc: DescEnum): readonly Finding[] {
  const zero = desc.values.find(({ number }) => number === 0);
  if (zero === undefined || /(^|_)(UNSPECIFIED|UNKNOWN)(_|$)/.test(zero.name)) return [];
  const text = `The zero value of ${desc.typeName} is ${zero.name}, which is not called UNSPECIFIED or UNKNOWN.`;
  return [found('ENUM_ZERO_VALUE', desc.typeName, text, locationOf(zero))];
}
