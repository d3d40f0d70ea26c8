import type { ExplainedMessage, ExplainedStep, Explanation, ShownField } from '../gateway/index.js';
import { table } from './terminal.js';

/** Puts a colour around a text, or leaves it as it is. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly title: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** Without colours. */
export const plain: Paint = { good: asIs, bad: asIs, title: asIs, faint: asIs };
export const coloured: Paint = { good: sgr(32), bad: sgr(31), title: sgr(1), faint: sgr(2) };

function asIs(text: string): string {
  return text;
}

function sgr(code: number): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[0m`;
}

/** An explanation as aligned text, stage by stage in the order of the line. */
export function explainedText(given: Explanation, paint: Paint): string {
  const explanation = printable(given);
  const { request, verdict, summary } = explanation;
  const { title, good, bad, faint } = paint;
  const sections: readonly (readonly [name: string, lines: readonly string[]])[] = [
    ['request', requestLines(explanation)],
    ['route', routeLines(explanation, paint)],
    ['binding', bindingLines(explanation)],
    [
      'steps',
      [...explanation.steps.flatMap((step) => stepLines(step, paint)), ...settingLines(explanation, faint)],
    ],
    ['call', callLines(explanation, faint)],
    ['upstream', upstreamLines(explanation)],
    ['outcome', outcomeLines(explanation, faint)],
    ['answer', answerLines(explanation)],
  ];
  const told = verdict === 'answered' ? good(summary) : bad(summary);
  const parts = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => `${title(name)}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  const head = `${title(`${request.httpMethod} ${request.target}`)}\n${told}\n`;
  const foot = explanation.sent
    ? ''
    : `\n${faint('Nothing was sent, counted or stored; --send makes the request.')}\n`;
  return `${head}\n${parts.join('\n')}${foot}`;
}

/** What others have said must not move the cursor or change colours. */
function printable(explanation: Explanation): Explanation {
  const text = JSON.stringify(explanation, (_, value: unknown) =>
    typeof value === 'string' ? value.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd') : value,
  );
  return JSON.parse(text) as Explanation;
}

function lines(rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : table(rows).split('\n');
}

function requestLines({ request }: Explanation): string[] {
  const { httpMethod, meansMethod, headers, bodyBytes, clientAddress, principal, requestId } = request;
  return lines([
    ...(meansMethod === httpMethod ? [] : [['means', `${meansMethod}, by X-HTTP-Method-Override`]]),
    ['from', clientAddress],
    ...(principal === undefined ? [] : [['caller', principal]]),
    ...headers.map(([name, value]) => ['header', `${name}: ${value}`]),
    ['body', `${bodyBytes} bytes`],
    ['id', requestId],
  ]);
}

function routeLines({ candidates, nearest, route }: Explanation, { good, faint }: Paint): string[] {
  const rows = lines(
    candidates.map((one) => [
      one.won ? '*' : '-',
      one.httpMethod,
      one.template,
      one.method,
      one.why,
      one.visibleTo.length === 3 ? '' : `visible to ${one.visibleTo.join(', ')}`,
    ]),
  ).map((line, index) => (candidates[index]?.won === true ? good(line) : line));
  return [
    ...rows,
    ...(route === undefined ? [] : [faint(`declared in ${route.origin}, ${route.shape}`)]),
    ...(candidates.length === 0 ? ['No template matches the path.'] : []),
    ...lines(nearest.map(({ httpMethod, template }) => ['near:', httpMethod, template])),
  ];
}

function bindingLines({ bound, route }: Explanation): string[] {
  if (bound === undefined || route === undefined) return [];
  const { captures, query, body, fields, problem } = bound;
  return [
    ...lines([
      ...captures.map(({ field, text }) => ['path', JSON.stringify(text), `-> ${field}`]),
      ...query.map(({ name, value, meaning }) => ['query', `${name}=${value}`, `-> ${meaning}`]),
      ...(body.kind === 'none' ? [] : [['body', body.kind, `-> ${body.field || 'nothing'}`]]),
      ...body.unknown.map((name) => ['body', name, '-> no field']),
    ]),
    ...lines(fields.map(({ path, value, source }) => ['field', path, '=', value, `(${source})`])),
    ...(problem === undefined ? [] : [`Not bound: ${problem}`]),
  ];
}

const verdicts = { proceeds: 'proceeds', refuses: 'REFUSES', answers: 'answers' } as const;

function stepLines(step: ExplainedStep, { good, bad, faint }: Paint): string[] {
  const { phase, name, verdict, reason, message, cause } = step;
  const paint = verdict === 'refuses' ? bad : good;
  return [
    `${phase.padEnd(7)}  ${name.padEnd(22)}  ${paint(verdicts[verdict])}${reason === undefined ? '' : `  ${reason}: ${message ?? ''}`}`,
    ...(cause === undefined ? [] : [`  because ${cause}`]),
    ...step.findings.map(({ about, found }) => `  ${about}: ${found}`),
    ...step.metadata.map((field) => `  metadata  ${fieldText(field)}`),
    ...step.withheld.map((name) => `  withheld  ${name}`),
    ...step.headers.map((field) => `  answer    ${fieldText(field)}`),
    ...(step.messageChanged ? ['  changes the message'] : []),
    ...step.policy.map(({ path, value, origin }) => faint(`  policy    ${path} = ${value}  (${origin})`)),
  ];
}

function settingLines({ settings }: Explanation, faint: Paint['faint']): string[] {
  const lines = settings.map(({ path, value, origin }) =>
    faint(`  policy    ${path} = ${value}  (${origin})`),
  );
  return lines.length === 0 ? [] : ['besides', ...lines];
}

function callLines({ call }: Explanation, faint: Paint['faint']): string[] {
  if (call === undefined) return [];
  const { path, timeoutMs, metadata, messages, messageCount } = call;
  return [
    `grpc      ${path}`,
    `deadline  ${timeoutMs === undefined ? 'none' : `${timeoutMs} ms`}`,
    ...metadata.map((field) => `metadata  ${fieldText(field)}`),
    ...messages.flatMap((message, index) => messageLines(message, index + 1, messageCount, faint)),
  ];
}

function messageLines(
  { bytes, json, hex, rows }: ExplainedMessage,
  number: number,
  count: number,
  faint: Paint['faint'],
): string[] {
  const dump = rows.map(({ offset, length, path, value }) => [
    offset.toString(16).padStart(4, '0'),
    spaced(hex.slice(2 * offset, 2 * (offset + length))),
    path,
    value ?? '{',
  ]);
  return [
    `message   ${count > 1 ? `${number} of ${count}, ` : ''}${bytes} bytes`,
    `  ${json ?? 'cannot be read as its type'}`,
    ...lines(dump).map((line) => faint(`  ${line}`)),
    ...(rows.length === 0 && hex !== '' ? [faint(`  ${spaced(hex)}`)] : []),
  ];
}

const dumpBytesMax = 24;

function spaced(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  const shown = bytes.slice(0, dumpBytesMax).join(' ');
  return bytes.length > dumpBytesMax ? `${shown} …` : shown;
}

function upstreamLines({ upstream }: Explanation): string[] {
  if (upstream === undefined) return [];
  const { target, branches, mirror, endpoints, picked, reports } = upstream;
  return lines([
    ['target', target],
    ...branches.map((branch) => ['branch', branch.target, branch.when]),
    ...(mirror === undefined ? [] : [['mirror', mirror]]),
    ...endpoints.map((place) => [
      'endpoint',
      place.endpoint,
      place.target === place.endpoint ? '' : place.target,
    ]),
    ...picked.map(({ endpoint }) => ['picked', endpoint]),
    ...reports.flatMap(({ breaker, endpoints: standing, target: of }) => [
      ...(breaker === undefined ? [] : [['circuit', of, breaker.state]]),
      ...standing.map((one) => [
        'now',
        one.endpoint,
        [
          one.connectivity,
          ...(one.ejected ? ['ejected'] : []),
          ...(one.serving === false ? ['not serving'] : []),
        ].join(', '),
      ]),
    ]),
  ]);
}

function outcomeLines({ outcome }: Explanation, faint: Paint['faint']): string[] {
  if (outcome === undefined) return [];
  const { code, message, metadata, trailers, messages } = outcome;
  return [
    `status    ${code}${message === '' ? '' : `: ${message}`}`,
    ...metadata.map((field) => `metadata  ${fieldText(field)}`),
    ...trailers.map((field) => `trailer   ${fieldText(field)}`),
    ...messages.flatMap((one, index) => messageLines(one, index + 1, messages.length, faint)),
  ];
}

function answerLines({ answer, sent, call }: Explanation): string[] {
  const { httpStatus, contentType, streams, headers, body } = answer;
  const condition = sent || call === undefined ? '' : ', were the backend to say OK';
  return [
    `${httpStatus}${contentType === undefined ? '' : ` ${contentType}`}${streams ? ', as a stream' : ''}${condition}`,
    ...headers.map((field) => fieldText(field)),
    ...(body === undefined ? [] : ['', ...body.split('\n')]),
  ];
}

function fieldText([name, value]: ShownField): string {
  return `${name}: ${value}`;
}
