import type { JsonObject } from '../json.js';
import { markdownCell } from './markdown-text.js';
import { type OperationReference, readReference } from './reference.js';

export interface LlmsOptions {
  /** Default: that of the first document. */
  readonly title?: string | undefined;
  /** What readers in a hurry leave out. */
  readonly more?: readonly LlmsLink[];
}

/** A document that is told of, and where its reader finds more. */
export interface LlmsPart {
  readonly document: JsonObject;
  /** Where an operation is described: a URL or a path. */
  readonly linkOf: (operation: Pick<OperationReference, 'id' | 'anchor'>) => string;
}

export interface LlmsLink {
  readonly name: string;
  readonly url: string;
  readonly text: string;
}

/** `llms.txt` (llmstxt.org): what the API is, what its JSON is like, and a link for each operation. */
export function llmsText(parts: readonly LlmsPart[], { title, more = [] }: LlmsOptions = {}): string {
  const read = parts.map((part) => ({ ...part, reference: readReference(part.document) }));
  const summaries = read.map(({ reference }) => oneLine(reference.description)).filter((text) => text !== '');
  const urls = [...new Set(read.map(({ reference }) => reference.baseUrl))];
  const blocks = [
    `# ${oneLine(title ?? read[0]?.reference.title ?? 'API')}`,
    summaries.length === 0 ? '' : `> ${summaries.join(' ')}`,
    [...urls.map((url) => `- Base URL: ${url}`), ...manners.map((text) => `- ${text}`)].join('\n'),
    ...read.flatMap(({ reference, linkOf }) =>
      reference.services.map(({ name, operations }) =>
        [
          `## ${oneLine(name)}\n`,
          ...operations.map(
            (one) => `- [${oneLine(`${one.httpMethod} ${one.path}`)}](${linkOf(one)}): ${sentence(one)}`,
          ),
        ].join('\n'),
      ),
    ),
    more.length === 0
      ? ''
      : ['## Optional\n', ...more.map(({ name, url, text }) => `- [${name}](${url}): ${text}`)].join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** What is true of every operation. */
const manners = [
  'JSON is ProtoJSON: 64-bit integers are strings, enums are names, bytes are base64, times are RFC 3339.',
  'Query parameters name fields by their paths (`price.min.units=1`); lists repeat them.',
  'Streams are lines of JSON; with `Accept: text/event-stream` they are server-sent events.',
  'Errors have `code`, `message` and `details` (google.rpc.Status), and the HTTP status that goes with the code.',
];

function sentence({ title, isDeprecated, security }: OperationReference): string {
  const needs = security.length > 0 && !security.some((one) => one.length === 0);
  return `${oneLine(title)}.${isDeprecated ? ' Deprecated.' : ''}${needs ? ' Needs credentials.' : ''}`;
}

const oneLine = markdownCell;
