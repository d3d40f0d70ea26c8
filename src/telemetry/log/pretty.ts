import { lengthMax, plain } from './text.js';

const colourOf: Readonly<Record<string, string>> = {
  debug: '90',
  info: '36',
  warn: '33',
  error: '31',
  fatal: '31',
};

/** Fields that people read behind the message, and what they are called there. */
const shown: readonly (readonly [field: string, name: string])[] = [
  ['labels.grpc_status', 'grpc'],
  ['event.reason', 'reason'],
  ['labels.refused_by', 'by'],
  ['client.address', 'from'],
  ['user.id', 'user'],
  ['url.path', 'path'],
  ['trace.id', 'trace'],
  ['http.request.id', 'id'],
];

/** Shown by other means, or the same in every line. */
const silent =
  /^(@timestamp$|message$|log\.|ecs\.|service\.|event\.|process\.|http\.|client\.|transaction\.|span\.|error\.)/;

/** A JSON line for people. What cannot be read is shown as it is. */
export function prettyLine(line: string, colours: boolean): string {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line);
  } catch {
    return line;
  }
  const paint = (code: string, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const text = (name: string): string => plain(String(fields[name] ?? ''), lengthMax.stack);
  const level = text('log.level');
  const nanoseconds = fields['event.duration'];
  const duration = typeof nanoseconds === 'number' ? ` ${(nanoseconds / 1e6).toFixed(1)} ms` : '';
  const named = new Set(shown.map(([field]) => field));
  const details = [
    ...shown
      .filter(([field]) => fields[field] !== undefined)
      .map(([field, name]) => `${name}=${text(field)}`),
    ...Object.keys(fields)
      .filter((name) => !silent.test(name) && !named.has(name) && name !== 'labels.route')
      .map((name) => `${name.replace(/^labels\./, '')}=${text(name)}`),
  ];
  const [time = ''] = /\d\d:\d\d:\d\d\.\d{3}/.exec(text('@timestamp')) ?? [];
  const head = `${paint('90', time)} ${paint(colourOf[level] ?? '0', level.padEnd(5))} ${text('message')}${duration}`;
  const behind = details.length === 0 ? '' : `  ${paint('90', details.join(' '))}`;
  return `${head}${behind}\n${stackOf(fields)}`;
}

/** What went wrong, indented: a line that begins at the margin is a line of the log. */
function stackOf(fields: Record<string, unknown>): string {
  const stack = fields['error.stack_trace'] ?? fields['error.message'];
  if (typeof stack !== 'string') return '';
  return stack
    .split('\n')
    .map((line) => `    ${plain(line, lengthMax.stack)}\n`)
    .join('');
}
