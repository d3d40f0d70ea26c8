import { missingRequired } from '../codec/index.js';
import type { DescMessage } from '../descriptor/index.js';
import type { Limits } from '../limits.js';
import { Code, StatusError } from '../status/index.js';
import type { RequestBinder } from './surface.js';

/**
 * The binder, which refuses messages that lack a required field, wherever in the request that might
 * have come from: no backend could parse them. The same binder where the type has none.
 */
export function requireFields(
  binder: RequestBinder,
  message: DescMessage,
  limits: Pick<Limits, 'nestingDepthMax'>,
): RequestBinder {
  const missing = missingRequired(message, limits.nestingDepthMax);
  if (missing === undefined) return binder;
  const checked = (binary: Uint8Array): Uint8Array => {
    const field = missing(binary);
    if (field === undefined) return binary;
    throw new StatusError(Code.INVALID_ARGUMENT, 'FIELD_REQUIRED', `Field "${field}" is required.`, {
      violations: [{ field, description: 'is required' }],
    });
  };
  return {
    ...binder,
    bind: (...of) => checked(binder.bind(...of)),
    bindNext: (...of) => checked(binder.bindNext(...of)),
  };
}
