// node:net that answers every chunk alike, unread: what no HTTP/1 server in Node can go below.
//
//   node net.mjs BODY_FILE
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const body = readFileSync(process.argv[2]);
const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nx-request-id: 0\r\n\r\n`;
const answer = Buffer.concat([Buffer.from(head), body]);

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => socket.write(answer));
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => console.log(`listening 127.0.0.1:${server.address().port}`));
