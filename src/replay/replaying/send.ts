import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { replayDefaults } from '../../replay-defaults.js';
import type { RecordedAnswer } from '../exchange.js';
import { createCapture } from '../recording/capture.js';
import { endToEnd, fieldsOf } from '../recording/hop-by-hop.js';
import type { Replayable } from './replayable.js';

/** An answer, or why there is none. */
export type Answered =
  | {
      readonly answer: RecordedAnswer;
      /** Its body broke off. */
      readonly isBroken?: boolean;
    }
  | { readonly failure: string };

/** One gateway that requests are sent to. */
export interface Sender {
  /** With `headOnly` the body is not waited for. Never rejects. */
  send(request: Replayable, headOnly: boolean): Promise<Answered>;
  close(): void;
}

export interface SenderOptions {
  /** Paths are added to its own. */
  readonly to: URL;
  readonly concurrency: number;
  readonly timeoutMs: number;
}

export function createSender({ to, concurrency, timeoutMs }: SenderOptions): Sender {
  const client = to.protocol === 'https:' ? https : http;
  const agent = new client.Agent({ keepAlive: true, maxSockets: concurrency });
  const prefix = to.pathname.replace(/\/$/, '');
  return {
    send: (request, headOnly) =>
      new Promise((resolve) => {
        const { method, target, headers, body } = request;
        const fields: (readonly [string, string])[] = [...headers, ['host', to.host]];
        if (body !== undefined || (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'))
          fields.push(['content-length', String(body?.length ?? 0)]);
        const outgoing = client.request({
          agent,
          hostname: to.hostname.replace(/^\[(.*)\]$/, '$1'),
          port: to.port,
          method,
          path: prefix + target,
          headers: fields.flat(),
          maxHeaderSize: replayDefaults.headBytesMax,
          signal: AbortSignal.timeout(timeoutMs),
        });
        const fail = (error: Error): void =>
          resolve({
            failure:
              error.name === 'AbortError' || error.name === 'TimeoutError'
                ? 'no whole answer in time'
                : error.message,
          });
        outgoing.on('error', fail);
        outgoing.on('response', (answer) => {
          if (headOnly) {
            resolve({ answer: answerOf(answer) });
            outgoing.on('error', () => undefined);
            outgoing.destroy();
          } else collect(answer, resolve, fail);
        });
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function collect(
  answer: IncomingMessage,
  resolve: (answered: Answered) => void,
  fail: (error: Error) => void,
): void {
  const capture = createCapture(replayDefaults.answerBytesMax);
  answer.on('data', (chunk: Uint8Array) => capture.add(chunk));
  const whole = (): RecordedAnswer => {
    const head = answerOf(answer);
    const body = capture.body(head.headers);
    return body === undefined ? head : { ...head, body };
  };
  answer.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') resolve({ answer: whole(), isBroken: true });
    else fail(error);
  });
  answer.on('end', () => resolve({ answer: whole() }));
}

function answerOf({ statusCode, rawHeaders }: IncomingMessage): RecordedAnswer {
  const headers = endToEnd(fieldsOf(rawHeaders));
  return { status: statusCode ?? 0, headers: headers.map(([name, value]) => [name.toLowerCase(), value]) };
}
