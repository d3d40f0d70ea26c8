import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { endToEnd, fieldsOf } from './hop-by-hop.js';

/** Hands a connection that its client wants to upgrade through to the gateway, which decides; nothing of it is recorded. */
export function tunnel(outgoing: ClientRequest, client: Duplex, head: Uint8Array): void {
  client.on('error', () => outgoing.destroy());
  client.on('close', () => outgoing.destroy());
  outgoing.on('upgrade', (answer, gateway, first) => {
    client.write(headText(answer, answer.rawHeaders));
    if (first.length > 0) client.write(first);
    if (head.length > 0) gateway.write(head);
    gateway.on('error', () => client.destroy());
    gateway.on('close', () => client.destroy());
    client.on('close', () => gateway.destroy());
    gateway.pipe(client).pipe(gateway);
  });
  outgoing.on('response', (answer) => {
    const fields = [...endToEnd(fieldsOf(answer.rawHeaders)), ['Connection', 'close']];
    client.write(headText(answer, fields.flat()));
    answer.on('error', () => client.destroy());
    answer.pipe(client);
  });
  outgoing.on('error', () => {
    if (client.writable)
      client.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  outgoing.end();
}

function headText({ statusCode, statusMessage }: IncomingMessage, rawHeaders: readonly string[]): string {
  const lines = fieldsOf(rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${statusCode ?? 502} ${statusMessage ?? ''}\r\n${lines.join('')}\r\n`;
}
