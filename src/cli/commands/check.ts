import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Settings } from '../../config/index.js';
import {
  againstBaseline,
  checkOutline,
  checkRules,
  type Finding,
  githubReport,
  gitlabReport,
  inOrder,
  jsonReport,
  type Known,
  printBaseline,
  type Report,
  readBaseline,
  sarifReport,
  summaryText,
  textReport,
  unknownRules,
} from '../../contract/index.js';
import { type Diagnostic, DiagnosticsError, type Severity } from '../../diagnostic/index.js';
import { gatewayOptionsOf, loadOutline } from '../../server/index.js';
import { repositoryRoot } from '../against/git.js';
import { loadBefore } from '../against/load-before.js';
import { sourceFiles } from '../check/source-files.js';
import { exitCode } from '../exit-code.js';
import { type SourceFlags, settingsOf } from '../flags.js';

const formats = ['text', 'json', 'sarif', 'github', 'gitlab'] as const;
const thresholds = ['error', 'warning', 'note', 'never'] as const;

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

/** `propylon check`: what is wrong with a REST surface, and what it breaks. Calls no backend but to reflect. */
export async function check(flags: CheckFlags): Promise<number> {
  const {
    against,
    format = 'text',
    out,
    failOn = 'error',
    baseline: file,
    writeBaseline,
    ...sources
  } = flags;
  const settings = settingsOf(sources);
  const usage = usageProblem(settings, flags);
  if (usage !== undefined) {
    process.stderr.write(`${usage}\n`);
    return exitCode.usage;
  }
  refuseUnknownRules(settings, flags.config);
  const baseline = file === undefined ? [] : baselineOf(file, writeBaseline === true);
  // First what is wrong more often: a revision that was not fetched.
  const before = against === undefined ? undefined : await loadBefore(against, sources, settings);
  const { outline, diagnostics } = await loadOutline(gatewayOptionsOf(settings));
  const checked = checkOutline({ outline, diagnostics, before: before?.outline, settings: settings.check });
  const wasLookedFor = (rule: string): boolean => Object.hasOwn(checked.rules, rule);
  if (file !== undefined && writeBaseline === true) {
    const kept = baseline.filter(({ rule }) => !wasLookedFor(rule));
    writeFileSync(file, printBaseline(checked.findings, kept));
    const count = checked.findings.length;
    process.stderr.write(`${file} knows ${count} ${count === 1 ? 'finding' : 'findings'} now\n`);
    return exitCode.fine;
  }
  const compared = againstBaseline(checked.findings, baseline, wasLookedFor);
  const named = names(settings, format === 'text');
  const [first] = outline.registry.services;
  const report: Report = {
    ...compared,
    findings: inOrder(compared.findings.map((finding) => withNames(finding, named))),
    rules: checked.rules,
    ignoredCount: checked.ignoredCount,
    fallbackFile: named(first?.file.proto.name ?? ''),
  };
  const text = print(report, format, out === undefined);
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text);
  // Formats for programs leave the summary to whoever watches.
  if (out !== undefined || !['text', 'github'].includes(format))
    process.stderr.write(`${summaryText(report)}\n`);
  return isAtLeast(report.findings, failOn) ? exitCode.findings : exitCode.fine;
}

function usageProblem(settings: Settings, { writeBaseline, baseline }: CheckFlags): string | undefined {
  if (settings.protos.length + settings.descriptors.length + settings.reflect.length === 0)
    return 'There is nothing to check: name a source with --proto, --descriptors, --reflect or --config.';
  if (writeBaseline === true && baseline === undefined)
    return '--write-baseline needs --baseline FILE, the file to write.';
  return undefined;
}

function refuseUnknownRules({ check: settings }: Settings, file = 'propylon.yaml'): void {
  const diagnostics = unknownRules(settings, checkRules).map(({ name, nearest }): Diagnostic => {
    const text = `check names ${JSON.stringify(name)}, which is no rule.`;
    const locations = [{ file, line: 0, column: 0 }];
    const hint = nearest === undefined ? 'docs/check.md has all rules.' : `Did you mean ${nearest}?`;
    return { severity: 'error', code: 'CONFIG_INVALID', text, locations, hint };
  });
  if (diagnostics.length > 0) throw new DiagnosticsError(diagnostics);
}

function baselineOf(file: string, mayBeMissing: boolean): readonly Known[] {
  if (mayBeMissing && !existsSync(file)) return [];
  const unusable = (problem: string): DiagnosticsError =>
    new DiagnosticsError([
      {
        severity: 'error',
        code: 'CONFIG_INVALID',
        text: `The baseline cannot be used: ${problem}.`,
        locations: [{ file, line: 0, column: 0 }],
        hint: 'Write it with: propylon check … --baseline FILE --write-baseline',
      },
    ]);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unusable(
      `it cannot be read (${error instanceof Error && 'code' in error ? error.code : 'unreadable'})`,
    );
  }
  const baseline = readBaseline(text);
  if (typeof baseline === 'string') throw unusable(baseline);
  return baseline;
}

/** Files as people name them in this folder, or as programs do from the root of the repository. */
function names({ protos }: Settings, isForPeople: boolean): (imported: string) => string {
  const cwd = realpathSync(process.cwd());
  const fileNames = sourceFiles(protos, cwd);
  const folder = isForPeople ? cwd : (repositoryRoot(cwd) ?? cwd);
  return (imported) => fileNames(imported, folder);
}

function withNames(finding: Finding, named: (file: string) => string): Finding {
  const locations = finding.locations.map((location) => ({ ...location, file: named(location.file) }));
  return { ...finding, locations };
}

function print(report: Report, format: (typeof formats)[number], isShown: boolean): string {
  switch (format) {
    case 'text':
      return textReport(report, {
        colours: isShown && process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
      });
    case 'json':
      return jsonReport(report);
    case 'sarif':
      return sarifReport(report);
    case 'github':
      return githubReport(report);
    case 'gitlab':
      return gitlabReport(report);
  }
}

function isAtLeast(findings: readonly Finding[], threshold: (typeof thresholds)[number]): boolean {
  if (threshold === 'never') return false;
  const severities: readonly Severity[] = ['error', 'warning', 'note'];
  const enough = severities.slice(0, severities.indexOf(threshold) + 1);
  return findings.some(({ severity }) => enough.includes(severity));
}
