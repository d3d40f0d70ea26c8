import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { turnEnds } from './turn-end.js';

it('a body that comes in one piece with its head has been read when the turn ends, and not before', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const turnEnd = turnEnds();
  const seen = new Promise<unknown>((resolve) => {
    server.on('request', async (request: IncomingMessage) => {
      const atOnce = request.complete;
      await turnEnd();
      resolve([atOnce, request.complete, String(request.read())]);
    });
  });
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello');
  expect(await seen).toEqual([false, true, 'hello']);
});

it('all who wait in one turn wait for one, and the next turn has another', async () => {
  const turnEnd = turnEnds();
  const first = turnEnd();
  expect(turnEnd()).toBe(first);
  await first;
  expect(turnEnd()).not.toBe(first);
});
