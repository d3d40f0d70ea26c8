import type { GateView, Refusal } from '../gate/index.js';
import { Code } from '../status/index.js';
import { type Answer, bytesReply } from './answer.js';
import { noBytes } from './bytes.js';
import { answerCoding } from './compress.js';
import { isNotModified } from './conditional.js';
import type { Exchange, HeaderFields } from './exchange.js';

/** What is served beside the routes, on paths that no route has. */
export interface Pages {
  find(exchange: Exchange): Page | undefined;
}

/** One of them, for GET and HEAD. */
export interface Page {
  /** What logs and metrics call it: never a path that a client has made up. */
  readonly route: string;
  /** Further fields of the answer to OPTIONS: those of CORS. */
  readonly preflight: HeaderFields;
  /** Those of a refusal: a tool of another origin must see it to sign in. */
  readonly refusal: HeaderFields;
  /** A caller that it knows becomes the principal of the view. Throws StatusError where there is nothing to read. */
  read(view: GateView): Promise<PageContent | PageElsewhere | Refusal>;
}

/** A page that is at another place, which is named relative to this one: a proxy may have put a path before both. */
export interface PageElsewhere {
  readonly location: string;
}

/** What a page holds. */
export interface PageContent {
  readonly contentType: string;
  readonly body: Uint8Array;
  /** The same for the same bytes, and for no others. */
  readonly digest: string;
  /** Without those that name or describe the content. */
  readonly headers: HeaderFields;
  /** The body in content codings, by their names: filled as clients ask. */
  readonly codings: Map<string, Promise<Uint8Array>>;
}

/** Asked again each time: the configuration may move the page. */
export function elsewhereAnswer({ location }: PageElsewhere, requestId: string): Answer {
  const headers: HeaderFields = [
    ['location', location],
    ['cache-control', 'no-cache'],
    ['x-request-id', requestId],
    ['content-length', '0'],
  ];
  return { reply: { httpStatus: 308, headers, body: noBytes }, code: Code.OK };
}

/** A page as its client takes it: conditional, compressed. Its tag is a strong one, and so of one coding (RFC 9110 §8.8.3.3). */
export async function pageAnswer(
  exchange: Exchange,
  content: PageContent,
  requestId: string,
  compressionBytesMin: number,
): Promise<Answer> {
  const { contentType, body, digest, codings } = content;
  const coding = answerCoding(exchange, contentType, body.length, compressionBytesMin);
  const headers: HeaderFields = [
    ...content.headers,
    ['etag', `"${digest}${coding === undefined ? '' : `-${coding.name}`}"`],
    ['vary', 'accept-encoding'],
    ['x-request-id', requestId],
  ];
  if (isNotModified(exchange, headers))
    return { reply: { httpStatus: 304, headers, body: noBytes }, code: Code.OK };
  const described: HeaderFields = [...headers, ['content-type', contentType]];
  if (coding === undefined) return { reply: bytesReply(exchange, 200, described, body), code: Code.OK };
  const coded = codings.get(coding.name) ?? coding.whole(body);
  codings.set(coding.name, coded);
  const all: HeaderFields = [...described, ['content-encoding', coding.name]];
  return { reply: bytesReply(exchange, 200, all, await coded), code: Code.OK };
}
