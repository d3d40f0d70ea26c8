import { type ExampleRequest, exampleRequest, filledPath } from './example-request.js';
import type { OperationReference, Reference } from './reference.js';

/** A line for a shell that calls the operation; secrets are variables, and so is a file of bytes. */
export function curlExample(operation: OperationReference, reference: Reference): string {
  const request = exampleRequest(operation, reference);
  const { httpMethod, answers } = operation;
  const isEndless = answers.some(({ contents }) =>
    contents.some(({ mediaType }) => mediaType === 'text/event-stream'),
  );
  const usual = request.body === undefined ? 'GET' : 'POST';
  const { pathValues, query, headers, credential } = request;
  const search = query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  const url = `${reference.baseUrl}${filledPath(operation.path, pathValues)}${search === '' ? '' : `?${search}`}`;
  const parts = [
    [
      'curl',
      ...(isEndless ? ['-N'] : []),
      ...(httpMethod === usual ? [] : ['-X', httpMethod]),
      quoted(url),
    ].join(' '),
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(credential === undefined
      ? []
      : [`-H ${quoted(`${credential.header}: ${credential.prefix}`)}"$${credential.variable}"`]),
    ...bodyFlags(request),
  ];
  return parts.join(' \\\n  ');
}

function bodyFlags({ body }: ExampleRequest): string[] {
  if (body === undefined) return [];
  return body === 'bytes'
    ? [`-H 'content-type: '"$CONTENT_TYPE"`, '--data-binary @"$FILE"']
    : [`-d ${quoted(body.text)}`];
}

/** Nothing in it means anything to a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
