import type { DescMessage } from '@bufbuild/protobuf';
import { finished, type Steps } from '../steps.js';

/** Of these types and all that they can hold: those that have it themselves, or can hold one that has, at any depth. */
export function holdingTypes(
  types: Iterable<DescMessage>,
  hasIt: (type: DescMessage) => boolean,
): ReadonlySet<DescMessage> {
  return finished(holdersOf(finished(containersOf(types)), hasIt));
}

/** Each type of these, and of all that they can hold → the types that have a field of it. */
export type Containers = ReadonlyMap<DescMessage, ReadonlySet<DescMessage>>;

export function* containersOf(types: Iterable<DescMessage>): Steps<Containers> {
  const containers = new Map<DescMessage, Set<DescMessage>>();
  for (const type of types) containers.set(type, new Set());
  // A map grows while it is walked.
  for (const [type] of containers) {
    yield;
    for (const { message: inner } of type.fields) {
      if (inner === undefined) continue;
      const known = containers.get(inner) ?? new Set();
      containers.set(inner, known.add(type));
    }
  }
  return containers;
}

/** The types of `holdingTypes`. */
export function* holdersOf(
  containers: Containers,
  hasIt: (type: DescMessage) => boolean,
): Steps<ReadonlySet<DescMessage>> {
  const holding = new Set<DescMessage>();
  for (const type of containers.keys()) {
    yield;
    if (hasIt(type)) holding.add(type);
  }
  for (const type of holding) {
    yield;
    for (const container of containers.get(type) ?? []) holding.add(container);
  }
  return holding;
}
