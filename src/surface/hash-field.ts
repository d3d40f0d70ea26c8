import type { CodecFactory } from '../codec/index.js';
import type { DescMethod } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import type { Upstream } from '../upstream/index.js';
import { type FieldText, fieldText } from './field-text.js';

/** Reads the field that a ring of endpoints places calls by, where the method's request has it. */
export function hashFieldOf(
  method: DescMethod,
  { options }: Upstream,
  codecs: CodecFactory,
): FieldText | undefined {
  const field = options.hashOn?.field;
  return field === undefined ? undefined : fieldText(method.input, field, codecs);
}

/** A warning for each backend whose field no request of its methods has: all of its calls would go anywhere. */
export function unknownHashFields(
  methods: readonly { readonly upstream: Upstream | undefined; readonly method: DescMethod }[],
  codecs: CodecFactory,
): Diagnostic[] {
  const used = methods.flatMap(({ upstream, method }) =>
    upstream === undefined ? [] : [{ upstream, method }],
  );
  const known = new Set(
    used
      .filter((use) => hashFieldOf(use.method, use.upstream, codecs) !== undefined)
      .map((use) => use.upstream),
  );
  return [...new Set(used.map(({ upstream }) => upstream))].flatMap((upstream) => {
    const field = upstream.options.hashOn?.field;
    if (field === undefined || known.has(upstream)) return [];
    return [
      {
        severity: 'warning',
        code: 'HASH_FIELD_UNKNOWN',
        text: `No request that goes to ${upstream.target.text} has a scalar field ${field}: hashOn places none of them.`,
        locations: [],
        hint: 'Write the path of a field, such as user.id, as it is in the .proto or in JSON.',
      },
    ];
  });
}
