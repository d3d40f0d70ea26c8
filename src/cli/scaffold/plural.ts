const irregular: Readonly<Record<string, string>> = {
  person: 'people',
  child: 'children',
  man: 'men',
  woman: 'women',
  foot: 'feet',
  tooth: 'teeth',
  goose: 'geese',
  mouse: 'mice',
  leaf: 'leaves',
  shelf: 'shelves',
  half: 'halves',
  knife: 'knives',
  life: 'lives',
  wife: 'wives',
  wolf: 'wolves',
  criterion: 'criteria',
  datum: 'data',
  medium: 'media',
  quiz: 'quizzes',
  hero: 'heroes',
  potato: 'potatoes',
  echo: 'echoes',
};

/** Words that are their own plural. */
const unchanged = new Set([
  'series',
  'species',
  'sheep',
  'fish',
  'news',
  'metadata',
  'equipment',
  'information',
  'staff',
]);

const rules: readonly (readonly [end: RegExp, plural: string])[] = [
  [/(?<=[^aeiou])y$/, 'ies'],
  [/(?<=[a-z])sis$/, 'ses'],
  [/(s|x|z|ch|sh)$/, '$1es'],
  [/$/, 's'],
];

const backRules: readonly (readonly [end: RegExp, singular: string])[] = [
  [/(?<=[a-z]{2})ies$/, 'y'],
  [/(?<=s|x|z|ch|sh)es$/, ''],
  [/(?<=[^s])s$/, ''],
];

/** "category" → "categories"; of several words ("orderLine") the last one changes. Lower case throughout its last word. */
export function pluralOf(word: string): string {
  return inLastWord(word, (last) => {
    if (unchanged.has(last)) return last;
    return irregular[last] ?? replaced(last, rules);
  });
}

/** "categories" → "category". */
export function singularOf(word: string): string {
  return inLastWord(word, (last) => {
    if (unchanged.has(last)) return last;
    const known = Object.entries(irregular).find(([, plural]) => plural === last);
    return known?.[0] ?? replaced(last, backRules);
  });
}

function replaced(word: string, table: typeof rules): string {
  const [end, into] = table.find(([pattern]) => pattern.test(word)) ?? [/$/, ''];
  return word.replace(end, into);
}

/** Changes the last word of a name in camel case, and keeps its first letter as it was. */
function inLastWord(name: string, change: (last: string) => string): string {
  const [, before = '', last = name] = /^(.*?)([A-Z]?[a-z0-9]*)$/.exec(name) ?? [];
  const changed = change(last.toLowerCase());
  return before + (/^[A-Z]/.test(last) ? changed.charAt(0).toUpperCase() + changed.slice(1) : changed);
}
