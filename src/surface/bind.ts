import type { Binding } from '../httprule/index.js';
import { type BodyContext, bodyBinder, bodyKind } from './body.js';
import { patchMask } from './patch-mask.js';
import { pathBinder } from './path.js';
import { queryBinder } from './query.js';
import { parameterPath } from './query-path.js';
import { parseQuery } from './query-string.js';
import { requireFields } from './required.js';
import type { RequestBinder } from './surface.js';
import { emptyQuery, systemParameters } from './system-parameters.js';

/** What the request side of a binding is compiled with. */
export interface BindContext extends BodyContext {
  /** Whether the system parameter `$key` is one. */
  readonly keyInQuery: boolean;
  /** Whether the gate takes fields out that are OUTPUT_ONLY. */
  readonly dropsOutputOnly: boolean;
}

/**
 * Compiles the request side of a binding.
 *
 * The message is the body's fragment, then the query's, then the path's. Body and query never
 * share a top-level field, so that these two are joined end to end; a path fragment goes inside
 * the submessage it belongs to, since readers in real use keep only the last of two occurrences
 * of a singular submessage.
 */
function requestBinder(binding: Binding, context: BindContext): RequestBinder {
  const { names, limits, strictness } = context;
  const path = pathBinder(binding, names, strictness);
  const query = queryBinder(binding, names, limits, strictness);
  const body = bodyBinder(binding, context);
  const sort = systemParameters(binding, names, context.keyInQuery);
  const mask = patchMask(binding, names, strictness, context.dropsOutputOnly);
  const binder: RequestBinder = {
    body: bodyKind(binding),
    readQuery: (text) => (text === '' ? emptyQuery : sort(parseQuery(text, limits))),
    parameterPath: (name) => parameterPath(name, binding, names, limits, strictness),
    bind(captures, { parameters }, bodyBytes, contentType) {
      const pathFragments = path.encode(captures);
      const named: string[] | undefined = mask && [];
      const bodyBinary = body.first(bodyBytes, contentType, named);
      const queryBinary = query(parameters, bodyBinary.length > 0);
      const binary = path.append(bodyBinary, queryBinary, pathFragments);
      return mask === undefined ? binary : mask.append(binary, bodyBytes, contentType, named);
    },
    bindNext(bodyBytes, contentType) {
      return path.withoutPath(body.next(bodyBytes, contentType));
    },
  };
  return requireFields(binder, binding.method.input, limits);
}

/** A binder that is compiled by its first request: thousands of routes start fast. */
export function lazyRequestBinder(binding: Binding, context: BindContext): RequestBinder {
  let compiled: RequestBinder | undefined;
  const binder = () => {
    compiled ??= requestBinder(binding, context);
    return compiled;
  };
  return {
    body: bodyKind(binding),
    readQuery: (text) => binder().readQuery(text),
    parameterPath: (name) => binder().parameterPath(name),
    bind: (captures, query, body, contentType) => binder().bind(captures, query, body, contentType),
    bindNext: (body, contentType) => binder().bindNext(body, contentType),
  };
}
