import { type HeaderFields, trimOws } from '../../../headers.js';
import { traceFieldNames } from '../../../trace-fields.js';

/** The header fields of one request by which its trace comes. */
export interface TraceFields {
  /** The value of a field that is given once; undefined where there is none, or more than one. */
  only(name: string): string | undefined;
  /** All of its values, in order. */
  all(name: string): readonly string[];
}

/** Lengths of the names: most header fields are told apart by theirs. */
const lengths = new Set([...traceFieldNames].map((name) => name.length));

/** The trace fields of a request; undefined where there are none, which costs a look at each name. */
export function traceFields(headers: HeaderFields): TraceFields | undefined {
  const first = headers.findIndex(([name]) => lengths.has(name.length) && traceFieldNames.has(name));
  if (first < 0) return undefined;
  const all = (name: string): string[] => {
    const values: string[] = [];
    for (let index = first; index < headers.length; index++) {
      const field = headers[index];
      if (field?.[0] === name) values.push(trimOws(field[1]));
    }
    return values;
  };
  return {
    all,
    only(name) {
      const [value, ...others] = all(name);
      return others.length === 0 ? value : undefined;
    },
  };
}
