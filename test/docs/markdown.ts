import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block of code. Readers see its language; what stands behind that is for the tests. */
export interface CodeBlock {
  /** Relative to the repository. */
  readonly file: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** "sh"; '' where none is said. */
  readonly language: string;
  /** "terminal=gateway" as ["terminal", "gateway"], "output" as ["output", ""]. */
  readonly marks: ReadonlyMap<string, string>;
  readonly text: string;
  /** The last line of prose before it that is not blank. */
  readonly before: string;
}

/** A page of the documentation. */
export interface Page {
  readonly file: string;
  readonly blocks: readonly CodeBlock[];
  /** What is not code, a line each; the lines of blocks are empty. */
  readonly prose: readonly string[];
}

const beyond = new Set(['node_modules', '.git', '.cache', 'dist', 'gen']);

function markdownBelow(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return beyond.has(entry.name) ? [] : markdownBelow(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** Every Markdown file of the repository. */
export function allPages(): Page[] {
  return markdownBelow('')
    .sort()
    .map((file) => readPage(file, readFileSync(join(repository, file), 'utf8')));
}

export function readPage(file: string, text: string): Page {
  const blocks: CodeBlock[] = [];
  const prose: string[] = [];
  let open: { line: number; indent: number; fence: string; info: string; lines: string[] } | undefined;
  let before = '';
  for (const [index, line] of text.split('\n').entries()) {
    if (open !== undefined) {
      prose.push('');
      if (line.trimEnd() !== ' '.repeat(open.indent) + open.fence) {
        open.lines.push(line.slice(open.indent));
        continue;
      }
      const [language = '', ...words] = open.info.split(/\s+/);
      const marks = new Map(
        words.map((word): [string, string] => {
          const [name = '', value = ''] = word.split(/=(.*)/s);
          return [name, value];
        }),
      );
      blocks.push({ file, line: open.line, language, marks, text: `${open.lines.join('\n')}\n`, before });
      open = undefined;
      continue;
    }
    const [, spaces = '', fence, info = ''] = /^( *)(`{3,})(.*)$/.exec(line) ?? [];
    if (fence === undefined) {
      prose.push(line);
      if (line.trim() !== '') before = line;
    } else {
      prose.push('');
      open = { line: index + 1, indent: spaces.length, fence, info: info.trim(), lines: [] };
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: a block of code without an end`);
  return { file, blocks, prose };
}

/** What GitHub makes of the headings of a page: its anchors. */
export function anchors({ prose }: Page): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const names = new Set<string>();
  for (const line of prose) {
    for (const [, id = ''] of line.matchAll(/<a (?:id|name)="([^"]+)"/g)) names.add(id);
    const [, heading] = /^#{1,6} +(.*?) *#*$/.exec(line) ?? [];
    if (heading === undefined) continue;
    const slug = heading
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    names.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return names;
}

/** A link and where it stands. */
export interface Link {
  readonly line: number;
  readonly target: string;
}

/** What the prose of a page links to, pictures included. */
export function links({ prose }: Page): Link[] {
  return prose.flatMap((text, index) => {
    const words = text.replace(/`+[^`]*`+/g, '');
    const targets = [
      ...words.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
      ...words.matchAll(/^\s*\[[^\]]+\]:\s+(\S+)/g),
      ...words.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g),
    ];
    return targets.map(([, target = '']) => ({ line: index + 1, target }));
  });
}
