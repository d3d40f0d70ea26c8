import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';

/** Where Node keeps a head until it is sent. It is not documented, hence `takesGivenAnswers`. */
interface WithHead {
  _header: string;
}

/**
 * Ends a response with text that is head and body at once: one write of one string, where Node's own way is the head,
 * the body and an end, gathered by the operating system. Only where `takesGivenAnswers`, and nothing has been written.
 */
export function giveAnswer(response: ServerResponse, httpStatus: number, text: string): void {
  // For those who ask the response what it was.
  response.statusCode = httpStatus;
  (response as unknown as WithHead)._header = text;
  response.end();
}

/** Whether this Node sends what `giveAnswer` gives it, that and nothing else, and takes the response for ended. */
export function takesGivenAnswers(): boolean {
  const sent: string[] = [];
  const socket = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      sent.push(chunk);
      done();
    },
  });
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { method: 'GET', httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 });
  const response = new ServerResponse(request);
  // Of a socket it needs no more than that it can be written to.
  response.assignSocket(socket as Socket);
  const text = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n.';
  try {
    giveAnswer(response, 200, text);
  } catch {
    return false;
  }
  return sent.join('') === text && response.headersSent && response.writableEnded;
}
