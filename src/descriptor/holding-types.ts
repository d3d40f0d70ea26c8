import type { DescMessage } from '@bufbuild/protobuf';

/** Of these types and all that they can hold: those that have it themselves, or can hold one that has, at any depth. */
export function holdingTypes(
  types: Iterable<DescMessage>,
  hasIt: (type: DescMessage) => boolean,
): ReadonlySet<DescMessage> {
  const containers = new Map<DescMessage, Set<DescMessage>>();
  for (const type of types) containers.set(type, new Set());
  // A map grows while it is walked.
  for (const [type] of containers) {
    for (const { message: inner } of type.fields) {
      if (inner === undefined) continue;
      const known = containers.get(inner) ?? new Set();
      containers.set(inner, known.add(type));
    }
  }
  const holding = new Set([...containers.keys()].filter(hasIt));
  for (const type of holding) for (const container of containers.get(type) ?? []) holding.add(container);
  return holding;
}
