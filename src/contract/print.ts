import { stringify } from 'yaml';
import { isObject, type Json, type JsonObject } from './json.js';

/** A document as text, the same for the same document. */
export function printDocument(document: JsonObject, format: 'json' | 'yaml'): string {
  return format === 'json'
    ? `${JSON.stringify(document, undefined, 2)}\n`
    : [...yamlPieces(document, piecesDepth, '')].join('');
}

/** The text in pieces, none of them larger than an operation or a schema; JSON without blanks. */
export function documentPieces(document: JsonObject, format: 'json' | 'yaml'): Iterator<string, undefined> {
  return format === 'json' ? jsonPieces(document, piecesDepth + 1) : yamlPieces(document, piecesDepth, '');
}

/** Down to the members of path items, and of the lists of components. */
const piecesDepth = 2;

function* jsonPieces(value: Json, depth: number): Generator<string, undefined> {
  if (depth === 0 || !isObject(value)) {
    yield JSON.stringify(value);
    return;
  }
  let before = '{';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    before = ',';
    yield* jsonPieces(member, depth - 1);
  }
  yield before === '{' ? '{}' : '}';
}

function* yamlPieces(object: JsonObject, depth: number, indent: string): Generator<string, undefined> {
  for (const [name, member] of Object.entries(object)) {
    if (member === undefined) continue;
    const key = yamlText({ [name]: null }).slice(0, -' null\n'.length);
    // A key that is too long for its line is written otherwise.
    const isPlain = depth > 0 && isObject(member) && Object.keys(member).length > 0 && key.endsWith(':');
    if (isPlain) {
      yield `${indent}${key}\n`;
      yield* yamlPieces(member, depth - 1, `${indent}  `);
    } else {
      // Lines of YAML end with \n alone: within one there may be what JavaScript takes for an end too (U+2028).
      yield yamlText({ [name]: member }).replaceAll(/(?<![^\n])(?!\n|$)/g, indent);
    }
  }
}

function yamlText(object: JsonObject): string {
  return stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 });
}
