import { redact } from '../../telemetry/index.js';
import { type JsonMember, type JsonValue, jsonText } from '../json/json-value.js';
import { readJsonSequence } from '../json/read-json.js';
import type { KnownSecrets } from './known-secrets.js';
import { redactEscaped } from './redact-text.js';
import type { RedactionRules } from './rules.js';

/**
 * A value without secrets. Below the name of one every text and number goes, while objects and lists keep their shape; what
 * is empty, null or a boolean tells nothing and stays. The very same value where there was none.
 */
export function redactJson(value: JsonValue, rules: RedactionRules, known: KnownSecrets): JsonValue {
  return walk(value, [], false);

  function walk(node: JsonValue, path: readonly string[], isSecret: boolean): JsonValue {
    switch (node.kind) {
      case 'string':
        return string(node, isSecret);
      case 'number':
        return isSecret || known.without(node.text) !== node.text
          ? { kind: 'string', value: known.hidden(node.text) }
          : node;
      case 'list': {
        const items = node.items.map((item) => walk(item, path, isSecret));
        return items.some((item, i) => item !== node.items[i]) ? { kind: 'list', items } : node;
      }
      case 'object': {
        const members = node.members.map(([name, member]): JsonMember => {
          const below = [...path, name];
          return [known.without(name), walk(member, below, isSecret || rules.isField(below))];
        });
        const isChanged = members.some(([name, member], i) => {
          const [oldName, oldMember] = node.members[i] ?? [];
          return name !== oldName || member !== oldMember;
        });
        return isChanged ? { kind: 'object', members } : node;
      }
      default:
        return node;
    }
  }

  function string(node: JsonValue & { readonly kind: 'string' }, isSecret: boolean): JsonValue {
    const { value: text } = node;
    if (text === '') return node;
    if (isSecret) return { kind: 'string', value: known.hidden(text) };
    const nested = redactNestedJson(text, rules, known);
    if (nested === undefined && redact(text) !== text) return { kind: 'string', value: known.hidden(text) };
    const clean = redactEscaped(known.without(nested === undefined ? text : redact(nested)), rules, known);
    return clean === text ? node : { kind: 'string', value: clean };
  }
}

/** JSON that is a text in something else without secrets; undefined where a text is none. */
export function redactNestedJson(
  text: string,
  rules: RedactionRules,
  known: KnownSecrets,
): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  const { values, state } = readJsonSequence(text);
  if (state !== 'whole') return undefined;
  const clean = values.map((value) => redactJson(value, rules, known));
  return clean.every((value, i) => value === values[i]) ? text : clean.map(jsonText).join('\n');
}
