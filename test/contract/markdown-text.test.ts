import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import {
  codeBlock,
  codeSpan,
  markdownCell,
  markdownText,
} from '../../src/contract/reference/markdown-text.js';

/** As GitHub renders it, but for what GitHub takes out afterwards: raw HTML stays. */
function html(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}

const cell = (text: string): string => html(`| a |\n| --- |\n| ${markdownCell(text)} |`);

/** Names of the elements of what is rendered. */
function elements(rendered: string): Set<string> {
  return new Set([...rendered.matchAll(/<([a-z][a-z0-9]*)/g)].map(([, name = '']) => name));
}

describe('text of a comment in Markdown', () => {
  it.each([
    ['Returns `a|b`, or *not*.', '<p>Returns <code>a|b</code>, or *not*.</p>'],
    ['One:\n- a\n- b\n\nTwo.', '<p>One:</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<p>Two.</p>'],
    ['![pixel](https://example.com/p.png)', '<p>!<a href="https://example.com/p.png">pixel</a></p>'],
    ['1. a\n2. b', '<ol>\n<li>a</li>\n<li>b</li>\n</ol>'],
    [
      'See [RFC 9745](https://example.com/a_b).',
      '<p>See <a href="https://example.com/a_b">RFC 9745</a>.</p>',
    ],
    [
      'Instead: <https://example.com/>.',
      '<p>Instead: <a href="https://example.com/">https://example.com/</a>.</p>',
    ],
    ['```json\n{"<b>": 1}\n```', '<pre><code>{&quot;&lt;b&gt;&quot;: 1}\n</code></pre>'],
    ['```\nnever closed', '<pre><code>never closed\n</code></pre>'],
    ['snake_case_name and 2 * 3 * 4 &amp; 5', '<p>snake_case_name and 2 * 3 * 4 &amp;amp; 5</p>'],
  ])('keeps what it says: %j', (text, rendered) => {
    expect(html(markdownText(text))).toBe(rendered);
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[here](javascript:alert(1))',
    '[here](<javascript:alert(1)>)',
    '[here]: javascript:alert(1)\n\n[here]',
    '<javascript:alert(1)>',
    '&#60;script&#62;',
    '# A heading',
    'A heading\n===',
    'A heading\n---',
    '> quoted',
    '| a | b |\n| --- | --- |\n| c | d |',
    'a | b\n--- | ---',
    '    <b>indented</b>',
    '<!-- hidden',
    '`` <b>',
    '~~gone~~ **loud** __louder__',
    '- [ ] a task',
    'a[^1]\n\n[^1]: a note',
    '\\<b>',
    '***',
  ])('makes nothing of %j', (text) => {
    const allowed = ['p', 'ul', 'ol', 'li', 'code', 'pre', 'br'];
    expect([...elements(html(markdownText(text)))].filter((name) => !allowed.includes(name))).toEqual([]);
    expect([...elements(cell(text))].filter((name) => !tableElements.includes(name))).toEqual([]);
  });

  const tableElements = ['table', 'thead', 'tbody', 'tr', 'th', 'td', 'code'];
  const pieces = fc.constantFrom(
    ...'` `` ``` ~~~ \\ | < > [ ] ( ) ! # * _ - + = : & javascript: https://e.x/a http://e.x a b 1. \n \t "'.split(
      ' ',
    ),
    ' ',
    '    ',
    '<b>',
    '</p>',
    '](javascript:x)',
    '\n\n',
    '\n- ',
    '\n> ',
    '&lt;',
  );
  const hostile = fc.array(pieces, { maxLength: 24 }).map((parts) => parts.join(''));

  it('makes nothing of what anybody could write', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const whole = html(`before\n\n${markdownText(text)}\n\nafter`);
        const allowed = ['p', 'ul', 'ol', 'li', 'code', 'pre', 'a', 'br'];
        expect([...elements(whole)].filter((name) => !allowed.includes(name))).toEqual([]);
        for (const [, href] of whole.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^(https?:|mailto:)/);
        // Nothing of it swallows what stands behind.
        expect(whole).toMatch(/<p>(.*\n)*after<\/p>$/);
      }),
      { numRuns: 400 },
    );
  });

  it('stays in its cell, and its code span', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const rendered = html(`| a | b |\n| --- | --- |\n| ${markdownCell(text)} | ${codeSpan('x')} |`);
        expect(rendered).toMatch(/<td><code>x<\/code><\/td>/);
        expect([...elements(rendered)].filter((name) => ![...tableElements, 'a'].includes(name))).toEqual([]);
        const code = text.replaceAll('\n', ' ').trim();
        fc.pre(code !== '');
        expect(elements(html(`a ${codeSpan(code)} b`))).toEqual(new Set(['p', 'code']));
        expect(elements(html(codeBlock(text, 'sh')))).toEqual(new Set(['pre', 'code']));
      }),
      { numRuns: 400 },
    );
  });
});
