import { type HeaderFields, isPrintableAscii } from '../../headers.js';
import type { GateContext } from '../context.js';
import { policyProblem } from '../policy/problem.js';
import type { GateView } from '../view.js';
import { type Change, readChange, type WrittenChange } from './changes.js';
import { encodeForHeader } from './template.js';

/** Reads the changes of header fields at load, names in lower case; what cannot be is reported and left out. */
export function headerChanges(
  context: GateContext,
  path: string,
  written: readonly WrittenChange[],
  mayChange: (name: string) => boolean,
): readonly Change[] {
  return written.flatMap((one) => {
    const lower = { ...one, name: one.name.toLowerCase() };
    const change = readChange(
      one.rename === undefined ? lower : { ...lower, rename: one.rename.toLowerCase() },
    );
    const problem = 'problem' in change ? change.problem : problemOf(change, one, mayChange);
    if (problem !== undefined) {
      const hint = 'Values may have {principal.subject}, {claims.NAME} and {source.address} in them.';
      context.report(policyProblem(context, path, `cannot do what it says: ${problem}`, hint));
    }
    return 'problem' in change || problem !== undefined ? [] : [change];
  });
}

function problemOf(
  change: Change,
  written: WrittenChange,
  mayChange: (name: string) => boolean,
): string | undefined {
  const names = change.kind === 'rename' ? [change.name, change.to] : [change.name];
  for (const name of names) {
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) return `${name} is no name of a header field`;
    if (!mayChange(name)) return `${name} belongs to the connection or to the gateway`;
    if (name.endsWith('-bin')) return `${name} holds bytes`;
  }
  const text = written.set ?? written.default ?? '';
  return isPrintableAscii(text) ? undefined : `the value of ${change.name} may hold printable ASCII only`;
}

/** Header fields with the changes made to them, one after the other. A value that the request lacks sets nothing. */
export function changeHeaders(
  changes: readonly Change[],
  view: GateView,
  headers: HeaderFields,
): HeaderFields {
  return changes.reduce<HeaderFields>((now, change) => {
    const others = now.filter(([name]) => name !== change.name);
    if (change.kind === 'drop') return others;
    if (change.kind === 'rename') {
      if (others.length === now.length) return now;
      const renamed = now
        .filter(([name]) => name === change.name)
        .map(([, value]) => [change.to, value] as const);
      return [...others.filter(([name]) => name !== change.to), ...renamed];
    }
    if (change.kind === 'default' && others.length < now.length) return now;
    const value = change.value.fill(view, encodeForHeader);
    return value === undefined ? others : [...others, [change.name, value]];
  }, headers);
}
