import { nearestName } from '../../codec/index.js';
import type { DescFile } from '../../descriptor/index.js';
import { type Element, elementsOf } from '../elements.js';
import type { Finding, Rules } from '../finding.js';
import { found } from '../lint/found.js';

/** A line `propylon:ignore RULE reason` of a comment. */
interface Ignore {
  readonly rule: string;
  readonly reason: string;
}

/**
 * Takes out what comments say is to be ignored: beside what was found, or what that is declared in, up to the package
 * statement. What is wrong with such comments is found besides.
 */
export function withoutIgnored(
  findings: readonly Finding[],
  files: readonly DescFile[],
  rules: Rules,
): { readonly findings: readonly Finding[]; readonly ignoredCount: number } {
  // Most files ignore nothing, and are not walked.
  const ignoring = files.filter(({ proto }) =>
    proto.sourceCodeInfo?.location.some(
      ({ leadingComments, trailingComments }) =>
        leadingComments.includes(marker) || trailingComments.includes(marker),
    ),
  );
  const elements = elementsOf(ignoring);
  const isIgnored = ({ rule, locations: [first] }: Finding): boolean => {
    if (first === undefined) return false;
    const [file] = elements.in(first.file);
    return lineageOf(elements.at(first) ?? file).some((element) =>
      ignoresOf(element).some((ignore) => ignore.rule === rule),
    );
  };
  const wrong = ignoring.flatMap(({ proto }) =>
    elements.in(proto.name).flatMap((element) => wrongIgnores(element, rules)),
  );
  const kept = findings.filter((finding) => !isIgnored(finding));
  return { findings: [...kept, ...wrong], ignoredCount: findings.length - kept.length };
}

const marker = 'propylon:ignore';

function lineageOf(element: Element | undefined): readonly Element[] {
  return element === undefined ? [] : [element, ...lineageOf(element.parent)];
}

function ignoresOf({ comments }: Element): readonly Ignore[] {
  return [...comments.matchAll(/^[ \t*]*propylon:ignore(?:[ \t]+(\S+))?(.*)$/gm)].map(
    ([, rule = '', reason = '']) => ({ rule, reason: reason.trim() }),
  );
}

function wrongIgnores(element: Element, rules: Rules): readonly Finding[] {
  return ignoresOf(element).flatMap(({ rule, reason }): readonly Finding[] => {
    if (!Object.hasOwn(rules, rule)) {
      const near = nearestName(rule, Object.keys(rules));
      const what = rule === '' ? 'names no rule' : `names ${rule}, which is no rule`;
      const text = `The comment propylon:ignore ${what}.${near === undefined ? '' : ` Did you mean ${near}?`}`;
      return [found('IGNORE_UNKNOWN_RULE', element.name, text, element.location)];
    }
    if (reason !== '') return [];
    const text = `The comment propylon:ignore ${rule} gives no reason.`;
    return [found('IGNORE_WITHOUT_REASON', `${element.name} ${rule}`, text, element.location)];
  });
}
