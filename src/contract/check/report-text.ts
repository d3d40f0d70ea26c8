import { place } from '../../diagnostic/index.js';
import type { Finding } from '../finding.js';
import { type Report, summaryText } from './report.js';

const colourOf = { error: '31', warning: '33', note: '36' } as const;

/** For people: an empty line between files, then "file:line:column severity text [RULE]". Ends with the summary. */
export function textReport(report: Report, { colours }: { readonly colours: boolean }): string {
  const paint = (code: string, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = ({ severity, rule, text, locations }: Finding): string => {
    const [first, ...others] = locations;
    const where = first === undefined ? '' : `${paint('4', place(first))} `;
    const more = others.map((other) => `  and ${paint('4', place(other))}\n`);
    return `${where}${paint(`1;${colourOf[severity]}`, severity)} ${text} ${paint('2', `[${rule}]`)}\n${more.join('')}`;
  };
  const fileOf = ({ locations: [first] }: Finding): string => first?.file ?? '';
  const files = [...new Set(report.findings.map(fileOf))];
  const blocks = files.map((file) =>
    report.findings
      .filter((finding) => fileOf(finding) === file)
      .map(line)
      .join(''),
  );
  const gone = report.gone.map(({ rule, subject }) => `gone: ${subject} [${rule}]\n`).join('');
  return [...blocks, ...(gone === '' ? [] : [gone]), `${paint('1', summaryText(report))}\n`].join('\n');
}
