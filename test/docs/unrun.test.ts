import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { program } from '../../src/cli/program.js';
import { allPages, type CodeBlock, repository } from './markdown.js';
import { reasons } from './reasons.js';

/** What is not run is held against what is known of its commands. */

const blocks = allPages().flatMap((page) => page.blocks);
const shell = blocks.filter(({ language }) => ['sh', 'console', 'bash', 'shell'].includes(language));
const unrun = shell.filter(({ marks }) => marks.has('no-run'));

const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));

/** The words of each command of a block, without comments; what a shell does beyond that is of no interest here. */
function commandsOf(text: string): string[][] {
  return text
    .replace(/\\\n/g, ' ')
    .split(/\n|&&|\|\|?|(?<!\d)&(?!\d)|;/)
    .map((command) => {
      const words = command.matchAll(/#.*|(?:'[^']*'|"[^"]*"|\\.|[^\s'"#]|(?<=\S)#)+/g);
      return [...words]
        .map(([word]) => word.replace(/^['"]|['"]$/g, ''))
        .filter((word) => !word.startsWith('#'));
    })
    .filter((words) => words.length > 0);
}

/** What the program says of the arguments of `propylon`, or undefined. */
function misuse(args: readonly string[]): string | undefined {
  let command: Command = program(() => undefined);
  let rest = [...args];
  for (;;) {
    const next = command.commands.find((child) => child.name() === rest[0]);
    if (next === undefined) break;
    command = next;
    rest = rest.slice(1);
  }
  if (command.parent === null && !rest.every((word) => word.startsWith('-'))) return `no command ${rest[0]}`;
  try {
    const { unknown } = command
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .parseOptions(rest);
    return unknown.length > 0 ? `${command.name()} has no ${unknown[0]}` : undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
}

/** Words that look like files of this repository. */
const ownFile = /^(?:\.\/)?(?:\.ci|bench|docs|manifests|proto|schema|scripts|src|test)\/[\w./-]+$/;

function problemsOf({ file, line, text }: CodeBlock): string[] {
  return commandsOf(text).flatMap((words) => {
    const [name, ...args] = words[0] === 'npx' ? words.slice(1) : words;
    const found: string[] = [];
    if (name === 'propylon') found.push(misuse(args) ?? '');
    if (name === 'npm' && args[0] === 'run' && !Object.hasOwn(scripts, args[1] ?? ''))
      found.push(`no script ${args[1]}`);
    for (const word of words)
      if (ownFile.test(word) && !existsSync(join(repository, word))) found.push(`${word} is not there`);
    return found.filter((problem) => problem !== '').map((problem) => `${file}:${line}: ${problem}`);
  });
}

describe('shell commands in the documentation', () => {
  it('are `sh` or `console`, and are run, or say why not', () => {
    expect(
      shell
        .filter(({ language }) => language !== 'sh' && language !== 'console')
        .map(({ file, line, language }) => `${file}:${line}: ${language}`),
    ).toEqual([]);
    expect(
      unrun
        .filter(({ marks }) => !Object.hasOwn(reasons, marks.get('no-run') ?? ''))
        .map(({ file, line, marks }) => `${file}:${line}: no-run=${marks.get('no-run')}`),
    ).toEqual([]);
  });

  it('do not hide in blocks of text', () => {
    expect(
      blocks
        .filter(({ language, marks }) => (language === '' || language === 'text') && !marks.has('output'))
        .filter(({ text }) => /^(?:\$ )?(?:buf|curl|npm|npx|propylon) /m.test(text))
        .map(({ file, line }) => `${file}:${line}`),
    ).toEqual([]);
  });

  it.each(unrun.map((block) => [block.file, block.line, block] as const))(
    '%s:%i can be read by a shell, and names what there is',
    (_file, _line, block) => {
      const { stderr } = spawnSync('bash', ['-n'], { input: block.text, encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(problemsOf(block)).toEqual([]);
    },
  );

  it.each([
    ['propylon serv --demo', 'no command serv'],
    ['npx propylon serve --demmo', 'serve has no --demmo'],
    ['x && propylon openapi --version 2.0 # y', 'Allowed choices'],
    ["propylon serve --demo --backend 'a b=c' | tee x", ''],
    ['npm run nothing', 'no script nothing'],
    ['cp docs/nowhere.md x', 'docs/nowhere.md is not there'],
  ])('a mistake would be seen: %s', (text, problem) => {
    const block = { file: 'x.md', line: 1, language: 'sh', marks: new Map(), text, before: '' };
    expect(problemsOf(block).join('\n')).toContain(problem);
    if (problem === '') expect(problemsOf(block)).toEqual([]);
  });
});
