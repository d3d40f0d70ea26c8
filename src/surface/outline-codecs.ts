import { defaultCodecOptions, type WantedCodec } from '../codec/index.js';
import { resolveFieldPath } from '../descriptor/index.js';
import { isHttpBody, isHttpBodyField } from './http-body.js';
import type { Outline, OutlinedRoute } from './outline.js';
import { wantedCodecs } from './wanted-codecs.js';

/**
 * The codecs that the routes of an outline need where nobody configures anything: of bodies and answers, and of the
 * request fields that rate limits count by.
 */
export function outlineCodecs({ routes }: Pick<Outline, 'routes'>): WantedCodec[] {
  return routes.flatMap((route) => {
    const { binding, json } = route;
    const { responseBody, method } = binding;
    const isRaw = responseBody === undefined ? isHttpBody(method.output) : isHttpBodyField(responseBody);
    return [...wantedCodecs(binding, json, isRaw ? 'raw' : 'json'), ...countedFields(route)];
  });
}

function countedFields({ binding: { method }, policy: { rateLimits = [] } }: OutlinedRoute): WantedCodec[] {
  return rateLimits.flatMap(({ field }): WantedCodec[] => {
    if (field === undefined) return [];
    const resolved = resolveFieldPath(method.input, field, 'json-then-proto');
    const [subject] = 'problem' in resolved ? [] : resolved.fields;
    return subject === undefined ? [] : [{ subject, direction: 'print', options: defaultCodecOptions }];
  });
}
