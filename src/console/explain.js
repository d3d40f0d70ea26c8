import { byId, element, setText } from './dom.js';

/** @import { Explanation } from '../gateway/index.js' */

/** The form that asks what would happen to a request, and the answer, stage by stage. */
export function startExplain() {
  const form = byId('explain-form', HTMLFormElement);
  const summary = byId('explain-summary', HTMLElement);
  const stages = byId('explain-stages', HTMLElement);
  form.addEventListener('submit', (submitted) => {
    submitted.preventDefault();
    setText(summary, 'Asking…');
    void ask(form).then((answer) => {
      const isKnown = typeof answer !== 'string';
      setText(summary, isKnown ? answer.summary : answer);
      summary.className = isKnown && answer.verdict === 'answered' ? 'good' : 'bad';
      stages.replaceChildren(...(isKnown ? stagesOf(answer) : []));
    });
  });
}

/** @param {HTMLFormElement} form @returns {Promise<Explanation | string>} the answer, or why there is none */
async function ask(form) {
  const { method, url, headers, body } = Object.fromEntries(new FormData(form));
  const fields = String(headers)
    .split('\n')
    .flatMap((line) => {
      const [, name, value] = /^([^:]+):\s*(.*?)\s*$/.exec(line) ?? [];
      return name === undefined ? [] : [[name.trim(), value]];
    });
  const question = { method, url, headers: fields, ...(body === '' ? {} : { body }) };
  try {
    const answer = await fetch('explain', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(question),
    });
    const told = await answer.json();
    return answer.ok ? told : (told.message ?? `The gateway says ${answer.status}.`);
  } catch {
    return 'The gateway does not answer.';
  }
}

/** @typedef {readonly [term: string, ...details: readonly (Node | string)[]]} Fact */

/** @param {Explanation} explanation @returns {HTMLElement[]} */
function stagesOf({ candidates, nearest, route, bound, steps, call, upstream, answer }) {
  return [
    stage('Route', [
      ...candidates.map(({ won, httpMethod, template, why }) =>
        fact(`${httpMethod} ${template}`, `${won ? '✓ ' : ''}${why}`),
      ),
      ...nearest.map(({ httpMethod, template }) => fact(`${httpMethod} ${template}`, 'looks like it')),
      ...(route === undefined ? [] : [fact('gRPC method', `${route.method}, declared in ${route.origin}`)]),
    ]),
    stage('Fields', [
      ...(bound?.fields ?? []).map(({ path, value, source }) => fact(path, `${value}  (${source})`)),
      ...(bound?.problem === undefined ? [] : [fact('Problem', bound.problem)]),
    ]),
    stage(
      'Gate',
      steps.map(({ phase, name, verdict, reason, message, httpStatus, findings }) =>
        fact(
          `${phase}: ${name}`,
          [verdict, httpStatus, reason, message].filter(Boolean).join(' '),
          ...findings.map((finding) => element('div', {}, `${finding.about}: ${finding.found}`)),
        ),
      ),
    ),
    stage(
      'Call',
      call === undefined
        ? []
        : [
            fact('Method', call.path),
            ...(call.timeoutMs === undefined ? [] : [fact('Deadline', `in ${call.timeoutMs} ms`)]),
            ...call.metadata.map(([name, value]) => fact(name, value)),
            ...call.messages.flatMap(({ bytes, json, hex }) => [
              fact(`Message, ${bytes} bytes`, json ?? '(no message of the type)'),
              fact('as hex', hex),
            ]),
          ],
    ),
    stage(
      'Backend',
      upstream === undefined
        ? []
        : [
            fact('Target', upstream.target),
            ...upstream.picked.map(({ endpoint }) => fact('Address', endpoint)),
          ],
    ),
    stage('Answer', [
      fact('Status', String(answer.httpStatus)),
      ...answer.headers.map(([name, value]) => fact(name, value)),
      ...(answer.body === undefined ? [] : [fact('Body', answer.body)]),
    ]),
  ].flat();
}

/** @param {string} title @param {readonly (readonly [HTMLElement, HTMLElement])[]} facts @returns {HTMLElement[]} nothing where it was not come to */
const stage = (title, facts) =>
  facts.length === 0
    ? []
    : [element('li', {}, element('h3', {}, title), element('dl', { class: 'facts' }, ...facts.flat()))];

/** @param {string} term @param {readonly (Node | string)[]} details @returns {[HTMLElement, HTMLElement]} */
const fact = (term, ...details) => [
  element('dt', {}, term),
  element('dd', { class: 'mono value' }, ...details),
];
