import type { Finding } from '../finding.js';
import { type Report, summaryText } from './report.js';

const commandOf = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** GitHub's workflow commands, which become annotations at the lines of a pull request. */
export function githubReport(report: Report): string {
  const lines = report.findings.map((finding) => command(finding, report.fallbackFile));
  return `${lines.join('')}${summaryText(report)}\n`;
}

function command({ rule, severity, text, locations: [first] }: Finding, fallbackFile: string): string {
  const { file, line, column } = first ?? { file: fallbackFile, line: 0, column: 0 };
  const properties = [
    `file=${property(file)}`,
    ...(line > 0 ? [`line=${line}`] : []),
    ...(column > 0 ? [`col=${column}`] : []),
    `title=${property(rule)}`,
  ];
  return `::${commandOf[severity]} ${properties.join(',')}::${data(text)}\n`;
}

/** What would end a command, or begin an escape. */
const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** What would end a property, besides. */
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
