import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { resolveFieldPath } from '../descriptor/index.js';
import { invalid } from './problem.js';
import type { ResourceType } from './resource-type.js';

/**
 * A resource changed as an Update method asks (AIP-134): the fields that the mask names become those of `patch`,
 * cleared where it has none. Without a mask every field that has a value in `patch`; "*" replaces all.
 * Top-level fields in `fixed` (identifiers, output only) never change, whatever the mask says (AIP-203).
 *
 * Throws INVALID_ARGUMENT for a path that the resource does not have.
 */
export function applyUpdate<T>(
  type: ResourceType<T>,
  current: T,
  patch: T,
  mask: readonly string[] | undefined,
  fixed: ReadonlySet<string>,
): T {
  const [target, source] = [type.open(current), type.open(patch)];
  for (const steps of maskPaths(type, source, mask)) {
    if (!fixed.has(steps[0] ?? '')) copy(target, source, steps);
  }
  return type.close(target);
}

/** The part of a resource that a read mask names (AIP-157); everything without a mask. */
export function applyReadMask<T>(type: ResourceType<T>, resource: T, mask: readonly string[] | undefined): T {
  if (mask === undefined || mask.length === 0 || mask.includes('*')) return resource;
  const source = type.open(resource);
  const target = type.open(type.close(source));
  for (const field of target.fields) target.clear(field);
  for (const steps of checkedPaths(type, mask, 'read_mask')) copy(target, source, steps);
  return type.close(target);
}

function maskPaths<T>(
  type: ResourceType<T>,
  patch: ReflectMessage,
  mask: readonly string[] | undefined,
): string[][] {
  if (mask === undefined || mask.length === 0) {
    return patch.fields.filter((field) => patch.isSet(field)).map((field) => [field.name]);
  }
  if (mask.includes('*')) return patch.fields.map((field) => [field.name]);
  return checkedPaths(type, mask, 'update_mask');
}

function checkedPaths<T>(type: ResourceType<T>, mask: readonly string[], field: string): string[][] {
  return mask.map((path) => {
    const found = resolveFieldPath(type.desc, path, 'proto');
    if ('problem' in found) throw invalid(field, `${JSON.stringify(path)}: ${found.problem}`);
    return path.split('.');
  });
}

/** Copies one field, whose path is known to exist, from one message to another of the same type. */
function copy(target: ReflectMessage, source: ReflectMessage, [name, ...rest]: readonly string[]): void {
  const field = target.fields.find((candidate) => candidate.name === name);
  if (field === undefined) return;
  if (rest.length === 0 || field.fieldKind !== 'message') {
    if (source.isSet(field)) target.set(field, source.get(field));
    else target.clear(field);
    return;
  }
  if (!source.isSet(field) && !target.isSet(field)) return;
  // The message that `get` makes for an absent field is not yet part of the target.
  const inner = target.get(field);
  copy(inner, source.get(field), rest);
  target.set(field, inner);
}
