import type { Binding, Segment } from '../../httprule/index.js';
import type { Finding } from '../finding.js';
import { found, routeName } from './found.js';
import type { Scope } from './scope.js';

/** How paths are written. */
export function lintPaths({ methods }: Scope): readonly Finding[] {
  const all = methods.flatMap(({ bindings }) => bindings);
  return [
    ...all.flatMap((binding) => [...literals(binding), ...version(binding)]),
    ...inconsistentNames(all),
  ];
}

const literalsOf = (segments: readonly Segment[]): readonly string[] =>
  segments.flatMap((segment) => (segment.kind === 'literal' ? [segment.text] : []));

function literals(binding: Binding): readonly Finding[] {
  const name = routeName(binding);
  const { template, location } = binding;
  const texts = literalsOf(template.segments);
  return texts.flatMap((text, index) => {
    // "-" stands for all of a collection (AIP-159); what follows ".well-known" is not ours to name (RFC 8615).
    const isGiven = texts.slice(0, index + 1).some((one) => one.startsWith('.'));
    const isWellWritten = isGiven || /^(-|[a-z][a-zA-Z0-9]*)$/.test(text);
    const namesVerb = /^(get|list|create|update|delete)[A-Z_-]/.test(text);
    return [
      ...(isWellWritten
        ? []
        : [found('PATH_CASE', name, `"${text}" in "${name}" is not lowerCamel.`, location)]),
      ...(namesVerb
        ? [found('PATH_NAMES_VERB', name, `"${text}" in "${name}" says what is done, not to what.`, location)]
        : []),
    ];
  });
}

const isVersion = (text: string): boolean => /^v\d+((alpha|beta)\d*|p\d+\w*)?$/.test(text);

function version(binding: Binding): readonly Finding[] {
  const { method, template, location } = binding;
  const { package: packageName } = method.parent.file.proto;
  const own = packageName.split('.').findLast(isVersion);
  if (own === undefined) return [];
  const texts = literalsOf(template.segments);
  // "/compute/beta/…" is v1beta too.
  if (texts.some((text) => text === own || text === own.replace(/^v\d+/, ''))) return [];
  const other = texts.find(isVersion);
  const name = routeName(binding);
  return other === undefined
    ? [
        found(
          'PATH_VERSION',
          name,
          `"${name}" of the package ${packageName} does not have ${own} in it.`,
          location,
        ),
      ]
    : [
        found(
          'PATH_VERSION_MISMATCH',
          name,
          `"${name}" of the package ${packageName} has ${other} in it.`,
          location,
        ),
      ];
}

/**
 * VARIABLE_NAME_INCONSISTENT: `/v1/shelves/{shelf}` and `/v1/shelves/{shelf_id}/books`. Only variables of one segment
 * are compared: `{name=shelves/*}` and `{parent=shelves/*}` are what AIPs ask for.
 */
function inconsistentNames(bindings: readonly Binding[]): readonly Finding[] {
  const first = new Map<string, { readonly name: string; readonly binding: Binding }>();
  return bindings.flatMap((binding) => {
    const { method, template, location } = binding;
    return template.variables.flatMap(({ name: path, start, end }) => {
      const [segment] = template.segments.slice(start, end);
      if (end - start !== 1 || segment?.kind !== 'any') return [];
      const before = template.segments
        .slice(0, start)
        .map((one) => (one.kind === 'literal' ? one.text : '*'));
      // What stands at the beginning of a path follows no collection that it could be one of.
      if (before.at(-1) === undefined || before.at(-1) === '*') return [];
      const key = [method.parent.file.proto.package, ...before].join('/');
      const name = path.slice(path.lastIndexOf('.') + 1);
      const known = first.get(key);
      if (known === undefined) first.set(key, { name, binding });
      if (known === undefined || known.name === name) return [];
      const text = `"${routeName(binding)}" calls {${name}} what "${routeName(known.binding)}" calls {${known.name}}.`;
      const places = [location, known.binding.location];
      return [found('VARIABLE_NAME_INCONSISTENT', routeName(binding), text, ...places)];
    });
  });
}
