import { hexByte, isUnreserved, normalizeEscapes } from './percent.js';

/**
 * One step of a path: fixed text (normalised, see normalizeEscapes), `*` (exactly one segment) or
 * `**` (zero or more segments).
 */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'rest' };

/** A declared `{field.path=…}`: the template's segments from `start` up to, not including, `end`. */
export interface TemplateVariable {
  /** The field path as written. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** More than one segment, or `**`: decoded differently, see decodeCapture. */
  readonly multi: boolean;
  /** Where the variable begins in the template's text, from 1. */
  readonly column: number;
}

/** A parsed path template of an HttpRule (http.proto, "Path template syntax"). */
export interface PathTemplate {
  /** As written. */
  readonly text: string;
  /** Variables taken apart into what they match; none for "/" alone. */
  readonly segments: readonly Segment[];
  /** In the order in which they are written. */
  readonly variables: readonly TemplateVariable[];
  /** The `:cancel` at the end without its colon, normalised; empty when there is none. */
  readonly verb: string;
  /** Where `**` is among the segments, or -1. A template has one at most. */
  readonly restIndex: number;
  /** What the template matches, without names: "/v1/{name=shelves/*}:x" → "/v1/shelves/*:x". */
  readonly shape: string;
}

/** Why a text is not a template. */
export interface TemplateProblem {
  readonly problem: string;
  /** Where in the text, from 1. */
  readonly column: number;
  /** What to write instead. */
  readonly hint: string;
}

/**
 * Bounds the recursion of those who walk templates. The longest template of googleapis has 15
 * segments.
 */
const segmentsMax = 128;

/**
 * Parses a path template. Never throws.
 *
 * Narrower than the C++ parser, as written down for this project: literals are RFC 3986 path
 * characters without `*` and `:`, there is one `**` at most, and what no request can ever match
 * (`.`, `..`, `%00`) is refused.
 */
export function parsePathTemplate(text: string): PathTemplate | TemplateProblem {
  try {
    return parseTemplate({ text, at: 0, insideVariable: false, segments: [], variables: [] });
  } catch (error) {
    if (error instanceof TemplateSyntaxError) {
      return { problem: error.message, column: error.column, hint: error.hint };
    }
    throw error;
  }
}

class TemplateSyntaxError extends Error {
  readonly column: number;
  readonly hint: string;

  constructor(problem: string, at: number, hint: string) {
    super(problem);
    this.column = at + 1;
    this.hint = hint;
  }
}

interface Parser {
  readonly text: string;
  /** The next character to read. */
  at: number;
  insideVariable: boolean;
  readonly segments: Segment[];
  readonly variables: TemplateVariable[];
}

// Template = "/" [ Segments [ ":" LITERAL ] ] ;
function parseTemplate(parser: Parser): PathTemplate {
  const { text, segments, variables } = parser;
  if (text[0] !== '/') {
    throw new TemplateSyntaxError('a template must begin with "/"', 0, `write "/${text}"`);
  }
  parser.at = 1;
  let verb = '';
  if (text.length > 1) {
    parseSegments(parser);
    if (text[parser.at] === ':') verb = parseVerb(parser);
  }
  refuseOverlappingVariables(variables);
  const restIndex = segments.findIndex((segment) => segment.kind === 'rest');
  return { text, segments, variables, verb, restIndex, shape: shapeOf(segments, verb) };
}

// Segments = Segment { "/" Segment } ;
function parseSegments(parser: Parser): void {
  for (;;) {
    parseSegment(parser);
    expectEndOfSegment(parser);
    if (parser.text[parser.at] !== '/') return;
    parser.at++;
  }
}

// Segment = "*" | "**" | LITERAL | Variable ;
function parseSegment(parser: Parser): void {
  if (parser.segments.length >= segmentsMax) {
    throw new TemplateSyntaxError(`more than ${segmentsMax} segments`, parser.at, 'write a shorter template');
  }
  const next = parser.text[parser.at];
  if (next === '*') parseWildcard(parser);
  else if (next === '{') parseVariable(parser);
  else parser.segments.push({ kind: 'literal', text: parseLiteral(parser, 'segment') });
}

// "*" | "**"
function parseWildcard(parser: Parser): void {
  const start = parser.at;
  while (parser.text[parser.at] === '*') parser.at++;
  const length = parser.at - start;
  if (length > 2) {
    throw new TemplateSyntaxError('more than two "*" in a row', start, 'write "*" or "**"');
  }
  if (length === 2 && parser.segments.some((segment) => segment.kind === 'rest')) {
    throw new TemplateSyntaxError(
      'a second "**"',
      start,
      'keep one "**", or it is open which segments go where',
    );
  }
  parser.segments.push({ kind: length === 2 ? 'rest' : 'any' });
}

// Variable = "{" FieldPath [ "=" Segments ] "}" ;
function parseVariable(parser: Parser): void {
  const open = parser.at;
  if (parser.insideVariable) {
    throw new TemplateSyntaxError(
      'a variable inside a variable',
      open,
      'http.proto forbids nested variables',
    );
  }
  parser.at++;
  const name = parseFieldPath(parser);
  const start = parser.segments.length;
  if (parser.text[parser.at] === '=') {
    parser.at++;
    parser.insideVariable = true;
    parseSegments(parser);
    parser.insideVariable = false;
  } else {
    parser.segments.push({ kind: 'any' });
  }
  if (parser.text[parser.at] !== '}') {
    const found = describe(parser);
    throw new TemplateSyntaxError(
      `${found} in the variable "${name}"`,
      parser.at,
      found.startsWith('the end')
        ? 'close it with "}"'
        : 'a variable is {field.path} or {field.path=segments}',
    );
  }
  parser.at++;
  const end = parser.segments.length;
  const multi = end - start > 1 || parser.segments[start]?.kind === 'rest';
  parser.variables.push({ name, start, end, multi, column: open + 1 });
}

// FieldPath = IDENT { "." IDENT } ;
function parseFieldPath(parser: Parser): string {
  const start = parser.at;
  for (;;) {
    parseIdent(parser);
    if (parser.text[parser.at] !== '.') return parser.text.slice(start, parser.at);
    parser.at++;
  }
}

// IDENT = ( letter | "_" ) { letter | digit | "_" } ;
function parseIdent(parser: Parser): void {
  const start = parser.at;
  for (let code = parser.text.charCodeAt(start); isIdent(code, parser.at > start); ) {
    parser.at++;
    code = parser.text.charCodeAt(parser.at);
  }
  if (parser.at === start) {
    throw new TemplateSyntaxError(
      `${describe(parser)} where a field name was expected`,
      start,
      'name a field of the request message by its name in the .proto file',
    );
  }
}

// ":" LITERAL, at the end
function parseVerb(parser: Parser): string {
  const colon = parser.at;
  const rest = parser.text.slice(colon + 1);
  if (rest.includes('/')) {
    throw new TemplateSyntaxError('":" in a segment that is not the last', colon, 'write it as "%3A"');
  }
  if (rest.includes(':')) {
    throw new TemplateSyntaxError(
      'more than one ":" in the last segment',
      colon + 1 + rest.indexOf(':'),
      'one ":" begins the verb; write the others as "%3A"',
    );
  }
  parser.at++;
  const verb = parseLiteral(parser, 'verb');
  if (parser.at < parser.text.length) {
    throw new TemplateSyntaxError(`${describe(parser)} in the verb`, parser.at, 'a verb is literal text');
  }
  return verb;
}

// LITERAL = pchar { pchar } ;  without "*" and ":" (RFC 3986 §3.3)
function parseLiteral(parser: Parser, what: 'segment' | 'verb'): string {
  const start = parser.at;
  for (;;) {
    const code = parser.text.charCodeAt(parser.at);
    if (code === 0x25) parser.at += escapeLength(parser);
    else if (isLiteral(code)) parser.at++;
    else break;
  }
  if (parser.at === start) throw emptyLiteral(parser, what);
  const text = normalizeEscapes(parser.text.slice(start, parser.at));
  if (what === 'segment' && (text === '.' || text === '..')) {
    throw new TemplateSyntaxError(`the segment "${text}"`, start, 'requests with such a segment are refused');
  }
  return text;
}

function emptyLiteral(parser: Parser, what: 'segment' | 'verb'): TemplateSyntaxError {
  const next = parser.text[parser.at];
  if (next === undefined || next === '/' || next === ':' || (next === '}' && parser.insideVariable)) {
    return new TemplateSyntaxError(
      `an empty ${what}`,
      parser.at,
      what === 'verb' ? 'write a verb, or leave out the ":"' : 'remove the "/", or write the segment',
    );
  }
  return unexpected(parser);
}

/** Length of the escape at the parser's place, always 3. Throws when it is not one that a request can have. */
function escapeLength(parser: Parser): number {
  const byte = hexByte(parser.text, parser.at + 1);
  if (byte < 0) {
    throw new TemplateSyntaxError('"%" without two hex digits', parser.at, 'write a percent sign as "%25"');
  }
  if (byte === 0) {
    throw new TemplateSyntaxError('"%00"', parser.at, 'requests with a zero byte are refused');
  }
  return 3;
}

/** After a segment comes "/", the end, a verb (outside a variable) or "}" (inside one). */
function expectEndOfSegment(parser: Parser): void {
  const next = parser.text[parser.at];
  if (next === undefined || next === '/') return;
  if (parser.insideVariable ? next === '}' : next === ':') return;
  if (next === ':') {
    throw new TemplateSyntaxError(
      '":" inside a variable',
      parser.at,
      'put the verb after the "}", or write "%3A"',
    );
  }
  throw unexpected(parser);
}

/** The finding for a character that cannot stand where it does, with what was probably meant. */
function unexpected(parser: Parser): TemplateSyntaxError {
  const { text, at } = parser;
  const found = describe(parser);
  switch (text[at]) {
    case '{':
    case '*':
      return new TemplateSyntaxError(
        `${found} inside a segment`,
        at,
        'wildcards and variables are whole segments',
      );
    case '}':
      return new TemplateSyntaxError('"}" without "{"', at, 'remove it, or write "%7D"');
    case '?':
      return new TemplateSyntaxError(
        found,
        at,
        'query parameters are not part of a template: every field that neither path nor body binds is one',
      );
    default:
      if (text[at - 1] === '}' || text[at - 1] === '*') {
        return new TemplateSyntaxError(
          `${found} inside a segment`,
          at,
          'wildcards and variables are whole segments',
        );
      }
      return new TemplateSyntaxError(found, at, `write it as "${escaped(text, at)}"`);
  }
}

/** "the character “?”" or "the end" for messages. */
function describe(parser: Parser): string {
  const point = parser.text.codePointAt(parser.at);
  if (point === undefined) return 'the end';
  return point < 0x20 || point === 0x7f
    ? `the control character U+${point.toString(16).toUpperCase().padStart(4, '0')}`
    : `the character "${String.fromCodePoint(point)}"`;
}

function escaped(text: string, at: number): string {
  const bytes = Buffer.from(String.fromCodePoint(text.codePointAt(at) ?? 0xfffd), 'utf8');
  return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function isIdent(code: number, inside: boolean): boolean {
  if (code === 0x5f) return true;
  if (code >= 0x30 && code <= 0x39) return inside;
  const letter = code | 0x20;
  return code < 0x80 && letter >= 0x61 && letter <= 0x7a;
}

/** unreserved, sub-delims without "*", "@" */
function isLiteral(code: number): boolean {
  return isUnreserved(code) || "!$&'()+,;=@".includes(String.fromCharCode(code));
}

/** Two variables must not bind one field, nor a field and the message it is in. */
function refuseOverlappingVariables(variables: readonly TemplateVariable[]): void {
  for (const [index, variable] of variables.entries()) {
    for (const earlier of variables.slice(0, index)) {
      const at = variable.column - 1;
      if (variable.name === earlier.name) {
        throw new TemplateSyntaxError(`"${variable.name}" is bound twice`, at, 'bind each field once');
      }
      const [outer, inner] =
        variable.name.length < earlier.name.length
          ? [variable.name, earlier.name]
          : [earlier.name, variable.name];
      if (inner.startsWith(`${outer}.`)) {
        throw new TemplateSyntaxError(
          `"${outer}" and "${inner}" are both bound, but one is inside the other`,
          at,
          'bind the inner fields only',
        );
      }
    }
  }
}

function shapeOf(segments: readonly Segment[], verb: string): string {
  const path = segments.map((segment) =>
    segment.kind === 'literal' ? segment.text : segment.kind === 'any' ? '*' : '**',
  );
  return `/${path.join('/')}${verb === '' ? '' : `:${verb}`}`;
}
