import { llmsText, markdownReference, postmanCollection, printDocument } from '../contract/index.js';
import { type Asked, fileName, type Written } from './written.js';

/** A reference for people: "shop.orders.v1.reference.md". */
export function markdownFiles(asked: Asked): Written {
  const made = asked.documents('3.1');
  return {
    files: made.map(({ name, document }) => ({
      name: fileName(name, 'reference.md'),
      content: markdownReference(document),
    })),
    diagnostics: made.flatMap(({ diagnostics }) => diagnostics),
  };
}

/** A collection to try things with: "shop.orders.v1.postman.json". */
export function postmanFiles(asked: Asked): Written {
  const made = asked.documents('3.1');
  return {
    files: made.map(({ name, document }) => ({
      name: fileName(name, 'postman.json'),
      content: printDocument(postmanCollection(document), 'json'),
    })),
    diagnostics: made.flatMap(({ diagnostics }) => diagnostics),
  };
}

/** "llms.txt" of all packages, and the references that it links to. */
export function llmsFiles(asked: Asked): Written {
  const made = asked.documents('3.1');
  if (made.length === 0) return { files: [], diagnostics: [] };
  const parts = made.map(({ name, document }) => ({
    document,
    linkOf: ({ anchor }: { readonly anchor: string }) => `${fileName(name, 'reference.md')}#${anchor}`,
  }));
  const title = asked.parameters.title ?? (made.length === 1 ? undefined : 'API');
  const { files, diagnostics } = markdownFiles(asked);
  return { files: [{ name: 'llms.txt', content: llmsText(parts, { title }) }, ...files], diagnostics };
}
