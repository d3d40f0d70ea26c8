import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startDemoBackends } from '../../src/demo/index.js';
import { applyDiff } from './diff.js';
import { isShown } from './expected.js';
import { allPages, type CodeBlock, type Page, repository } from './markdown.js';
import { openReaderShell, type Printed, type ReaderHas, type ReaderShell } from './reader-shell.js';

/**
 * Every block of shell commands in the documentation is run, page by page, in the order of the page, as its reader would.
 * What stands behind the language of a block is not seen by readers:
 *
 *   sh                     runs, and every command ends well
 *   sh exit=1              its last command ends with 1
 *   sh until               what it shows comes within seconds: it is run until it does
 *   sh terminal=gateway    stays: in a terminal of its own, where it ends what ran there before, and says that it listens
 *   sh no-run=cluster      is not run: reasons.ts
 *   console                `$ ` begins a command, what follows is what it prints
 *   text output, json output      what the block of commands before it prints
 *   LANGUAGE file=a/b.yaml        the reader writes the file
 *   diff file=a/b.yaml            and changes it
 */
type Step = Edit | Stay | Run;

interface Edit {
  readonly kind: 'write' | 'change';
  readonly path: string;
  readonly block: CodeBlock;
}

interface Stay {
  readonly kind: 'stay';
  readonly terminal: string;
  readonly block: CodeBlock;
  readonly shown?: Shown;
}

interface Run {
  readonly kind: 'run';
  readonly block: CodeBlock;
  readonly commands: string;
  readonly shown?: Shown;
}

interface Shown {
  readonly language: string;
  readonly text: string;
}

function stepsOf({ blocks }: Page): Step[] {
  return blocks.flatMap((block, index): Step[] => {
    const { language, marks, text } = block;
    const path = marks.get('file');
    if (path !== undefined) return [{ kind: language === 'diff' ? 'change' : 'write', path, block }];
    if (marks.has('no-run')) return [];
    if (language === 'console') return consoleSteps(block);
    if (language !== 'sh') return [];
    const terminal = marks.get('terminal');
    const next = blocks[index + 1];
    const shown = next?.marks.has('output') === true ? { shown: next } : {};
    if (terminal !== undefined) return [{ kind: 'stay', terminal, block, ...shown }];
    return [{ kind: 'run', block, commands: text, ...shown }];
  });
}

function consoleSteps(block: CodeBlock): Step[] {
  return block.text.split(/^\$ /m).flatMap((part): Step[] => {
    const [, commands = '', text = ''] = /^((?:.*\\\n)*.*\n)([\s\S]*)$/.exec(part) ?? [];
    return commands.trim() === ''
      ? []
      : [{ kind: 'run', block, commands, shown: { language: 'text', text } }];
  });
}

/** Pages whose readers begin with nothing. */
const fromNothing = new Set(['docs/tutorial.md']);

/** Everybody else has the shop: its protos, their image, a configuration, and its catalog and orders behind these ports. */
const shop = await startDemoBackends();
afterAll(() => shop.close());
const portOf = (service: string): number =>
  Number(shop.backends.find(({ selector }) => selector.endsWith(service))?.target.split(':')[1]);
const shopPorts = new Map([
  [50051, portOf('CatalogService')],
  [50052, portOf('OrderService')],
]);

function prepareShop(folder: string): void {
  cpSync(join(repository, 'test/docs/reader'), folder, { recursive: true });
  cpSync(join(repository, 'proto'), join(folder, 'proto'), { recursive: true });
  cpSync(join(repository, 'gen/image.binpb'), join(folder, 'image.binpb'));
}

const readerOf = ({ file }: Page): ReaderHas =>
  fromNothing.has(file)
    ? { ports: new Map(), prepare: () => undefined }
    : { ports: shopPorts, prepare: prepareShop };

const pages = allPages()
  .map((page) => ({ page, steps: stepsOf(page) }))
  .filter(({ steps }) => steps.length > 0);

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';

describe.each(pages.map(({ page, steps }) => [page.file, page, steps] as const))(
  '%s',
  (_file, page, steps) => {
    let reader: ReaderShell;
    beforeAll(async () => {
      reader = await openReaderShell(readerOf(page));
    });
    afterAll(() => reader?.close());

    it.each(steps.map((step) => [step.block.line, titleOf(step), step] as const))(
      'line %i: %s',
      async (_line, _title, step) => {
        if (step.kind === 'run') {
          const show = async (): Promise<void> => expectShown(await reader.run(step.commands), step);
          return step.block.marks.has('until')
            ? vi.waitFor(show, { timeout: 30_000, interval: 200 })
            : show();
        }
        if (step.kind === 'stay') {
          const output = await reader.stay(step.terminal, step.block.text);
          return expectShown({ code: 0, failed: undefined, output, errors: '' }, step);
        }
        const { path, block } = step;
        reader.write(path, step.kind === 'write' ? block.text : applyDiff(reader.read(path), block.text));
      },
      60_000,
    );
  },
);

function titleOf(step: Step): string {
  if (step.kind === 'run') return firstLine(step.commands);
  return step.kind === 'stay' ? firstLine(step.block.text) : `${step.kind} ${step.path}`;
}

/** curl as the tests have it, where it is answered with an error, which it is not told to take for one. */
const answeredWithError = 22;

function expectShown(printed: Printed, { block, shown }: Run | Stay): void {
  const all = `${printed.output}${printed.errors}`;
  const wanted = Number(block.marks.get('exit') ?? 0);
  const isToldError = printed.code === answeredWithError && shown !== undefined && wanted === 0;
  if (!isToldError) expect(printed.code, `${printed.failed}\n${all}`).toBe(wanted);
  if (shown === undefined) return;
  const text = (shown.language === 'json' ? printed.output : all).replace(/curl: \(22\) .*\n/g, '');
  if (!isShown(shown.language, shown.text, text)) expect(text).toBe(shown.text);
}
