import type { Diagnostic } from '../../diagnostic/index.js';
import { buildRouter } from '../../httprule/index.js';
import type { Outline } from '../../surface/index.js';
import { elementsOf } from '../elements.js';
import type { Finding } from '../finding.js';
import { lintAccess } from './access.js';
import { lintBodies } from './bodies.js';
import { lintDocumentation } from './documentation.js';
import { unreachableFields } from './fields.js';
import { neededOutputs } from './needed-outputs.js';
import { lintOverlaps } from './overlaps.js';
import { lintPagination } from './pagination.js';
import { lintPaths } from './paths.js';
import { lintResourceNames } from './resource-names.js';
import { lintRules } from './rules.js';
import { scopeOf } from './scope.js';
import { lintMethods } from './standard-methods.js';
import { unreachableRoutes } from './unreachable-routes.js';

/** What is wrong or unwise about a REST surface, by `lintRules`; `loading` is what was said when it was outlined. */
export function lintOutline(outline: Outline, loading: readonly Diagnostic[]): readonly Finding[] {
  const scope = scopeOf(outline);
  const { diagnostics: routing } = buildRouter(
    outline.routes.map((route) => ({ binding: route.binding, route })),
    { conflicts: 'warn', trailingSlash: 'strict', multiSegmentDecoding: 'slash' },
  );
  return [
    ...loaded([...loading, ...routing], outline),
    ...unreachableRoutes(outline.routes),
    ...lintOverlaps(scope),
    ...unreachableFields(scope),
    ...neededOutputs(scope),
    ...lintBodies(scope),
    ...lintMethods(scope),
    ...lintPagination(scope),
    ...lintPaths(scope),
    ...lintResourceNames(scope),
    ...lintDocumentation(scope),
    ...lintAccess(scope),
  ];
}

/** Diagnostics of the load as findings: what they are about is the method or field at their place. */
function loaded(diagnostics: readonly Diagnostic[], { registry }: Outline): readonly Finding[] {
  const elements = elementsOf(registry.files);
  return diagnostics.flatMap(({ code, text, locations, hint }): Finding[] => {
    if (!isRule(code)) return [];
    const [first] = locations;
    const subject = (first && elements.at(first)?.name) ?? text;
    const sentence = /[.!?]$/.test(text) ? text : `${text}.`;
    const whole =
      hint === undefined
        ? sentence
        : `${sentence} ${hint[0]?.toUpperCase()}${hint.slice(1)}${/[.!?]$/.test(hint) ? '' : '.'}`;
    return [{ rule: code, severity: lintRules[code].severity, subject, text: whole, locations }];
  });
}

const isRule = (code: string): code is keyof typeof lintRules => code in lintRules;
