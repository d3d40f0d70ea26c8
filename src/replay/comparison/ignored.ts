import { nearestName } from '../../nearest.js';
import { type Difference, differenceClasses, isDifferenceName } from './classes.js';

/** Whether somebody has said that a difference is none. */
export type IsIgnored = (difference: Difference) => boolean;

/**
 * What `--ignore` says: names of classes, places ("$.items[].etag"), and everything of one name wherever it stands
 * ("$..etag"). The problem with it otherwise.
 */
export function ignored(texts: readonly string[]): IsIgnored | { readonly problem: string } {
  const classes = new Set<string>();
  const places: string[] = [];
  for (const text of texts) {
    if (text.startsWith('$')) places.push(text);
    else if (isDifferenceName(text)) classes.add(text);
    else {
      const near = nearestName(text, Object.keys(differenceClasses));
      return {
        problem: `There is no class of differences "${text}"${near === undefined ? '' : `; did you mean ${near}?`} Fields are written as $.items[].etag, or $..etag.`,
      };
    }
  }
  return (difference) => classes.has(difference.class) || places.some((one) => covers(one, difference.place));
}

function covers(wanted: string, place: string): boolean {
  if (!place.startsWith('$')) return false;
  const plain = place.replaceAll('[]', '');
  const wantedPlain = wanted.replaceAll('[]', '');
  if (wantedPlain.startsWith('$..')) return `${plain}.`.includes(`${wantedPlain.slice(2)}.`);
  return plain === wantedPlain || plain.startsWith(`${wantedPlain}.`);
}
