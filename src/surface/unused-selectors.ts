import { nearestName } from '../codec/index.js';
import type { Diagnostic, DiagnosticCode } from '../diagnostic/index.js';
import { selects } from './selector.js';
import type { SurfaceInput } from './surface.js';

/**
 * Warnings for selectors that match nothing: whoever wrote one believes that it holds for
 * something, such as a timeout.
 */
export function unusedSelectors(input: SurfaceInput): Diagnostic[] {
  const { services } = input.registry;
  const known = services.flatMap((service) => [
    service.typeName,
    ...service.methods.map((method) => `${service.typeName}.${method.name}`),
  ]);
  const unused = (
    code: DiagnosticCode,
    what: string,
    entries: readonly { readonly selector: string }[],
  ): Diagnostic[] =>
    entries
      .filter(({ selector }) => !services.some((service) => selects(selector, service)))
      .map(({ selector }) => {
        const near = nearestName(selector, known);
        return {
          severity: 'warning',
          code,
          text: `The ${what} selector ${selector} matches no service or method of the sources.`,
          locations: [],
          hint:
            near === undefined
              ? 'Write pkg.Service, pkg.Service.Method, pkg.* or *.'
              : `Did you mean ${near}?`,
        };
      });
  return [
    ...unused('BACKEND_UNUSED', 'backend', input.backends),
    ...unused('SELECTOR_UNUSED', 'timeouts', input.timeouts),
    ...unused('SELECTOR_UNUSED', 'json.methods', input.methodCodecOptions),
    ...unused('SELECTOR_UNUSED', 'requests.methods', input.methodRequestOptions),
    ...unused('SELECTOR_UNUSED', 'streamFormats', input.streamDefaults),
    ...unused('SELECTOR_UNUSED', 'sse.eventIds', input.eventIds),
    ...unused('SELECTOR_UNUSED', 'policies', input.policies),
  ];
}
