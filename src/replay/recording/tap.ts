import type { IncomingMessage } from 'node:http';
import type { WallClock } from '../../clock.js';
import type { Exchange, Fields } from '../exchange.js';
import { createCapture } from './capture.js';
import { endToEnd, fieldsOf } from './hop-by-hop.js';

/** Listens to one exchange that passes. */
export interface Tap {
  requestBytes(chunk: Uint8Array): void;
  answerHead(status: number, rawHeaders: readonly string[]): void;
  answerBytes(chunk: Uint8Array): void;
  /** At the end, once. */
  end(how: { readonly trailers?: readonly string[]; readonly aborted?: 'client' | 'upstream' }): void;
}

/** Hands over what reads the exchange, credentials and all, when it has ended. */
export function createTap(
  request: IncomingMessage,
  bytesMax: number,
  clock: WallClock,
  done: (read: () => Exchange) => void,
): Tap {
  const start = clock.now();
  const at = new Date(clock.wall()).toISOString();
  const [asked, answered] = [createCapture(bytesMax), createCapture(bytesMax)];
  const requestHeaders = lowered(request.rawHeaders);
  let head:
    | { readonly status: number; readonly headers: [string, string][]; readonly ms: number }
    | undefined;
  let isOver = false;
  return {
    requestBytes: (chunk) => asked.add(chunk),
    answerHead(status, rawHeaders) {
      head = { status, headers: lowered(rawHeaders), ms: since(start) };
    },
    answerBytes: (chunk) => answered.add(chunk),
    end({ trailers = [], aborted }) {
      if (isOver) return;
      isOver = true;
      const ms = since(start);
      done(() => ({
        at,
        ...(head && { firstByteMs: head.ms }),
        ms,
        request: {
          method: request.method ?? '',
          target: request.url ?? '',
          headers: requestHeaders,
          ...bodyOf(asked.body(requestHeaders)),
        },
        ...(head && {
          response: {
            status: head.status,
            headers: head.headers,
            ...bodyOf(answered.body(head.headers)),
            ...(trailers.length > 0 && { trailers: lowered(trailers) }),
          },
        }),
        ...(aborted && { aborted }),
      }));
    },
  };

  function since(then: number): number {
    return Math.round((clock.now() - then) * 10) / 10;
  }
}

function bodyOf<T>(body: T | undefined): { body?: T } {
  return body === undefined ? {} : { body };
}

function lowered(rawHeaders: readonly string[]): [string, string][] {
  const fields: Fields = endToEnd(fieldsOf(rawHeaders));
  return fields.map(([name, value]) => [name.toLowerCase(), value]);
}
