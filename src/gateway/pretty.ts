const step = '  ';

/**
 * JSON with line breaks and two blanks of indentation per level (`$prettyPrint`). Nothing but
 * white space between tokens is added: numbers and keys stay as they were printed.
 *
 * `{"a":[1,{}]}` → lines `{`, `  "a": [`, `    1,`, `    {}`, `  ]`, `}`
 */
export function pretty(json: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(json);
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;
  let depth = 0;
  let last = '';
  let out = '';
  for (const [piece] of text.matchAll(token)) {
    const closes = piece === '}' || piece === ']';
    if (closes) depth--;
    const isEmpty = closes && (last === '{' || last === '[');
    const breaks = (closes && !isEmpty) || (!closes && (last === '{' || last === '[' || last === ','));
    if (breaks) out += `\n${step.repeat(depth)}`;
    out += piece === ':' ? ': ' : piece;
    if (piece === '{' || piece === '[') depth++;
    last = piece;
  }
  return new TextEncoder().encode(`${out}\n`);
}
