import type { Json } from '../json.js';
import type { SampledRequest } from './sampled-request.js';

/** A line for a shell. */
export function curlSample(baseUrl: string, request: SampledRequest): string {
  const { httpMethod, target, credential, headers, body, answer } = request;
  const isUsual = httpMethod === (body === undefined ? 'GET' : 'POST');
  const words = [
    `curl ${answer === 'stream' ? '-N ' : ''}${isUsual ? '' : `-X ${httpMethod} `}${quoted(`${baseUrl}${target}`)}`,
    ...(credential === undefined
      ? []
      : [
          credential === 'token'
            ? '-H "authorization: Bearer $TOKEN"'
            : `-H "${credential.header}: $API_KEY"`,
        ]),
    ...headers.map(([name, value]) => `-H ${quoted(`${name.toLowerCase()}: ${value}`)}`),
    ...(body === undefined ? [] : bodyWords(body)),
    ...(answer === 'bytes' ? ['-o answer'] : []),
  ];
  return words.join(' \\\n  ');
}

function bodyWords(body: NonNullable<SampledRequest['body']>): string[] {
  const type = (name: string): string => `-H 'content-type: ${name}'`;
  switch (body.kind) {
    case 'bytes':
      return [type('application/octet-stream'), '--data-binary @file'];
    case 'message':
      return [type('application/json'), `-d ${quoted(jsonText(body.value))}`];
    case 'stream': {
      const lines = body.messages.map((message) => JSON.stringify(message)).join('\n');
      return [type('application/x-ndjson'), `--data-binary ${quoted(lines)}`];
    }
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** On one line, where it is short. */
function jsonText(value: Json): string {
  const line = JSON.stringify(value);
  return line.length <= 60 ? line : JSON.stringify(value, undefined, 2);
}
