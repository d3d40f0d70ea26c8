import { existsSync, realpathSync, writeFileSync } from 'node:fs';
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
import { readRegularFileSync, unreadableReason } from '../../regular-file.js';
import { gatewayOptionsOf, loadOutline } from '../../server/index.js';
import { repositoryRoot } from '../against/git.js';
import { loadBefore } from '../against/load-before.js';
import { sourceFiles } from '../check/source-files.js';
import { exitCode } from '../exit-code.js';
import type { CheckFlags, formats, thresholds } from '../flags/check.js';
import { settingsOf } from '../settings.js';

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
    text = readRegularFileSync(file).toString();
  } catch (error) {
    throw unusable(`it cannot be read (${unreadableReason(error)})`);
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
