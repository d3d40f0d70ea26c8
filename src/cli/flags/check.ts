import { type Command, Option } from 'commander';
import type { SourceFlags } from './source.js';

export const formats = ['text', 'json', 'sarif', 'github', 'gitlab'] as const;

export const thresholds = ['error', 'warning', 'note', 'never'] as const;

export interface CheckFlags extends SourceFlags {
  readonly against?: string;
  readonly format?: (typeof formats)[number];
  readonly out?: string;
  readonly failOn?: (typeof thresholds)[number];
  readonly baseline?: string;
  readonly writeBaseline?: boolean;
}

/** Declares the flags of `check` alone. */
export function addCheckFlags(command: Command): Command {
  return command
    .option(
      '--against <reference>',
      'find what breaks clients of an image, a folder of protos or a git revision',
    )
    .addOption(new Option('--format <format>', 'how findings are written').choices(formats).default('text'))
    .option('-o, --out <file>', 'where to write them (default: standard output)')
    .addOption(
      new Option('--fail-on <severity>', 'the least that ends with exit code 1')
        .choices(thresholds)
        .default('error'),
    )
    .option('--baseline <file>', 'findings that are known, and not told again')
    .option('--write-baseline', 'write what is found to the file of --baseline, and end well')
    .addHelpText(
      'after',
      `
Lints the HTTP surface and, with --against, finds changes that break REST clients. A reference is a file
(before.binpb), a folder of protos, or a revision of git, whose files are read without a checkout: main, v1.2.0,
origin/main:proto, or as buf writes it .git#branch=main,subdir=proto. Rules are set under "check" in propylon.yaml, and
ignored by a comment: // propylon:ignore RULE reason. docs/check.md has all of them.

Examples:
  propylon check --proto proto
  propylon check --proto proto --against main
  propylon check --descriptors image.binpb --against before.binpb --format json
  propylon check --proto proto --against origin/main --format sarif --out propylon.sarif
  propylon check --proto proto --baseline check-baseline.json --write-baseline

Exit codes: 0 nothing as severe as --fail-on, 1 findings, 2 bad usage, configuration or sources, 3 failed at run time.`,
    );
}
