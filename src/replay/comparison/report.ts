import { grouped } from '../../grouped.js';
import { replayDefaults } from '../../replay-defaults.js';
import { isSecretName, redact } from '../../telemetry/index.js';
import { type Difference, type DifferenceName, differenceClasses } from './classes.js';

/** Differences that are of one class and in one place. */
export interface DifferencePlace {
  readonly place: string;
  readonly count: number;
  readonly example: {
    /** "GET /v1/products?page_size=2" */
    readonly request: string;
    /** Of the recording. */
    readonly line: number;
    readonly expected: string;
    readonly actual: string;
  };
}

export interface ReportedClass {
  readonly class: DifferenceName;
  readonly what: string;
  readonly why: string;
  readonly count: number;
  /** Answers with at least one. */
  readonly answers: number;
  /** The most frequent first. */
  readonly places: readonly DifferencePlace[];
}

/** Where an answer came from. */
export interface Origin {
  readonly request: string;
  readonly line: number;
}

/** A difference, and how often an answer has it. */
export interface Condensed {
  readonly difference: Difference;
  readonly times: number;
}

/** Gathers differences. */
export interface Gathered {
  add(origin: Origin, differences: readonly Condensed[]): void;
  /** The most frequent first. */
  classes(): ReportedClass[];
}

const shownMax = 160;

/** The differences of one answer, those of one class and place as one, and no longer than they are shown. */
export function condense(differences: readonly Difference[]): Condensed[] {
  const cut = (text: string): string => text.slice(0, 2 * shownMax);
  return grouped(differences, (one) => `${one.class} ${one.place}`).map((group) => {
    const [{ class: name, place, expected, actual }] = group;
    return {
      difference: { class: name, place, expected: cut(expected), actual: cut(actual) },
      times: group.length,
    };
  });
}

export function gather(): Gathered {
  const classes = new Map<
    DifferenceName,
    { count: number; answers: number; places: Map<string, MutablePlace> }
  >();
  let placeCount = 0;
  return {
    add(origin, differences) {
      for (const { difference, times } of differences) {
        const known = classes.get(difference.class) ?? { count: 0, answers: 0, places: new Map() };
        classes.set(difference.class, known);
        known.count += times;
        const isRoom = placeCount < replayDefaults.placesMax;
        const name = isRoom || known.places.has(difference.place) ? difference.place : '(elsewhere)';
        const place = known.places.get(name);
        if (place === undefined) {
          placeCount++;
          known.places.set(name, { place: name, count: times, example: exampleOf(origin, difference) });
          continue;
        }
        place.count += times;
        // Requests overtake each other: the example is the same in every run.
        if (origin.line < place.example.line) place.example = exampleOf(origin, difference);
      }
      for (const name of new Set(differences.map(({ difference }) => difference.class))) {
        const known = classes.get(name);
        if (known !== undefined) known.answers++;
      }
    },
    classes: () =>
      [...classes]
        .map(([name, { count, answers, places }]) => ({
          class: name,
          ...differenceClasses[name],
          count,
          answers,
          places: [...places.values()].sort((a, b) => b.count - a.count),
        }))
        .sort((a, b) => b.count - a.count),
  };
}

type MutablePlace = { -readonly [K in keyof DifferencePlace]: DifferencePlace[K] };

/** Answers that were never recorded may hold credentials: these are not shown. */
function exampleOf(
  { request, line }: Origin,
  { place, expected, actual }: Difference,
): DifferencePlace['example'] {
  const isSecret = place.split(/[.[\]]+/).some(isSecretName);
  const shown = (text: string): string => {
    const clean = redact(isSecret && !text.startsWith('(') ? '[redacted]' : text);
    return clean.length > shownMax ? `${clean.slice(0, shownMax)}…` : clean;
  };
  return { request, line, expected: shown(expected), actual: shown(actual) };
}
