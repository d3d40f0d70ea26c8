import type { CodecOptions } from '../../codec/index.js';
import { isRawAnswer } from './binding.js';
import type { Comparison } from './messages.js';
import { type RoutePair, routeText } from './routes.js';
import type { CompareRule } from './rules.js';

/** How JSON is written and read: once where it is the gateway's, else for each route. */
export function compareJsonForms(pair: RoutePair, { before, after, report }: Comparison): void {
  const [was, is] = [pair.before.json, pair.after.json];
  const tell = (rule: CompareRule, option: keyof CodecOptions, one: string, other: string): void => {
    const isForAll = was[option] === before.json[option] && is[option] === after.json[option];
    const route = routeText(pair.before.binding);
    const text = `${isForAll ? 'JSON' : `The JSON of ${route}`} had ${one}, and now has ${other}.`;
    report(rule, isForAll ? 'JSON' : route, text, isForAll ? undefined : pair.after.binding.location);
  };
  const isRaw = isRawAnswer(pair.after.binding);
  if (!isRaw && was.protoNames !== is.protoNames) {
    const text = (protoNames: boolean): string => (protoNames ? 'names of .proto files' : 'lowerCamel names');
    tell('JSON_NAMES_CHANGED', 'protoNames', text(was.protoNames), text(is.protoNames));
  }
  if (!isRaw && was.enumsAsNumbers !== is.enumsAsNumbers) {
    const text = (numbers: boolean): string => (numbers ? 'enums as numbers' : 'enums by their names');
    tell('JSON_ENUMS_CHANGED', 'enumsAsNumbers', text(was.enumsAsNumbers), text(is.enumsAsNumbers));
  }
  if (!isRaw && was.emitDefaults && !is.emitDefaults)
    tell(
      'JSON_DEFAULTS_OMITTED',
      'emitDefaults',
      'unset fields with their defaults',
      'only those that are set',
    );
  if (was.ignoreUnknown && !is.ignoreUnknown)
    tell('UNKNOWN_FIELDS_REFUSED', 'ignoreUnknown', 'unknown fields dropped', 'them refused');
}
