/** Gives every key a name that nobody has: the first who wants a name keeps it, and later ones take another. */
export interface UniqueNames {
  /** The name of a key, which stays the same: `wanted`, or `otherwise` where that is taken. */
  of(key: string, wanted: string, otherwise: string): string;
}

export function uniqueNames(): UniqueNames {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  return {
    of(key, wanted, otherwise) {
      const known = names.get(key);
      if (known !== undefined) return known;
      const name = numbered(taken.has(wanted) ? otherwise : wanted, taken);
      names.set(key, name);
      taken.add(name);
      return name;
    },
  };
}

/** "product", "product2", "product3" */
export function numbered(name: string, taken: ReadonlySet<string>): string {
  let candidate = name;
  for (let count = 2; taken.has(candidate); count++) candidate = `${name}${count}`;
  return candidate;
}

/** "user_event" → "userEvent" */
export function lowerCamel(name: string): string {
  return name.replace(/_+(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** "products" → "product", "categories" → "category": good enough for the collections of resource names. */
export function singular(name: string): string {
  if (/ies$/.test(name)) return name.replace(/ies$/, 'y');
  if (/(ss|x|ch|sh)es$/.test(name)) return name.replace(/es$/, '');
  return /[^s]s$/.test(name) ? name.replace(/s$/, '') : name;
}
