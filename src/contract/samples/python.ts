import { type LiteralStyle, literal } from './literal.js';
import type { SampledRequest } from './sampled-request.js';

const style: LiteralStyle = {
  none: 'None',
  booleans: ['False', 'True'],
  text: (text) => JSON.stringify(text),
  key: (name) => JSON.stringify(name),
  gap: '',
};

/** The call with `requests`, which everybody has. */
export function pythonSample(baseUrl: string, request: SampledRequest): string {
  const { httpMethod, target, credential, headers, body, answer } = request;
  const credentials =
    credential === 'token'
      ? ['"authorization": f"Bearer {token}"']
      : credential === undefined
        ? []
        : [`${style.key(credential.header)}: api_key`];
  const fields = [
    ...credentials,
    ...headers.map(([name, value]) => `${style.key(name.toLowerCase())}: ${style.text(value)}`),
    ...(body?.kind === 'stream' ? ['"content-type": "application/x-ndjson"'] : []),
    ...(body?.kind === 'bytes' ? ['"content-type": "application/octet-stream"'] : []),
  ];
  const given = [
    style.text(httpMethod),
    style.text(`${baseUrl}${target}`),
    ...(fields.length === 0 ? [] : [`headers={${fields.join(', ')}}`]),
    ...(body === undefined ? [] : [bodyArgument(body)]),
    ...(answer === 'stream' ? ['stream=True'] : []),
  ];
  const call = `requests.request(\n${given.map((one) => `    ${one},\n`).join('')})`;
  const usesJson = body?.kind === 'stream' || answer === 'stream';
  const lines = [
    ...(usesJson ? ['import json', ''] : []),
    'import requests',
    '',
    ...(body?.kind === 'stream' ? [`messages = ${literal(body.messages, style)}`] : []),
  ];
  const rest =
    answer === 'stream'
      ? [
          `with ${call} as response:`,
          '    response.raise_for_status()',
          '    for line in response.iter_lines():',
          '        print(json.loads(line))',
        ]
      : [
          `response = ${call}`,
          'response.raise_for_status()',
          `print(${answer === 'bytes' ? 'response.content' : 'response.json()'})`,
        ];
  return [...lines, ...rest].join('\n');
}

function bodyArgument(body: NonNullable<SampledRequest['body']>): string {
  switch (body.kind) {
    case 'bytes':
      return 'data=open("file", "rb")';
    case 'message':
      return `json=${literal(body.value, style, '    ')}`;
    case 'stream':
      return 'data="\\n".join(json.dumps(message) for message in messages)';
  }
}
