import type { PlainMessage } from '../../descriptor/index.js';
import { compact } from '../json.js';
import type { ValueRules } from './rules.js';

/** Rules of buf.validate.BytesRules: lengths of the base64 text, whose padding may be left out. */
export function bytesRules(rules: PlainMessage): ValueRules {
  const count = (name: string): number | undefined =>
    rules[name] === undefined ? undefined : Number(rules[name]);
  const [least, most] = [count('len') ?? count('min_len'), count('len') ?? count('max_len')];
  const keywords = compact({
    minLength: least === undefined ? undefined : Math.ceil((least * 4) / 3),
    maxLength: most === undefined ? undefined : Math.ceil(most / 3) * 4,
  });
  return { keywords, sentences: [] };
}
