import { quoted } from '../client/quoted.js';
import { type LiteralStyle, literal } from './literal.js';
import type { SampledRequest } from './sampled-request.js';

/** What a generated client calls an operation. */
export interface ClientCall {
  /** "shop.orders.v1" */
  readonly package: string;
  /** "createOrderServiceClient" */
  readonly factory: string;
  readonly function: string;
}

/** What it says is for whoever runs the sample. */
const bearer = '`Bearer $' + '{token}`';

const style: LiteralStyle = {
  none: 'null',
  booleans: ['false', 'true'],
  text: quoted,
  key: (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)),
  gap: ' ',
};

/** The call with the typed client that protoc-gen-propylon generates. */
export function typeScriptSample(baseUrl: string, request: SampledRequest, call: ClientCall): string {
  const { credential, headers, body, answer, fields } = request;
  const credentials =
    credential === undefined
      ? []
      : credential === 'token'
        ? [`  headers: { authorization: ${bearer} },`]
        : [`  headers: { ${style.key(credential.header)}: apiKey },`];
  const own = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  const given = [
    literal(fields, style),
    ...(body?.kind === 'stream' ? [literal(body.messages, style)] : []),
    ...(body?.kind === 'bytes' ? ['file'] : []),
    ...(headers.length === 0 ? [] : [literal({ headers: own }, style)]),
  ];
  const called = `client.${call.function}(${given.join(', ')})`;
  return [
    `import { ${call.factory} } from './gen/client/${call.package === '' ? '' : `${call.package}.`}client.js';`,
    '',
    `const client = ${call.factory}({`,
    `  baseUrl: ${quoted(baseUrl)},`,
    ...credentials,
    '});',
    ...(answer === 'stream'
      ? [`for await (const message of ${called}) {`, '  console.log(message);', '}']
      : answer === 'bytes'
        ? [`const answer = await ${called};`, 'console.log(await answer.blob());']
        : [`console.log(await ${called});`]),
  ].join('\n');
}
