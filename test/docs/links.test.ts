import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allPages, anchors, links, readPage, repository } from './markdown.js';

const pages = allPages();
const anchorsOf = new Map(pages.map((page) => [page.file, anchors(page)]));

/** What is wrong with a link of a page, or undefined. */
function problem(file: string, target: string): string | undefined {
  if (/^(https?|mailto):/.test(target)) return undefined;
  const [path = '', anchor] = target.split('#', 2);
  const to = path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path)));
  if (!existsSync(join(repository, to))) return `${to} is not there`;
  if (anchor === undefined) return undefined;
  const known = anchorsOf.get(to);
  if (known === undefined) return `${to} has no anchors`;
  return known.has(anchor) ? undefined : `${to} has no heading for #${anchor}`;
}

describe('links', () => {
  it.each(pages.map((page) => [page.file, page] as const))('of %s lead somewhere', (file, page) => {
    const broken = links(page).flatMap(({ line, target }) => {
      const why = problem(file, target);
      return why === undefined ? [] : [`${file}:${line}: ${why}`];
    });
    expect(broken).toEqual([]);
  });

  it.each(pages.map((page) => [page.file, page] as const))(
    '%s names files that are there',
    (file, { prose, blocks }) => {
      const shown = new Set(blocks.map(({ marks }) => marks.get('file')));
      const missing = prose.flatMap((text, index) =>
        [...text.matchAll(/`((?:bench|docs|manifests|proto|schema|scripts|src|test)\/[\w./-]*\w)`/g)]
          .filter(([, path = '']) => !shown.has(path) && !existsSync(join(repository, path)))
          .map(([, path]) => `${file}:${index + 1}: ${path}`),
      );
      expect(missing).toEqual([]);
    },
  );

  it('are looked for in prose alone, and anchors are those of GitHub', () => {
    const page = readPage(
      'x.md',
      '# A `type: jwt` & more!\n[a](#a) `[b](#b)` ![c](c.png "C")\n```sh\n[d](#d)\n# not a heading\n```\n## Same\n## Same\n',
    );
    expect(links(page)).toEqual([
      { line: 2, target: '#a' },
      { line: 2, target: 'c.png' },
    ]);
    expect([...anchors(page)]).toEqual(['a-type-jwt--more', 'same', 'same-1']);
    expect(problem('docs/policies.md', 'nowhere.md')).toBeDefined();
    expect(problem('docs/policies.md', '#nowhere')).toBeDefined();
  });
});
