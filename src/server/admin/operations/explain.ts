import { type ExplainHost, type Explanation, explain, type Question } from '../../../gateway/index.js';
import { listenerRefusal } from '../../listener-refusal.js';

/** A request in JSON, as an operator asks about it. */
export interface ExplainArguments {
  readonly method: string;
  /** "/v1/products?x=1", or a whole URL: then its scheme and host count too. */
  readonly url: string;
  /** Names in any case, order and duplicates kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** In base64; "" for none. */
  readonly body: string;
  /** Whose request it is. Default 127.0.0.1. */
  readonly from?: string | undefined;
  /** Whether the request is made: default false, and nothing comes of it. */
  readonly send?: boolean | undefined;
}

/** Explains a request that this process would get. */
export function explainHere(host: ExplainHost, asked: ExplainArguments): Promise<Explanation> {
  const question = questionOf(asked);
  return explain(host, { ...question, refusal: listenerRefusal(question, host.options.limits) });
}

function questionOf({
  method,
  url,
  headers,
  body,
  from = '127.0.0.1',
  send = false,
}: ExplainArguments): Question {
  const [, scheme, authority, rest] = /^(https?):\/\/([^/?#]*)([^#]*)/i.exec(url) ?? [];
  const fields = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const bytes = Buffer.from(body, 'base64');
  const host = authority ?? 'localhost';
  return {
    httpMethod: method,
    target: rest === undefined ? url : rest.startsWith('/') ? rest : `/${rest}`,
    scheme: scheme?.toLowerCase() === 'https' ? 'https' : 'http',
    headers: [
      ...(fields.some(([name]) => name === 'host') ? [] : [['host', host] as const]),
      ...fields,
      ...(bytes.length > 0 && !fields.some(([name]) => name === 'content-length')
        ? [['content-length', String(bytes.length)] as const]
        : []),
    ],
    peerAddress: from,
    body: bytes,
    send,
  };
}
